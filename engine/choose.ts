import { EngineUnavailableError, StackProblemError } from "./errors";
import { buildCli, findGo, hermeticCliPath, isCliBuilt } from "./hermetic/cli/build";
import { homeOf } from "./home";
import type { Home } from "./home";
import { prepareOfficial, surveyOfficial } from "./official";
import type { Availability, EngineChoice, EngineKind, EngineSurvey, PreparedEngine, Progress } from "./types";
import { CLI_VERSION, PLUGIN_VERSIONS } from "./versions";

export interface ChooseOptions {
  /** The user's wish (`--engine`); the variable TRADE2026_ENGINE counts where it is left out. */
  readonly requested?: EngineKind;
  /** The checkout. @default the working directory */
  readonly root?: string;
  /** Run-time folder, relative to the checkout. @default ".trade2026" */
  readonly home?: string;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

/** What there is of both engines, asked anew. For `doctor`. */
export async function detectEngines(options: ChooseOptions = {}): Promise<EngineSurvey> {
  const { home, env } = settled(options);
  const [official, hermetic] = await Promise.all([surveyOfficial(home, env, true), surveyHermetic(home)]);
  return { official, hermetic };
}

/**
 * The engine to use: the official one wherever it can be had, the hermetic one only where it cannot, or when asked for.
 * @throws EngineUnavailableError when the wish, or with no wish neither, can be had
 */
export async function chooseEngine(options: ChooseOptions = {}): Promise<EngineChoice> {
  const { home, env } = settled(options);
  const requested = options.requested ?? fromEnvironment(env);
  if (requested === "hermetic") {
    const hermetic = await surveyHermetic(home);
    if (!hermetic.available) throw new EngineUnavailableError(requested, hermetic.missing);
    return choice("hermetic", hermetic, "you asked for it", true);
  }
  const official = await surveyOfficial(home, env, requested === "official");
  if (official.available) {
    return choice(
      "official",
      official,
      requested === undefined ? official.detail : "you asked for it",
      requested !== undefined,
    );
  }
  if (requested === "official") throw new EngineUnavailableError(requested, official.missing);
  const hermetic = await surveyHermetic(home);
  if (!hermetic.available)
    throw new EngineUnavailableError(undefined, [...official.missing, ...hermetic.missing]);
  const lacking = official.missing.map((line) => line.split(":")[0] ?? line).join(", ");
  return choice("hermetic", hermetic, `Pulumi's own downloads cannot be had here (${lacking})`, false);
}

/** Downloads or builds what the choice lacks. @throws EngineUnavailableError, EngineBuildError */
export async function prepareEngine(
  chosen: EngineChoice,
  onProgress: Progress = () => undefined,
  options: Pick<ChooseOptions, "root" | "home"> = {},
): Promise<PreparedEngine> {
  const { home } = settled(options);
  if (chosen.kind === "official") return prepareOfficial(home, chosen, onProgress);
  const path = await buildCli(home, onProgress);
  return { ...chosen, cli: { version: CLI_VERSION, path } };
}

async function surveyHermetic(home: Home): Promise<Availability> {
  const plugins = [
    { name: "docker", version: PLUGIN_VERSIONS.docker, from: "in-process" },
    { name: "random", version: PLUGIN_VERSIONS.random, from: "in-process" },
  ] as const;
  if (isCliBuilt(home)) {
    const cli = { version: CLI_VERSION, path: hermeticCliPath(home) };
    return { available: true, ready: true, detail: `Pulumi CLI ${CLI_VERSION} is built`, cli, plugins };
  }
  const go = await findGo();
  if ("missing" in go) return { available: false, missing: [go.missing] };
  const detail = `Pulumi CLI ${CLI_VERSION} can be built with ${go.version}`;
  return { available: true, ready: false, detail, cli: { version: CLI_VERSION }, plugins };
}

function choice(
  kind: EngineKind,
  found: Extract<Availability, { available: true }>,
  reason: string,
  requested: boolean,
): EngineChoice {
  const { cli, plugins } = found;
  return { kind, reason, cli, plugins, requested };
}

function fromEnvironment(env: NodeJS.ProcessEnv): EngineKind | undefined {
  const value = env["TRADE2026_ENGINE"];
  if (value === undefined || value === "") return undefined;
  if (value === "official" || value === "hermetic") return value;
  throw new StackProblemError(
    `TRADE2026_ENGINE is "${value}"; it must be "official" or "hermetic", or not set at all.`,
  );
}

function settled(options: ChooseOptions): { readonly home: Home; readonly env: NodeJS.ProcessEnv } {
  return { home: homeOf(options.root ?? process.cwd(), options.home), env: options.env ?? process.env };
}
