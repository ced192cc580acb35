import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseMirrors } from "../../images/builder/debian";
import { CACHE } from "./places";

/** Docker Compose as a program: `docker compose` or `docker-compose`. */
export interface Compose {
  readonly command: readonly [string, ...string[]];
  readonly version: string;
}

/** The release that has the first Compose of the second generation. */
const SUITE = "trixie";
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const PLUGIN = "usr/libexec/docker/cli-plugins/docker-compose";

/**
 * The Compose to measure against: the one that TRADE2026_COMPOSE names, else this machine's, else Debian's package,
 * which is unpacked into .trade2026/cache and installed nowhere.
 * @throws Error that says what to do
 */
export function findCompose(say: (line: string) => void, env = process.env): Compose {
  const named = env["TRADE2026_COMPOSE"];
  if (named !== undefined && named !== "") {
    const found = asCompose([named]);
    if (!found)
      throw new Error(`TRADE2026_COMPOSE is ${named}, which is no Docker Compose of version 2 or later`);
    return found;
  }
  const kept = join(CACHE, "compose", PLUGIN);
  const found = asCompose(["docker", "compose"]) ?? asCompose(["docker-compose"]) ?? asCompose([kept]);
  if (found) return found;
  say(`Docker Compose: not on this machine; getting Debian's package docker-compose (${SUITE}) …`);
  const reason = fetchFromDebian(join(CACHE, "compose"));
  const fetched = asCompose([kept]);
  if (fetched) return fetched;
  throw new Error(
    `Docker Compose 2 is needed to compare with, and could not be had: ${reason ?? "the package has no such program"}. ` +
      "Install it (Debian 13, Ubuntu 24.04: apt-get install docker-compose-v2 or docker-compose), or name its program in TRADE2026_COMPOSE.",
  );
}

/** @returns undefined where there is no such program, or one of the first generation */
function asCompose(command: readonly [string, ...string[]]): Compose | undefined {
  const [program, ...args] = command;
  const { status, stdout } = spawnSync(program, [...args, "version", "--short"], { encoding: "utf8" });
  const version = (stdout ?? "").trim().replace(/^v/, "");
  return status === 0 && /^([2-9]|\d\d)\./.test(version) ? { command, version } : undefined;
}

/** With lists and a cache of its own, so that this machine's apt is as it was. @returns why it did not work */
function fetchFromDebian(folder: string): string | undefined {
  if (!existsSync(KEYRING)) return `this is no Debian (no ${KEYRING})`;
  const unpacked = `${folder}.new`;
  const scratch = join(folder, "..", "compose-apt");
  const options = { cwd: scratch, encoding: "utf8" as const, stdio: "pipe" as const };
  for (const place of ["lists/partial", "cache/archives/partial"])
    mkdirSync(join(scratch, place), { recursive: true });
  try {
    const targets = execFileSync(
      "apt-get",
      ["indextargets", "--format", "$(RELEASE)|$(LABEL)|$(REPO_URI)"],
      options,
    );
    const mirror = parseMirrors(targets).main;
    if (mirror === "") return "apt names no Debian mirror";
    writeFileSync(join(scratch, "sources.list"), `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`);
    const apart = [
      `Dir::Etc::sourcelist=${join(scratch, "sources.list")}`,
      "Dir::Etc::sourceparts=-",
      `Dir::State::lists=${join(scratch, "lists")}`,
      `Dir::Cache=${join(scratch, "cache")}`,
    ].flatMap((option) => ["-o", option]);
    execFileSync("apt-get", [...apart, "-qq", "update"], options);
    execFileSync("apt-get", [...apart, "-qq", "download", "docker-compose"], options);
    const [name] = readdirSync(scratch).filter((file) => file.endsWith(".deb"));
    if (name === undefined) return "apt-get downloaded nothing";
    rmSync(unpacked, { recursive: true, force: true });
    execFileSync("dpkg-deb", ["-x", join(scratch, name), unpacked], options);
    rmSync(folder, { recursive: true, force: true });
    renameSync(unpacked, folder);
    return undefined;
  } catch (error) {
    const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
    return (stderr ?? message).trim().split("\n").slice(-3).join(" ");
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A Compose project: its file, and the services that `--wait` may look at (a job that has ended is none). */
export interface ComposeProject {
  readonly file: string;
  readonly services: readonly string[];
}

/** `up -d --wait` as the exported file's header has it: everything first, then the services until they are healthy. */
export function upCommand(
  { command }: Compose,
  { file, services }: ComposeProject,
): readonly [string, ...string[]] {
  const up = [...command, "-f", file, "up", "-d", "--quiet-pull"].map(quoted).join(" ");
  return ["sh", "-c", `${up} && ${up} --wait ${services.join(" ")}`];
}

/** Twice when need be: it now and then removes a network before the engine has let go of the last container in it. */
export function downCommand({ command }: Compose, { file }: ComposeProject): readonly [string, ...string[]] {
  const down = [...command, "-f", file, "down", "--volumes"].map(quoted).join(" ");
  return ["sh", "-c", `${down} || ${down}`];
}

const quoted = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
