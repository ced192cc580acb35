import { join } from "node:path";
import type { Deployment, EngineKind, OpenStackOptions, PreparedEngine } from "../engine";
import type { StackConfig } from "./config/stack-config";
import type { Context } from "./context";
import { load } from "./load";
import { redact } from "../services/contracts/redact";
import type * as engineModule from "../engine";

type Program = OpenStackOptions["program"];

export interface SessionOptions {
  readonly engine?: EngineKind;
  /** Where lines of progress go. */
  readonly say: (line: string) => void;
  readonly onEvent?: OpenStackOptions["onEvent"];
  readonly docker?: OpenStackOptions["docker"];
  readonly acceptEngineSwitch?: boolean;
}

/** Chooses an engine, says which and why, and gets what it lacks. Engines are the checkout's, whatever the home. */
export async function prepareEngine(
  context: Context,
  options: Pick<SessionOptions, "engine" | "say">,
): Promise<PreparedEngine> {
  const engine = load<typeof engineModule>("../engine");
  const place = { root: context.root, home: join(context.root, ".trade2026") };
  const choice = await engine.chooseEngine({
    ...place,
    ...(options.engine === undefined ? {} : { requested: options.engine }),
  });
  options.say(`Engine: ${choice.kind}, Pulumi ${choice.cli.version}: ${choice.reason}`);
  return engine.prepareEngine(choice, (line) => options.say(`  ${redact(line)}`), place);
}

/** Opens the stack with the platform's program. The caller closes it. */
export async function openStack(
  context: Context,
  config: StackConfig,
  engine: PreparedEngine,
  options: Omit<SessionOptions, "engine" | "say">,
): Promise<Deployment> {
  const { openStack: open, parallelSteps } = load<typeof engineModule>("../engine");
  const { dockerHost } = config.settings;
  return open({
    engine,
    stack: context.stack,
    project: "trade2026",
    root: context.root,
    home: context.home,
    config: config.file ?? {},
    configOverrides: config.overrides,
    program: () => load<Program>("../index")(),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    // A stack on another host has a provider of its own for it.
    ...(options.docker === undefined || dockerHost !== "" ? {} : { docker: options.docker }),
    ...(dockerHost === "" ? {} : { parallel: parallelSteps([dockerHost]) }),
    ...(options.acceptEngineSwitch === undefined ? {} : { acceptEngineSwitch: options.acceptEngineSwitch }),
  });
}

/** Opens a stack, hands it over, and closes it whatever happens. */
export async function withStack<T>(
  context: Context,
  config: StackConfig,
  options: SessionOptions,
  use: (deployment: Deployment) => Promise<T>,
): Promise<T> {
  const engine = await prepareEngine(context, options);
  const deployment = await openStack(context, config, engine, options);
  try {
    return await use(deployment);
  } finally {
    await deployment.close();
  }
}
