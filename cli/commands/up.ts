import type { Deployment, EngineKind, PreparedEngine } from "../../engine";
import type { Plan } from "../../model/plan";
import { givenBefore, readStackConfig, remember, type StackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { examine, isUp, ownContainers } from "../docker/containers";
import type { DockerConnection } from "../docker/connect";
import { ownImages, removeOwnImages } from "../docker/own-images";
import { lockStack } from "../lock";
import { openStack, prepareEngine } from "../session";
import { INTERRUPTED, untilInterrupted } from "../signals";
import { DeployProgress } from "../up/deploy";
import { healthGate } from "../up/health-gate";
import { decideImages } from "../up/image-mode";
import { ensureImages } from "../up/images";
import { dockerOrInstall } from "../up/install-docker";
import { checkedPlan } from "../up/preflight";
import { recover, type Recovery } from "../up/recovery";
import { upSummary } from "../up/summary";
import { describeTrouble } from "../up/watch";
import { describeError } from "../ui/errors";
import { count } from "../ui/format";
import { Output } from "../ui/output";

export interface UpOptions {
  readonly yes: boolean;
  readonly engine?: EngineKind;
  readonly images?: "upstream" | "packages";
  readonly set: readonly string[];
  readonly unset: readonly string[];
}

/** Brings the platform up, or up to date. @returns exit code */
export async function up(context: Context, options: UpOptions, out = new Output()): Promise<number> {
  const say = (line: string): void => out.line(line);
  const set = [...options.set, ...(options.images === undefined ? [] : [`images=${options.images}`])];
  const asked = readStackConfig(context, { set, unset: options.unset });
  const connection = await dockerOrInstall(asked.settings, options.yes, out);
  const release = await lockStack(context, say);
  const abort = untilInterrupted(say);
  try {
    const { config, sentence } = await decideImages(asked, connection.docker);
    const plan = await checkedPlan(config.settings, connection, out);
    say(sentence);
    const kept = givenBefore(config.remembered, set);
    if (kept.length > 0)
      say(`Settings given by --set before: ${kept.join(", ")}. --unset <key> forgets one.`);
    // Both may take minutes on a new machine, and neither needs the other.
    const [engine] = await Promise.all([
      prepareEngine(context, { say, ...(options.engine === undefined ? {} : { engine: options.engine }) }),
      ensureImages(context, plan, connection.docker, say, abort.signal),
    ]);
    return await deployWith(engine, { context, config, plan, connection, out, signal: abort.signal });
  } finally {
    abort.done();
    release();
  }
}

interface Deploying {
  readonly context: Context;
  readonly config: StackConfig;
  readonly plan: Plan;
  readonly connection: DockerConnection;
  readonly out: Output;
  readonly signal: AbortSignal;
}

async function deployWith(engine: PreparedEngine, deploying: Deploying): Promise<number> {
  const { context, config, plan, connection, out } = deploying;
  const progress = new DeployProgress(out, plan, connection.docker);
  const deployment = await openStack(context, config, engine, {
    onEvent: progress.see,
    docker: connection.endpoint,
  });
  try {
    const recovery = await recover(deployment, {
      stack: context.stack,
      prefix: config.settings.prefix,
      claimed: config.remembered.claimed,
      plan,
      docker: connection.docker,
      say: (line) => out.line(line),
    });
    remember(context, { ...config.remembered, claimed: config.settings.prefix });
    return await deploy(deployment, progress, recovery, deploying);
  } finally {
    await deployment.close();
  }
}

async function deploy(
  deployment: Deployment,
  progress: DeployProgress,
  recovery: Recovery,
  deploying: Deploying,
): Promise<number> {
  const { plan, connection, out, signal } = deploying;
  try {
    await progress.during(() => deployment.up({ ...recovery, signal }));
  } catch (error) {
    if (signal.aborted) {
      out.line("Stopped. What has been created stays; the next `./trade2026 up` goes on from there.");
      return INTERRUPTED;
    }
    // Refused before anything was touched: there is nothing to report of the containers, nor to go on from.
    if (error instanceof Error && error.name === "EngineSwitchError") throw error;
    await reportFailures(progress, deploying);
    out.line(`\n${describeError(error)}`);
    const alive = await connection.docker.ping().then(
      () => true,
      () => false,
    );
    if (!alive) out.line(`\n${out.style.bad("✗")} The Docker engine no longer answers: start it again.`);
    out.line(
      "\nWhat has been created stays; the next `./trade2026 up` goes on from there. `./trade2026 logs <service>` has more.",
    );
    return 1;
  }
  const gate = await healthGate(
    connection.docker,
    plan,
    (names) => out.draw([`waiting for ${count(names.length, "service")}: ${names.join(", ")}`]),
    signal,
  );
  out.clear();
  for (const { name, id, what } of gate.failing) {
    const findings = id === undefined ? undefined : await examine(connection.docker, id);
    out.line(describeTrouble(name, what, findings, out.style));
  }
  const { creating, waiting } = progress.view.times;
  const { changes } = progress.view;
  const result = {
    plan,
    changes,
    healthy: gate.healthy.length,
    creatingMs: creating,
    waitingMs: waiting + gate.waitedMs,
  };
  upSummary(result, out.style).forEach((line) => out.line(line));
  if (gate.failing.length === 0) {
    // what a service that was taken out ran
    await removeOwnImages(connection.docker, plan.settings.prefix, ownImages(plan));
    return 0;
  }
  out.line(
    "\nSomething is wrong inside these services. Their logs: `./trade2026 logs <service>`; this machine: `./trade2026 doctor`.",
  );
  return 1;
}

/** Containers in trouble that nothing has been said of yet; of the others a reminder. */
async function reportFailures(
  progress: DeployProgress,
  { plan, connection: { docker }, out }: Deploying,
): Promise<void> {
  const containers = await ownContainers(docker, plan.settings.prefix).catch(() => []);
  const told = progress.watch?.told ?? new Set();
  for (const { id, name, role, state, health, exitCode } of containers) {
    const failed =
      role === "job" ? state === "exited" && exitCode !== 0 : role === "service" && !isUp({ state, health });
    if (!failed) continue;
    const what =
      exitCode === undefined
        ? `is ${state}${health === "none" ? "" : `, ${health}`}`
        : `is ${state}, exit code ${exitCode}`;
    if (told.has(name)) out.line(`${out.style.bad("✗")} ${out.style.strong(name)} ${what}: its log is above`);
    else out.line(describeTrouble(name, what, await examine(docker, id).catch(() => undefined), out.style));
  }
}
