import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { partsOf, type CpuProfile } from "../cpu-profile";
import { measure } from "../measure";
import type { Bench } from "../platform";
import type { Anatomy } from "../results";
import { childCommand, taskOf } from "./growth";
import type { Marks, TaskResult } from "./child";

/** Takes a no-change preview and an `up` of so many containers apart: by their steps, by process, by what Node did. */
export async function measureAnatomy(bench: Bench, containers: number): Promise<readonly Anatomy[]> {
  const task = taskOf(bench, containers);
  rmSync(task.home, { recursive: true, force: true });
  const runs: Anatomy[] = [await dissect(bench, { ...task, verb: "up" })];
  runs.unshift(await dissect(bench, { ...task, verb: "preview" }));
  await measure(bench.docker, childCommand({ ...task, verb: "destroy" }));
  return runs;
}

/**
 * A preview is run twice: the profiler costs time of its own, so that the steps come from a run without it. An `up`
 * can be had only once.
 */
async function dissect(bench: Bench, task: ReturnType<typeof taskOf>): Promise<Anatomy> {
  const folder = mkdtempSync(join(tmpdir(), "t26bench-"));
  try {
    bench.say(`  ${task.containers}, ours, ${task.verb}, taken apart`);
    const profiler = ["--cpu-prof", `--cpu-prof-dir=${folder}`];
    const first = await measure(bench.docker, childCommand(task, ...profiler));
    const plain = task.verb === "preview" ? await measure(bench.docker, childCommand(task)) : first;
    const { marks, cpu, changes } = JSON.parse(plain.stdout) as TaskResult;
    const { ownCpu, hostCpu, seconds } = plain.run;
    const [profile = ""] = readdirSync(folder);
    return {
      verb: task.verb === "preview" ? "preview" : "up",
      containers: task.containers,
      resources: Object.values(changes).reduce((sum, count) => sum + count, 0),
      seconds,
      steps: stepsOf(marks, seconds),
      cpu: [
        [task.engine === "hermetic" ? "Node: program and stand-ins" : "Node: program", cpu],
        ...(ownCpu === undefined
          ? []
          : ([
              [task.engine === "hermetic" ? "Pulumi's CLI" : "Pulumi's CLI and plugins", round(ownCpu - cpu)],
              ["Docker engine, containers and the rest of the host", round(hostCpu - ownCpu)],
            ] as const)),
      ],
      parts: partsOf(JSON.parse(readFileSync(join(folder, profile), "utf8")) as CpuProfile),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What came after what. Their sum is the whole. */
export function stepsOf(marks: Marks, seconds: number): Anatomy["steps"] {
  const {
    loaded,
    opened,
    programBegan = opened,
    programEnded = programBegan,
    lastResource = programEnded,
  } = marks;
  const moments: readonly (readonly [string, number])[] = [
    ["Node starts, and loads the modules", loaded],
    ["opening the stack: Docker, stand-ins, files", opened],
    ["Pulumi's CLI starts and reads the state", programBegan],
    ["the program constructs its resources", programEnded],
    ["registering, comparing and making them", lastResource],
    ["Pulumi's CLI ends", marks.ended],
    ["Node ends", seconds * 1000],
  ];
  return moments.map(([what, at], index) => {
    const before = index === 0 ? 0 : (moments[index - 1]?.[1] ?? 0);
    return [what, round(Math.max(0, at - before) / 1000)];
  });
}

const round = (seconds: number): number => Math.round(seconds * 100) / 100;
