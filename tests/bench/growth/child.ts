import { chooseEngine, openStack, prepareEngine } from "../../../engine";
import type { DeployEvent, Deployment, EngineKind, Plan } from "../../../engine";
import { growthProgram } from "./program";

/** What one run is asked to do, as JSON in its only argument. */
export interface Task {
  readonly verb: "up" | "preview" | "destroy";
  readonly engine: EngineKind;
  readonly containers: number;
  readonly root: string;
  readonly home: string;
  readonly parallel?: number;
}

/** Where its time went, in milliseconds since the process began. */
export interface Marks {
  /** Modules are loaded. */
  readonly loaded: number;
  /** The stack is open: Docker found, stand-ins served, files written. */
  readonly opened: number;
  /** Pulumi's CLI has started and asks for the program. */
  readonly programBegan?: number;
  /** The program has returned: every resource is constructed. */
  readonly programEnded?: number;
  /** The CLI has said of the last resource what becomes of it. */
  readonly lastResource?: number;
  /** The CLI is done. */
  readonly ended: number;
}

export interface TaskResult {
  readonly marks: Marks;
  /** Processor seconds of this process; what it started is not in it. */
  readonly cpu: number;
  readonly changes: Plan["changes"];
}

/** One run of the engine on a stack of idle services, in a process of its own as the command's would be. */
async function work(task: Task): Promise<TaskResult> {
  const loaded = performance.now();
  const at: { programBegan?: number; programEnded?: number; lastResource?: number } = {};
  const place = { root: task.root, home: ".trade2026" };
  const engine = await prepareEngine(
    await chooseEngine({ ...place, requested: task.engine }),
    undefined,
    place,
  );
  const deployment = await openStack({
    engine,
    stack: `growth-${task.containers}`,
    root: task.root,
    home: task.home,
    program: async () => {
      at.programBegan = performance.now();
      const outputs = await growthProgram(task.containers);
      at.programEnded = performance.now();
      return outputs;
    },
    onEvent: ({ kind }: DeployEvent) => {
      if (kind === "start" || kind === "done") at.lastResource = performance.now();
    },
    ...(task.parallel === undefined ? {} : { parallel: task.parallel }),
  });
  const opened = performance.now();
  try {
    const { changes } = await perform(deployment, task.verb);
    const { user, system } = process.cpuUsage();
    return {
      marks: { loaded, opened, ...at, ended: performance.now() },
      cpu: Math.round((user + system) / 10_000) / 100,
      changes,
    };
  } finally {
    await deployment.close();
  }
}

function perform(deployment: Deployment, verb: Task["verb"]): Promise<Pick<Plan, "changes">> {
  switch (verb) {
    case "up":
      return deployment.up();
    case "preview":
      return deployment.preview();
    case "destroy":
      return deployment.destroy({ remove: true });
  }
}

export function main([text = "{}"]: readonly string[]): void {
  work(JSON.parse(text) as Task).then(
    (result) => process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0)),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      process.exit(1);
    },
  );
}
