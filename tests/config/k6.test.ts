import type Docker from "dockerode";
import { loadScript, runFiles } from "../../cli/load-test/script";
import { toldRun } from "../../cli/load-test/run";
import { tar } from "../../engine/hermetic/providers/tar";
import { recipeTag } from "../../images/builder";
import { FILES, FOLDER } from "../../model/load/protocol";
import { COUNTED_STATUSES, windowsOf } from "../../model/load/run";
import { SCENARIOS, type Scenario } from "../../model/load/scenarios";
import { goalsOf, routeChecks } from "../../model/load/targets";
import { expressionOf, thresholdsOf } from "../../model/load/thresholds";
import type { ServiceSpec } from "../../model/service";
import { platformWorkloads } from "../../stacks/catalogue";
import { ROOT } from "../../stacks/inputs";
import { engine, finish, type Finished } from "../harness/docker";

interface Inspected {
  readonly scenarios: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly thresholds: Readonly<Record<string, readonly unknown[]>>;
  readonly hosts: Readonly<Record<string, unknown>>;
  readonly maxVUs: number;
  readonly totalDuration: string;
}

const services = platformWorkloads.filter((workload): workload is ServiceSpec => workload.kind === "service");
const given = {
  ...{ prefix: "t26", network: "none", image: "", user: "", binary: "", cpus: 1, seed: 1, tags: {} },
  gateway: { host: "localhost", address: "10.0.0.2", port: 8443 },
  ...{ checks: routeChecks(services), goals: goalsOf(services), secret: "secret", ca: "ca" },
};

/** Each load test as the command hands it over, read by the program that runs it. */
describe("k6 inspect", () => {
  let docker: Docker;
  let script: string;
  beforeAll(async () => {
    docker = await engine();
    script = loadScript(ROOT);
  });

  async function inspect(
    scenario: Scenario,
    change: (files: Record<string, string>) => void = () => undefined,
  ): Promise<Finished> {
    const files = Object.fromEntries(
      runFiles(script, toldRun({ ...given, scenario }), given).map(({ path, content }) => [path, content]),
    );
    change(files);
    const container = await docker.createContainer({
      Image: recipeTag(ROOT, "k6"),
      Cmd: ["inspect", "--execution-requirements", FILES.script],
      Labels: { "com.trade2026.test": "k6" },
      HostConfig: { NetworkMode: "none", CapDrop: ["ALL"] },
    });
    try {
      const entries = Object.entries(files).map(([path, content]) => ({
        ...{ name: path.slice(1), mode: 0o444, content: Buffer.from(content) },
      }));
      await container.putArchive(
        tar([{ name: FOLDER.slice(1), mode: 0o755, content: Buffer.alloc(0), directory: true }, ...entries]),
        { path: "/" },
      );
      return await finish(container);
    } finally {
      await container.remove({ force: true });
    }
  }

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    "takes %s as it was meant",
    async (_, scenario) => {
      const { code, stdout, stderr } = await inspect(scenario);
      expect([code, stderr]).toEqual([0, ""]);
      const read = JSON.parse(stdout) as Inspected;
      const planned = toldRun({ ...given, scenario }).options as unknown as Inspected;
      expect(Object.keys(read.scenarios)).toEqual([scenario.name]);
      const shape = read.scenarios[scenario.name] ?? {};
      if (scenario.shape.kind === "constant")
        expect(shape).toMatchObject({ executor: "constant-arrival-rate", rate: scenario.shape.rate });
      else expect(shape["stages"]).toHaveLength(scenario.shape.stages.length);
      expect(Object.keys(read.thresholds).sort()).toEqual(Object.keys(planned.thresholds).sort());
      for (const threshold of thresholdsOf(scenario, given.goals)) {
        const [found] = read.thresholds[threshold.metric] ?? [];
        const words = typeof found === "string" ? found : (found as { readonly threshold: string }).threshold;
        expect(words).toBe(expressionOf(threshold));
      }
      const shown = 2 * windowsOf(scenario).count + COUNTED_STATUSES.length;
      expect(Object.keys(read.thresholds).length).toBeGreaterThan(shown);
      expect(read.hosts).toEqual({ "localhost:8443": "10.0.0.2:8443" });
      expect(read.maxVUs).toBeLessThanOrEqual(1000);
    },
  );

  it("refuses a script that does not parse, and one without its run", async () => {
    const scenario = SCENARIOS[1] as Scenario;
    const broken = await inspect(scenario, (files) => (files[FILES.script] += "\nexport const = 1;\n"));
    expect([broken.code, broken.stderr]).toEqual([
      107,
      expect.stringMatching(/Unexpected token|SyntaxError/),
    ]);
    const alone = await inspect(scenario, (files) => delete files[FILES.run]);
    expect([alone.code, alone.stderr]).toEqual([107, expect.stringContaining("run.json")]);
  });
});
