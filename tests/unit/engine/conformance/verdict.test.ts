import type { EngineEvent } from "@pulumi/pulumi/automation";
import { normaliseError, outcomes } from "../../../../engine/conformance/verdict";

const URN = "urn:pulumi:main::t26conf::docker:index/container:Container::t26conf-a-c";
const NAME = "t26conf-a-c";

function step(op: string, more: object = {}): EngineEvent {
  return {
    sequence: 1,
    timestamp: 1,
    resourcePreEvent: { metadata: { op, urn: URN, ...more } },
  } as unknown as EngineEvent;
}
const diagnostic = (message: string, severity = "error"): EngineEvent =>
  ({ sequence: 1, timestamp: 1, diagnosticEvent: { urn: URN, message, severity, color: "" } }) as EngineEvent;
const failed: EngineEvent = {
  sequence: 1,
  timestamp: 1,
  resOpFailedEvent: { metadata: { op: "create", urn: URN }, status: 0, steps: 0 },
} as unknown as EngineEvent;
const verdict = (...events: EngineEvent[]): string | undefined => outcomes(events).get(NAME)?.verdict;

describe("outcomes", () => {
  it("names the operation and, of an update, the inputs by their top-level names", () => {
    expect(verdict(step("same"))).toBe("same");
    expect(verdict(step("create"))).toBe("create");
    expect(
      verdict(
        step("update", {
          diffs: ["memorySwap"],
          detailedDiff: {
            "healthcheck.interval": { diffKind: "update" },
            "ports[0].ip": { diffKind: "add" },
          },
        }),
      ),
    ).toBe("update: healthcheck, memorySwap, ports");
  });

  it("tells by the order of its steps how a resource is replaced", () => {
    const keys = { keys: ["networksAdvanced[0].name", "cpus"] };
    const [gone, made, whole] = [
      step("delete-replaced", keys),
      step("create-replacement", keys),
      step("replace", keys),
    ];
    expect(verdict(gone, whole, made)).toBe("replace delete-first: cpus, networksAdvanced");
    expect(verdict(made, whole, gone)).toBe("replace create-first: cpus, networksAdvanced");
    expect(verdict(made)).toBe("replace create-first: cpus, networksAdvanced");
  });

  it("does not take what a refresh finds for what is going to happen", () => {
    expect(verdict(step("refresh", { diffs: ["memory"] }), step("same"))).toBe("same");
    expect(verdict(step("refresh"), step("create"))).toBe("create");
  });

  it("marks what failed and keeps the first error", () => {
    const found = outcomes([step("create"), diagnostic("first"), failed, diagnostic("second")]).get(NAME);
    expect(found).toEqual({ verdict: "create failed", error: "first" });
    expect(verdict(diagnostic("refused"))).toBe("none failed");
    expect(verdict(step("create"), diagnostic("beware", "warning"))).toBe("create");
  });
});

describe("normaliseError", () => {
  it("takes out ids, addresses of resources and colours", () => {
    const id = "a".repeat(64);
    expect(
      normaliseError(`<{%reset%}>sdk-v2/provider2.go:572: sdk.helper_schema: in use by\n "${id}" of ${URN}`),
    ).toBe('in use by "<id>" of <urn>');
  });
});
