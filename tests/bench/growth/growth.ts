import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { composeExport } from "../../../model/compose";
import { UNKNOWN_HOST } from "../../../model/host";
import { ROOT } from "../../../stacks/inputs";
import type { ComposeProject } from "../compose";
import { processorsAtRest, type Run } from "../measure";
import { HOME } from "../places";
import { measureCompose, timed, type Bench } from "../platform";
import type { GrowthRow } from "../results";
import type { Task } from "./child";
import { growthPlan } from "./plan";

/** Two intervals of the probes. */
const REST_SECONDS = 10;

/** Services that do nothing, so many of them: what a container costs, and how that grows. */
export async function measureGrowth(bench: Bench, containers: number): Promise<GrowthRow> {
  const task = taskOf(bench, containers);
  rmSync(task.home, { recursive: true, force: true });
  const ours = (verb: Task["verb"], what: string = verb): Promise<Run> =>
    timed(bench, `${containers}, ours, ${what}`, childCommand({ ...task, verb }));
  const row = {
    ours: { up: [] as Run[], again: [] as Run[], preview: [] as Run[], down: [] as Run[] },
    compose: { up: [] as Run[], again: [] as Run[], down: [] as Run[] },
  };
  const project = composeProject(containers);
  const without = await processorsAtRest(REST_SECONDS);
  row.ours.up.push(await ours("up"));
  const rest = { without, with: await processorsAtRest(REST_SECONDS) };
  row.ours.again.push(await ours("up", "up again"));
  for (let round = 0; round < bench.rounds; round++) row.ours.preview.push(await ours("preview"));
  row.ours.down.push(await ours("destroy"));
  await measureCompose(bench, bench.compose, project, row.compose);
  return { containers, rest, ...row };
}

export function taskOf(bench: Pick<Bench, "engine">, containers: number): Task {
  const home = join(HOME, `growth-${bench.engine}`);
  return { verb: "up", engine: bench.engine, containers, root: ROOT, home };
}

export function childCommand(task: Task, ...nodeArgs: readonly string[]): readonly [string, ...string[]] {
  return [process.execPath, ...nodeArgs, join(__dirname, "child.mjs"), JSON.stringify(task)];
}

/** The same services for Compose, by the export that users have. */
function composeProject(containers: number): ComposeProject {
  const plan = growthPlan(containers, UNKNOWN_HOST);
  const folder = join(HOME, "compose");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, `growth-${containers}.yaml`);
  const { yaml, files } = composeExport(plan, {
    folder: "./none",
    inHouse: (service) => service,
    value: ({ credential }) => credential,
  });
  if (files.length > 0) throw new Error("the idle services have files: write them for Compose");
  writeFileSync(file, yaml);
  return { file, services: plan.containers.filter(({ role }) => role === "service").map(({ name }) => name) };
}
