import { existsSync } from "node:fs";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { cliCommand } from "./cli-command";
import { Deployment } from "./deployment";
import { findDocker } from "./docker-host";
import type { DockerEndpoint } from "./docker-host";
import { engineEnvironment } from "./environment";
import { DockerUnavailableError, StackProblemError } from "./errors";
import type { DeployEvent } from "./events";
import { setCliLogs } from "./hermetic/cli/logs";
import { serveProviders } from "./hermetic/providers/serve";
import { hermeticPulumiHome, homeOf, makeFolders, stateFile } from "./home";
import { parallelSteps } from "./parallel";
import { passphraseFor } from "./passphrase";
import { writeProjectFile, writeStackConfig } from "./stack-config";
import type { StackConfig } from "./stack-config";
import type { PreparedEngine } from "./types";

export interface OpenStackOptions {
  readonly engine: PreparedEngine;
  readonly stack: string;
  /** @default "trade2026" */
  readonly project?: string;
  /** The program; it runs in this process. */
  readonly program: () => Promise<Record<string, unknown> | void>;
  /** The stack's configuration: a file's path, or values by full key. */
  readonly config?: StackConfig;
  /** Laid over the configuration, by full key; structured values as JSON text. */
  readonly configOverrides?: Readonly<Record<string, string>>;
  /** The checkout. @default the working directory */
  readonly root?: string;
  /** Run-time folder, relative to the checkout. @default ".trade2026" */
  readonly home?: string;
  /** The Docker engine to work on. @default the one that `docker` itself would use */
  readonly docker?: DockerEndpoint;
  /** Resources worked on at once. @default see parallel.ts */
  readonly parallel?: number;
  readonly onEvent?: (event: DeployEvent) => void;
  /** Everything the CLI prints, as it prints it. */
  readonly onOutput?: (text: string) => void;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
  /** Deploy even if the other engine made this stack. @default false */
  readonly acceptEngineSwitch?: boolean;
  /** Keep stack traces of errors in the program and the CLI's own log, which makes every run much slower. @default false */
  readonly traces?: boolean;
}

const NAME = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * Opens a stack for work, and makes it where it does not exist yet.
 * @throws DockerUnavailableError, WrongPassphraseError, StackProblemError
 */
export async function openStack(options: OpenStackOptions): Promise<Deployment> {
  const { engine, stack, program } = options;
  const root = options.root ?? process.cwd();
  const project = options.project ?? "trade2026";
  const env = options.env ?? process.env;
  if (!NAME.test(stack)) {
    throw new StackProblemError(`"${stack}" is no name for a stack: use letters, digits, ".", "_" and "-".`);
  }
  const home = homeOf(root, options.home);
  const isNew = !existsSync(stateFile(home, project, stack));
  const passphrase = passphraseFor(home, stack, !isNew, env);
  makeFolders(home);
  writeProjectFile(home, root, project);
  writeStackConfig(home, stack, options.config, options.configOverrides);
  const traces = options.traces ?? env["TRADE2026_TRACES"] === "1";
  if (engine.kind === "hermetic") setCliLogs(hermeticPulumiHome(home), traces);

  const docker = options.docker ?? (await theDockerEngine(env));
  const providers = engine.kind === "hermetic" ? await serveProviders(docker) : undefined;
  try {
    const workspace = await LocalWorkspace.create({
      workDir: home.config,
      program: async () => (await program()) ?? {},
      pulumiCommand: cliCommand(engine.cli.path, engine.cli.version),
      envVars: engineEnvironment(home, engine, passphrase, docker, providers?.attach),
    });
    // `up` would ask for all outputs after each run, in two calls of half a second; `outputs()` asks when wanted.
    const readOutputs = workspace.stackOutputs.bind(workspace, stack);
    workspace.stackOutputs = () => Promise.resolve({});
    workspace.selectStack = () => Promise.resolve();
    if (isNew) await workspace.createStack(stack);
    const pulumi = await Stack.select(stack, workspace);
    return new Deployment({
      engine,
      stack,
      project,
      home,
      pulumi,
      readOutputs,
      passphraseSource: passphrase.source,
      acceptEngineSwitch: options.acceptEngineSwitch ?? false,
      traces,
      close: () => providers?.close() ?? Promise.resolve(),
      parallel: options.parallel ?? parallelSteps([docker.host]),
      ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
      ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
    });
  } catch (error) {
    await providers?.close();
    throw error;
  }
}

async function theDockerEngine(env: NodeJS.ProcessEnv): Promise<DockerEndpoint> {
  const found = await findDocker(env);
  if (!found.found) throw new DockerUnavailableError(found.tried, found.fix);
  return found.endpoint;
}
