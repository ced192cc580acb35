import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stepsOf } from "../../bench/growth/anatomy";
import { growthPlan } from "../../bench/growth/plan";
import { allResults, keepResults, type EngineResults } from "../../bench/results";
import { UNKNOWN_HOST } from "../../../model/host";

describe("raw results", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "t26-results-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const part = (containers: number): EngineResults =>
    ({ platform: { containers } }) as unknown as EngineResults;

  it("of one engine leave the other's alone", () => {
    keepResults("official", part(1), folder);
    keepResults("hermetic", part(2), folder);
    keepResults("hermetic", part(3), folder);
    expect([...allResults(folder)]).toEqual([
      ["hermetic", part(3)],
      ["official", part(1)],
    ]);
  });

  it("of one part leave the other parts alone", () => {
    const growth = { growth: { rows: [] } } as unknown as EngineResults;
    keepResults("hermetic", part(1), folder);
    keepResults("hermetic", growth, folder);
    expect(allResults(folder).get("hermetic")).toEqual({ ...part(1), ...growth });
  });

  it("may be there for no engine yet", () => expect([...allResults(join(folder, "none"))]).toEqual([]));
});

describe("the plan of idle services", () => {
  const { containers } = growthPlan(20, UNKNOWN_HOST);
  const services = containers.filter(({ role }) => role === "service");

  it("has so many, on every lane, and the toolbox that all have", () => {
    expect(services).toHaveLength(20);
    expect(containers).toHaveLength(21);
    expect(new Set(services.flatMap(({ lanes }) => lanes))).toEqual(
      new Set(["frontend", "lowlatency", "backend"]),
    );
  });
  it("has each of them limited, probed and waiting for nobody else", () => {
    for (const { healthcheck, memoryMiB, dependsOn } of services)
      expect({ probed: healthcheck !== undefined, memoryMiB, dependsOn }).toEqual({
        probed: true,
        memoryMiB: 32,
        dependsOn: ["toolbox"],
      });
  });
});

describe("the steps of a run", () => {
  it("add up to the whole", () => {
    const marks = {
      loaded: 500,
      opened: 600,
      programBegan: 1000,
      programEnded: 1250,
      lastResource: 2800,
      ended: 2900,
    };
    const steps = stepsOf(marks, 3);
    expect(steps.map(([, seconds]) => seconds)).toEqual([0.5, 0.1, 0.4, 0.25, 1.55, 0.1, 0.1]);
  });
  it("are nothing where there was no program", () => {
    expect(stepsOf({ loaded: 500, opened: 600, ended: 900 }, 1).map(([, seconds]) => seconds)).toEqual([
      0.5, 0.1, 0, 0, 0, 0.3, 0.1,
    ]);
  });
});
