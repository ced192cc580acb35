import type { EngineEvent } from "@pulumi/pulumi/automation";
import { EventCollector, plainMessage } from "../../../engine/events";
import type { DeployEvent } from "../../../engine/events";

const URN = "urn:pulumi:dev::p::my:component:C$docker:index/container:Container::web";
const STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev";
const event = (part: object): EngineEvent => ({ sequence: 1, timestamp: 1, ...part }) as EngineEvent;
const metadata = (op: string) => ({
  op,
  urn: URN,
  type: "docker:index/container:Container",
  provider: "",
  old: {},
  new: {},
});
const said = (message: string, urn?: string, severity = "error") =>
  event({ diagnosticEvent: { message, color: "never", severity, urn } });

describe("collecting a run's events", () => {
  it("gives steps with what changed, and passes everything on", () => {
    const seen: DeployEvent[] = [];
    const events = new EventCollector((one) => seen.push(one));
    const detailedDiff = { "ports[0].external": { diffKind: "update-replace", inputDiff: false } };
    events.accept(
      event({
        resourcePreEvent: {
          metadata: { ...metadata("replace"), diffs: ["ports"], keys: ["ports"], detailedDiff },
        },
      }),
    );
    events.accept(event({ resOutputsEvent: { metadata: metadata("replace") } }));
    events.accept(
      event({
        summaryEvent: { maybeCorrupt: false, durationSeconds: 3, resourceChanges: { same: 1, replace: 1 } },
      }),
    );
    expect(events.steps).toEqual([
      {
        op: "replace",
        urn: URN,
        type: "docker:index/container:Container",
        name: "web",
        diffs: ["ports"],
        keys: ["ports"],
        detailedDiff: { "ports[0].external": { kind: "update-replace" } },
      },
    ]);
    expect([events.changes, events.seconds]).toEqual([{ same: 1, replace: 1 }, 3]);
    expect(seen.map(({ kind }) => kind)).toEqual(["start", "done", "summary"]);
  });

  it("does not count looking as a step", () => {
    const events = new EventCollector();
    events.accept(event({ resourcePreEvent: { metadata: metadata("refresh") } }));
    expect(events.steps).toEqual([]);
  });

  it("says each failure once, with the resource it belongs to", () => {
    const events = new EventCollector();
    events.accept(said("error: \u003c{%reset%}\u003eUnable to start container: no\n", URN));
    events.accept(
      said(
        `1 error occurred:\n\t* creating ${URN}: 1 error occurred:\n\t* Unable to start container: no\n\n`,
        URN,
      ),
    );
    events.accept(said("update failed", STACK));
    events.accept(said("careful", URN, "warning"));
    expect(events.failures).toEqual([
      {
        urn: URN,
        type: "docker:index/container:Container",
        name: "web",
        message: "Unable to start container: no",
      },
    ]);
  });

  it("takes the program's own error as nobody's", () => {
    const events = new EventCollector();
    events.accept(said("Unhandled exception: TypeError: x is undefined", STACK));
    events.accept(said("x is undefined"));
    expect(events.failures).toEqual([{ message: "Unhandled exception: TypeError: x is undefined" }]);
  });
});

describe("a plain message", () => {
  it.each([
    ["sdk-v2/provider2.go:571: sdk.helper_schema: Unable: x: provider=docker@5.1.0", "Unable: x"],
    [
      "1 error occurred:\n\t* container failed to be in healthy state\n\n",
      "container failed to be in healthy state",
    ],
    ["docker:index/container:Container resource 'c' has a problem: bad", "bad"],
  ])("of %j", (framed, plain) => expect(plainMessage(framed)).toBe(plain));
});
