import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation";
import { EngineUnavailableError, lastLines } from "./errors";
import { atLeast } from "./hermetic/cli/build";
import type { Home } from "./home";
import { run } from "./process";
import { isReachable } from "./reachable";
import type { Availability, CliFacts, PluginFacts, PreparedEngine, Progress } from "./types";
import { CLI_VERSION, PLUGIN_VERSIONS } from "./versions";

/** Pulumi's own download site: it serves the CLI and, as the CLI's fallback, the plugins. */
const DOWNLOADS = "https://get.pulumi.com/releases";
/** Older CLIs cannot report their events to this SDK. */
const MINIMUM_CLI = "3.206.0";
/** A site that could not be reached is not tried again for so long. */
const REMEMBER_MS = 10 * 60 * 1000;
const exe = process.platform === "win32" ? ".exe" : "";
const PLUGINS = Object.keys(PLUGIN_VERSIONS) as readonly (keyof typeof PLUGIN_VERSIONS)[];

/** Finds the official CLI and plugins, or finds out whether they can be downloaded. Offline this takes 3 s at most. */
export async function surveyOfficial(
  home: Home,
  env: NodeJS.ProcessEnv,
  fresh = false,
): Promise<Availability> {
  const cli = await findCli(home, env);
  const plugins = PLUGINS.map((name) => findPlugin(name, env));
  const lacking = [
    ...(cli === undefined ? [`the Pulumi CLI ${CLI_VERSION}`] : []),
    ...PLUGINS.filter((_, index) => plugins[index] === undefined).map(
      (name) => `plugin ${name} ${PLUGIN_VERSIONS[name]}`,
    ),
  ];
  const facts: readonly PluginFacts[] = PLUGINS.map(
    (name, index) => plugins[index] ?? { name, version: PLUGIN_VERSIONS[name], from: "download" },
  );
  if (lacking.length === 0 && cli !== undefined) {
    return {
      available: true,
      ready: true,
      detail: `Pulumi CLI ${cli.version} and its plugins are installed`,
      cli,
      plugins: facts,
    };
  }
  if (!(await downloadsReachable(home, env, fresh))) {
    const fix = `install Pulumi (https://www.pulumi.com/docs/install/) or give this machine access to ${DOWNLOADS}`;
    return {
      available: false,
      missing: lacking.map((what) => `${what}: not installed, and not to be downloaded from here; ${fix}`),
    };
  }
  return {
    available: true,
    ready: false,
    detail: `${lacking.join(", ")} can be downloaded`,
    cli: cli ?? { version: CLI_VERSION },
    plugins: facts,
  };
}

/** Downloads what the survey found missing. @throws EngineUnavailableError */
export async function prepareOfficial(
  home: Home,
  engine: PreparedEngine | (Omit<PreparedEngine, "cli"> & { readonly cli: CliFacts }),
  onProgress: Progress,
): Promise<PreparedEngine> {
  const path = engine.cli.path ?? (await downloadCli(home, onProgress));
  for (const plugin of engine.plugins) {
    if (plugin.from !== "download") continue;
    onProgress(`downloading Pulumi plugin ${plugin.name} ${plugin.version}`);
    const result = await run(path, ["plugin", "install", "resource", plugin.name, plugin.version], {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    if (result.code !== 0) {
      const said = lastLines(`${result.stdout}\n${result.stderr}`, 3);
      throw new EngineUnavailableError("official", [
        `plugin ${plugin.name} ${plugin.version} could not be downloaded: ${said}`,
      ]);
    }
  }
  return { ...engine, cli: { version: engine.cli.version, path } };
}

async function downloadCli(home: Home, onProgress: Progress): Promise<string> {
  onProgress(`downloading the Pulumi CLI ${CLI_VERSION}`);
  const root = ownCliFolder(home);
  try {
    // Without a version it takes the SDK's own, which is CLI_VERSION.
    const command = await PulumiCommand.install({ root });
    return `${command.command}${exe}`;
  } catch (error) {
    const said = lastLines(error instanceof Error ? error.message : String(error), 3);
    throw new EngineUnavailableError("official", [
      `the Pulumi CLI ${CLI_VERSION} could not be downloaded: ${said}`,
    ]);
  }
}

const ownCliFolder = (home: Home): string => join(home.engine, `official-${CLI_VERSION}`);
const pulumiHome = (env: NodeJS.ProcessEnv): string => env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");

async function findCli(
  home: Home,
  env: NodeJS.ProcessEnv,
): Promise<(CliFacts & { readonly path: string }) | undefined> {
  const candidates = [
    ...(env["PATH"] ?? "")
      .split(delimiter)
      .filter((folder) => folder !== "")
      .map((folder) => join(folder, `pulumi${exe}`)),
    join(pulumiHome(env), "versions", CLI_VERSION, "bin", `pulumi${exe}`),
    join(pulumiHome(env), "bin", `pulumi${exe}`),
    join(ownCliFolder(home), "bin", `pulumi${exe}`),
  ];
  for (const path of candidates) {
    if (!isProgram(path) || isLauncher(path)) continue;
    const { code, stdout } = await run(path, ["version"], {
      timeoutMs: 10_000,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    const version = stdout.trim().replace(/^v/, "");
    if (code === 0 && /^3\./.test(version) && atLeast(version, MINIMUM_CLI)) return { version, path };
  }
  return undefined;
}

/** The npm package `pulumi` puts a JavaScript there that downloads the CLI when it is first run: not a CLI yet. */
const isLauncher = (path: string): boolean => /\.(js|cjs|mjs|cmd|ps1)$/.test(realpathSync(path));

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findPlugin(name: keyof typeof PLUGIN_VERSIONS, env: NodeJS.ProcessEnv): PluginFacts | undefined {
  const version = PLUGIN_VERSIONS[name];
  const installed = join(pulumiHome(env), "plugins", `resource-${name}-v${version}`);
  if (existsSync(installed) && readdirSync(installed).length > 0) return { name, version, from: "installed" };
  const folders = (env["PATH"] ?? "").split(delimiter);
  const onPath = folders.some(
    (folder) => folder !== "" && isProgram(join(folder, `pulumi-resource-${name}${exe}`)),
  );
  return onPath ? { name, version, from: "path" } : undefined;
}

async function downloadsReachable(home: Home, env: NodeJS.ProcessEnv, fresh: boolean): Promise<boolean> {
  const memory = join(home.engine, "official-unreachable.json");
  if (!fresh && existsSync(memory)) {
    const { at = 0 } = JSON.parse(readFileSync(memory, "utf8")) as { readonly at?: number };
    if (Date.now() - at < REMEMBER_MS) return false;
  }
  const system = process.platform === "win32" ? "windows" : process.platform;
  const arch = process.arch === "x64" ? "amd64" : process.arch;
  const file = `pulumi-resource-docker-v${PLUGIN_VERSIONS.docker}-${system}-${arch}.tar.gz`;
  const reachable = await isReachable(`${DOWNLOADS}/plugins/${file}`, env);
  if (!reachable) {
    mkdirSync(dirname(memory), { recursive: true });
    writeFileSync(memory, JSON.stringify({ at: Date.now() }));
  }
  return reachable;
}
