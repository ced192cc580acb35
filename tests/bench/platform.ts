import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { k6Image } from "../../cli/load-test/image";
import { UNKNOWN_HOST } from "../../model/host";
import { parseSettings } from "../../model/settings";
import { ROOT, loadPlan } from "../../stacks/inputs";
import { downCommand, upCommand, type Compose, type ComposeProject } from "./compose";
import { targetOf } from "./load/target";
import { measureTrading, type TradingResult } from "./load/trading";
import { measure, type Run } from "./measure";
import { HOME, LABEL, portlessSettings, PORTS, PREFIX, SETTINGS } from "./places";
import type { PlatformResult } from "./results";

export interface Bench {
  readonly docker: Docker;
  readonly compose: Compose;
  readonly engine: "official" | "hermetic";
  readonly rounds: number;
  readonly say: (line: string) => void;
}

/**
 * The platform itself, by the commands that users type, against the Compose file that the same command exports.
 * In each round ours first, then Compose; both start with nothing but the images.
 */
export async function measurePlatform(bench: Bench): Promise<PlatformResult> {
  const { docker, compose, engine, rounds } = bench;
  const { home, ours, up, down } = commandFor(bench, "platform");

  // Once for what all later ones find: the services' own images, and the credentials for Compose's file.
  await ours("warming up", ...up);
  const images = await ownImages(docker);
  const project = await exported(bench, home);
  await ours("down", ...down);

  const result = {
    ours: { up: [] as Run[], again: [] as Run[], preview: [] as Run[], down: [] as Run[] },
    compose: { up: [] as Run[], again: [] as Run[], down: [] as Run[] },
  };
  try {
    for (let round = 0; round < rounds; round++) {
      await images.restore();
      result.ours.up.push(await ours("up", ...up));
      result.ours.again.push(await ours("up again", ...up));
      result.ours.preview.push(await ours("preview", "preview", "--engine", engine));
      result.ours.down.push(await ours("down", ...down));
      await images.restore();
      await measureCompose(bench, compose, project, result.compose);
    }
  } finally {
    await images.forget();
  }
  return { ...sizes(), ...result };
}

/** The command on a home of its own, where there is nothing yet. */
function commandFor(bench: Bench, part: string) {
  const { engine } = bench;
  const home = join(HOME, `${part}-${engine}`);
  rmSync(home, { recursive: true, force: true });
  return {
    home,
    ours: (name: string, ...args: readonly string[]): Promise<Run> =>
      timed(bench, `ours, ${name}`, [join(ROOT, "trade2026"), ...args], { TRADE2026_HOME: home }),
    up: ["up", "--yes", "--engine", engine, ...SETTINGS],
    down: ["down", "--volumes", "--confirm", "dev", "--engine", engine],
  };
}

/** What the trading core takes, on a platform that is brought up for it. */
export async function measureTradingHere(bench: Bench): Promise<TradingResult> {
  const { docker, rounds, say } = bench;
  const { home, ours, up, down } = commandFor(bench, "trading");
  await ours("up", ...up);
  const target = await targetOf(docker, { prefix: PREFIX, home, httpsPort: PORTS.https });
  const k6 = await k6Image({ root: ROOT }, portlessSettings(), docker, say, new AbortController().signal);
  const result = await measureTrading({ docker, label: LABEL, target, k6, rounds, seconds: 20, say });
  await ours("down", ...down);
  return result;
}

/** One round of Compose on a project. */
export async function measureCompose(
  bench: Pick<Bench, "docker" | "say">,
  compose: Compose,
  project: ComposeProject,
  into: { readonly up: Run[]; readonly again: Run[]; readonly down: Run[] },
): Promise<void> {
  into.up.push(await timed(bench, "Compose, up", upCommand(compose, project)));
  into.again.push(await timed(bench, "Compose, up again", upCommand(compose, project)));
  into.down.push(await timed(bench, "Compose, down", downCommand(compose, project)));
}

export async function timed(
  { docker, say }: Pick<Bench, "docker" | "say">,
  what: string,
  command: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Run> {
  const [program = "", ...args] = command;
  const { run } = await measure(docker, [program, ...args], env);
  const { creating, waiting } = run.phases;
  const apart =
    creating + waiting > 0 ? ` (${creating.toFixed(1)} creating, ${waiting.toFixed(1)} waiting)` : "";
  say(`  ${what}: ${run.seconds.toFixed(1)} s${apart}`);
  return run;
}

async function exported(bench: Bench, home: string): Promise<ComposeProject> {
  const folder = join(HOME, "compose");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, "platform.yaml");
  const command = [join(ROOT, "trade2026"), "export", "compose", "--out", file];
  await timed(bench, "ours, export compose", command, { TRADE2026_HOME: home });
  const services = plan().containers.filter(({ role }) => role === "service");
  return { file, services: services.map(({ name }) => name) };
}

/** The platform of these settings: subnets and ports change no container's name. */
const plan = (): ReturnType<typeof loadPlan> =>
  loadPlan(parseSettings({ prefix: PREFIX, images: "packages" }), UNKNOWN_HOST);

function sizes(): Pick<PlatformResult, "containers" | "services"> {
  const { containers } = plan();
  return {
    containers: containers.length,
    services: containers.filter(({ role }) => role === "service").length,
  };
}

/**
 * Names under which the built images of the services stay: `down --volumes` takes their usual ones, and what is
 * measured is a start on images that are there.
 */
async function ownImages(
  docker: Docker,
): Promise<{ readonly restore: () => Promise<void>; readonly forget: () => Promise<void> }> {
  const images = await docker.listImages({ filters: { reference: [`${PREFIX}/*:current`] } });
  const names = images
    .flatMap(({ RepoTags }) => RepoTags ?? [])
    .filter((name) => name.startsWith(`${PREFIX}/`));
  const kept = (name: string): string => name.replace(PREFIX, `${PREFIX}-kept`);
  const tag = (from: string, to: string): Promise<unknown> => {
    const [repo = "", version = ""] = to.split(":");
    return docker.getImage(from).tag({ repo, tag: version });
  };
  for (const name of names) await tag(name, kept(name));
  return {
    restore: async () => {
      for (const name of names) await tag(kept(name), name);
    },
    forget: async () => {
      for (const name of names) await docker.getImage(kept(name)).remove();
    },
  };
}
