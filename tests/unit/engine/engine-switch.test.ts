import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { Deployment } from "../../../engine/deployment";
import { readEngineRecord, writeEngineRecord } from "../../../engine/engine-record";
import type { DeployEvent } from "../../../engine/events";
import { homeOf, stateFile } from "../../../engine/home";
import type { EngineKind, OpCounts, PreparedEngine } from "../../../engine/types";

const engine = (kind: EngineKind): PreparedEngine => ({
  kind,
  reason: "",
  cli: { version: "3", path: "pulumi" },
  plugins: [],
  requested: true,
});

/** What the CLI reports of a run that comes to these counts. */
function report(onEvent: (event: EngineEvent) => void, changes: OpCounts): void {
  const summary = { maybeCorrupt: false, durationSeconds: 1, resourceChanges: changes };
  onEvent({ sequence: 1, timestamp: 1, summaryEvent: summary } as EngineEvent);
}

describe("a stack that the other engine deployed last", () => {
  const root = mkdtempSync(join(tmpdir(), "t26switch-"));
  const home = homeOf(root);
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  let seen: DeployEvent[];
  let ups: number;

  beforeEach(() => {
    [seen, ups] = [[], 0];
    const state = stateFile(home, "p", "dev");
    mkdirSync(dirname(state), { recursive: true });
    const resources = [{ urn: "urn:pulumi:dev::p::a:b:C::x", type: "a:b:C", id: "1" }];
    writeFileSync(state, JSON.stringify({ checkpoint: { latest: { resources } } }));
    writeEngineRecord(home, "dev", engine("official"));
  });

  /** The stack in the hands of the hermetic engine, whose preview comes to these counts. */
  function switched(preview: OpCounts, acceptEngineSwitch = false): Deployment {
    interface Run {
      readonly onEvent: (event: EngineEvent) => void;
    }
    const pulumi = {
      preview: ({ onEvent }: Run) => Promise.resolve(report(onEvent, preview)),
      up: ({ onEvent }: Run) => {
        ups += 1;
        return Promise.resolve(report(onEvent, { same: 1 }));
      },
    } as unknown as Stack;
    return new Deployment({
      engine: engine("hermetic"),
      stack: "dev",
      project: "p",
      home,
      pulumi,
      readOutputs: () => Promise.resolve({}),
      passphraseSource: "",
      acceptEngineSwitch,
      parallel: 8,
      traces: false,
      onEvent: (event) => seen.push(event),
      close: () => Promise.resolve(),
    });
  }

  it("is not touched by one that would change what there is", async () => {
    await expect(switched({ same: 3, create: 2, update: 1, replace: 4 }).up()).rejects.toThrow(
      "would change it (1 to update, 4 to replace)",
    );
    expect([ups, seen, readEngineRecord(home, "dev")?.kind]).toEqual([0, [], "official"]);
  });

  it.each<[string, OpCounts]>([
    ["would leave all as it is", { same: 3 }],
    ["would only make what is not there, as after a down", { same: 40, create: 91, replace: 0 }],
  ])("goes over to one that %s, which is not told as the deployment", async (_, preview) => {
    await switched(preview).up();
    expect([ups, readEngineRecord(home, "dev")?.kind]).toEqual([1, "hermetic"]);
    expect(seen).toEqual([{ kind: "summary", changes: { same: 1 }, seconds: 1 }]);
  });

  it("goes over whatever would change where that was agreed to", async () => {
    await switched({ replace: 4 }, true).up();
    expect(ups).toBe(1);
  });
});
