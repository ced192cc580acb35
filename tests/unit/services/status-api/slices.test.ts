import fc from "fast-check";
import type { ComponentState, StatusDay } from "../../../../services/contracts/status";
import {
  dayStart,
  MINUTE_MS,
  PendingSlices,
  SLICE_STATES,
  uptimeOf,
} from "../../../../services/status-api/src/slices";

const day = (more: Partial<StatusDay>): StatusDay => ({
  day: "2026-03-01",
  operational: 0,
  degraded: 0,
  down: 0,
  maintenance: 0,
  unknown: 0,
  ...more,
});
const states = (...entries: readonly (readonly [string, ComponentState])[]) => new Map(entries);

describe("slices that wait", () => {
  it("are minutes, each as bad as its worst sample", () => {
    const pending = new PendingSlices(100);
    pending.add(120_000, states(["a", "operational"], ["b", "unknown"]));
    pending.add(135_000, states(["a", "down"], ["b", "operational"]));
    pending.add(150_000, states(["a", "operational"], ["b", "unknown"]));
    pending.add(180_000, states(["a", "operational"]));
    expect(
      pending.list().map(({ component, minute, rank }) => [component, minute, SLICE_STATES[rank]]),
    ).toEqual([
      ["a", 120_000, "down"],
      ["b", 120_000, "operational"],
      ["a", 180_000, "operational"],
    ]);
  });

  it("end the same in whatever order samples come", () => {
    const sample = fc.constantFrom(...SLICE_STATES);
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1 }), fc.array(fc.nat()), (samples, keys) => {
        const shuffled = samples
          .map((state, index) => ({ state, key: keys[index] ?? 0 }))
          .sort((a, b) => a.key - b.key)
          .map(({ state }) => state);
        const rankOf = (list: readonly ComponentState[]): number | undefined => {
          const pending = new PendingSlices(10);
          list.forEach((state, index) => pending.add(index, states(["a", state])));
          return pending.list()[0]?.rank;
        };
        expect(rankOf(shuffled)).toBe(rankOf(samples));
      }),
    );
  });

  it("stay until they are stored as they are", () => {
    const pending = new PendingSlices(100);
    pending.add(0, states(["a", "operational"], ["b", "operational"]));
    const sent = pending.list();
    pending.add(1000, states(["a", "down"]));
    pending.stored(sent);
    expect(pending.list()).toEqual([{ component: "a", minute: 0, rank: SLICE_STATES.indexOf("down") }]);
  });

  it("are bounded: the oldest go", () => {
    const pending = new PendingSlices(2);
    for (const minute of [1, 2, 3]) pending.add(minute * MINUTE_MS, states(["a", "down"]));
    expect(pending.list().map(({ minute }) => minute / MINUTE_MS)).toEqual([2, 3]);
  });
});

describe("uptime", () => {
  it("is good minutes over known minutes, of all days together", () => {
    expect(uptimeOf([day({ operational: 90, degraded: 9 }), day({ operational: 900, down: 1 })])).toBe(0.999);
  });

  it("counts neither what is unknown nor maintenance", () => {
    expect(uptimeOf([day({ operational: 3, down: 1, unknown: 500, maintenance: 500 })])).toBe(0.75);
  });

  it("is not there when nothing was measured", () => {
    expect(uptimeOf([])).toBeNull();
    expect(uptimeOf([day({ unknown: 1440 }), day({ maintenance: 10 })])).toBeNull();
  });

  it("lies between 0 and 1, and is 1 only without a bad minute", () => {
    const minutes = fc.nat({ max: 1440 });
    const anyDay = fc.record({
      operational: minutes,
      degraded: minutes,
      down: minutes,
      maintenance: minutes,
      unknown: minutes,
    });
    fc.assert(
      fc.property(fc.array(anyDay), (days) => {
        const uptime = uptimeOf(days.map(day));
        if (uptime === null) return;
        expect(uptime).toBeGreaterThanOrEqual(0);
        expect(uptime === 1).toBe(days.every(({ down }) => down === 0));
        expect(uptime).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it("begins a day at midnight UTC", () => {
  const noon = Date.parse("2026-03-01T12:00:00Z");
  expect(new Date(dayStart(noon)).toISOString()).toBe("2026-03-01T00:00:00.000Z");
  expect(new Date(dayStart(noon, 1)).toISOString()).toBe("2026-02-28T00:00:00.000Z");
});
