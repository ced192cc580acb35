import fc from "fast-check";
import type { Incident, Maintenance } from "../../../../services/contracts/status";
import {
  measuredState,
  overallState,
  shownState,
  withIncident,
  worst,
} from "../../../../services/status-api/src/state";

const incident = (more: Partial<Incident> = {}): Incident => ({
  id: "i",
  title: "T",
  impact: "down",
  source: "operator",
  components: ["oms"],
  opened_at: "2026-03-01T00:00:00Z",
  resolved_at: null,
  timeline: [],
  ...more,
});
const window = (more: Partial<Maintenance> = {}): Maintenance => ({
  id: "m",
  title: "T",
  text: "",
  components: ["oms"],
  from: "2026-03-01T10:00:00Z",
  to: "2026-03-01T11:00:00Z",
  cancelled_at: null,
  ...more,
});
const at = (time: string): number => Date.parse(`2026-03-01T${time}Z`);

describe("what is measured", () => {
  it.each([
    [{ running: 1, healthy: 1, probe: 1, up: 1 }, "operational"],
    [{ running: 0, up: 1 }, "down"],
    [{ running: 1, healthy: 0 }, "down"],
    [{ running: 1, healthy: 1, probe: 0 }, "down"],
    [{ running: 1, healthy: 1, up: 0 }, "degraded"],
    [{ running: 1 }, "operational"],
    [{ probe: 1 }, "operational"],
    [{ up: 1 }, "operational"],
    [{ up: 0 }, "down"],
  ] as const)("%j is %s", (signals, state) => {
    expect(measuredState(signals, true)).toBe(state);
    expect(measuredState(signals, false)).toBe(state);
  });

  it("nothing is unknown, or down where the containers of others are measured", () => {
    expect(measuredState({}, false)).toBe("unknown");
    expect(measuredState({}, true)).toBe("down");
  });

  it("never calls operational what has no good signal, or a bad one", () => {
    const signal = fc.option(fc.constantFrom(0, 1), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({ running: signal, healthy: signal, probe: signal, up: signal }),
        fc.boolean(),
        (given, others) => {
          const signals = Object.fromEntries(
            Object.entries(given).filter(([, value]) => value !== undefined),
          );
          const values = Object.values(signals);
          const good = values.length > 0 && values.every((value) => value === 1);
          expect(measuredState(signals, others) === "operational").toBe(good);
        },
      ),
    );
  });
});

describe("what is shown", () => {
  it("is the worst of what is measured and what operators say", () => {
    expect(worst(["operational", "degraded", "unknown"])).toBe("degraded");
    expect(worst([])).toBe("operational");
    expect(withIncident("operational", incident())).toBe("down");
    expect(withIncident("down", incident({ impact: "degraded" }))).toBe("down");
  });

  it("an alert does not overrule the measurement, and stands where there is none", () => {
    expect(withIncident("operational", incident({ source: "alert" }))).toBe("degraded");
    expect(withIncident("unknown", incident({ source: "alert" }))).toBe("down");
    expect(withIncident("down", incident({ source: "alert", impact: "degraded" }))).toBe("down");
  });

  it("concerns the components that an incident names", () => {
    const shown = (name: string) => shownState(name, "operational", [incident()], [], 0);
    expect([shown("oms"), shown("risk")]).toEqual(["down", "operational"]);
  });

  it.each([
    ["09:59:59", "down"],
    ["10:00:00", "maintenance"],
    ["10:59:59", "maintenance"],
    ["11:00:00", "down"],
  ])("maintenance at %s: %s", (time, state) => {
    expect(shownState("oms", "down", [], [window()], at(time))).toBe(state);
    expect(shownState("risk", "down", [], [window()], at(time))).toBe("down");
    expect(shownState("oms", "down", [], [window({ cancelled_at: "2026-03-01T09:00:00Z" })], at(time))).toBe(
      "down",
    );
  });
});

describe("the platform in one word", () => {
  const all = (...states: readonly (readonly [string, string])[]) =>
    states.map(([tier, state]) => ({ tier, state })) as Parameters<typeof overallState>[0];
  it.each([
    [all(["P0", "operational"], ["P3", "operational"]), "operational"],
    [all(["P1", "down"], ["P3", "operational"]), "down"],
    [all(["P1", "operational"], ["P2", "down"]), "degraded"],
    [all(["P1", "degraded"]), "degraded"],
    [all(["P1", "operational"], ["P1", "unknown"]), "unknown"],
    [all(["P1", "operational"], ["P1", "maintenance"]), "maintenance"],
    [all(["P1", "unknown"], ["P1", "maintenance"]), "unknown"],
    [all(), "unknown"],
  ])("%j is %s", (components, state) => expect(overallState(components, [])).toBe(state));

  it("is not well while an incident is open", () => {
    const well = all(["P0", "operational"]);
    expect(overallState(well, [incident()])).toBe("degraded");
    expect(overallState(well, [incident({ components: [] })])).toBe("down");
    expect(overallState(well, [incident({ components: [], source: "alert" })])).toBe("degraded");
    expect(overallState(well, [incident({ components: [], impact: "degraded" })])).toBe("degraded");
  });
});
