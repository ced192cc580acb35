import { createReadStream, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Arch, Debootstrap } from "./recipe";
import { CommandError, run } from "./run";
import type { RunOptions } from "./run";

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
const SCRIPTS = "/usr/share/debootstrap/scripts";

/** What the base is made for and where; `context` holds the recipe's rootfs.sh and files/. */
export interface RootfsRequest {
  readonly debootstrap: Debootstrap;
  readonly arch: Arch;
  readonly context: string;
  readonly folder: string;
}

/**
 * Makes a Debian root file system on the host and returns it as a tar stream for the engine's import.
 * @throws Error when the host lacks what it takes, CommandError when making it fails
 */
export async function makeRootfs(
  { debootstrap, arch, context, folder }: RootfsRequest,
  options: Omit<RunOptions, "cwd">,
): Promise<NodeJS.ReadableStream> {
  assertHostCan();
  const mirrors = await hostMirrors({ ...options, cwd: folder });
  const root = join(folder, "root");
  mkdirSync(root);
  // In namespaces of its own nothing stays mounted and nothing goes on working if this process is killed.
  const apart = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child"];
  await run("setpriv", [...apart, "sh", join(context, "rootfs.sh")], {
    ...options,
    cwd: folder,
    env: {
      ROOT: root,
      OVERLAY: join(context, "files"),
      SUITE: debootstrap.suite,
      VARIANT: debootstrap.variant,
      ARCH: arch,
      MIRROR: mirrors.main,
      SECURITY_MIRROR: mirrors.security,
      KEYRING,
      SCRIPT: existsSync(join(SCRIPTS, debootstrap.suite)) ? "" : join(SCRIPTS, "sid"),
    },
  });
  const tarball = join(folder, "rootfs.tar");
  const contents = ["--numeric-owner", "--sort=name", "--one-file-system", "--exclude=./dev/*", "."];
  await run("tar", ["-cf", tarball, "-C", root, ...contents], { ...options, cwd: folder });
  return createReadStream(tarball);
}

/** Everything that the host lacks, at once. */
function assertHostCan(): void {
  const lacks = [
    ...(process.platform === "linux" ? [] : ["it is not Linux"]),
    ...(process.getuid?.() === 0 ? [] : ["the command does not run as root"]),
    ...(existsSync(SCRIPTS)
      ? []
      : ["debootstrap is not installed (Debian, Ubuntu: apt-get install debootstrap)"]),
    ...(existsSync(KEYRING) ? [] : [`${KEYRING} is not there (apt-get install debian-archive-keyring)`]),
  ];
  if (lacks.length > 0)
    throw new Error(
      `this host cannot make a Debian base: ${lacks.join("; ")}. Where that cannot be mended, use images: upstream.`,
    );
}

export interface Mirrors {
  /** Empty: debootstrap's own default. */
  readonly main: string;
  /** Empty: no security updates beyond those in the suite. */
  readonly security: string;
}

/** The Debian mirrors that the host itself uses, so that a base works wherever the host's apt does. */
async function hostMirrors(options: RunOptions): Promise<Mirrors> {
  try {
    return parseMirrors(
      await run("apt-get", ["indextargets", "--format", "$(RELEASE)|$(LABEL)|$(REPO_URI)"], options),
    );
  } catch (error) {
    if (error instanceof CommandError) return { main: "", security: "" };
    throw error;
  }
}

/**
 * @param targets lines `release|label|uri`; the label is empty before the host's first `apt-get update`
 */
export function parseMirrors(targets: string): Mirrors {
  const rows = targets
    .split("\n")
    .map((line) => line.split("|").map((part) => part.trim()))
    .map(([release = "", label = "", uri = ""]) => ({ release, label, uri: uri.replace(/\/$/, "") }));
  const isMain = /^(buster|bullseye|bookworm|trixie|forky|sid|stable|oldstable|testing|unstable)$/;
  const main = rows.find(
    ({ release, label, uri }) => isMain.test(release) && isDebians(label, "Debian", uri, /\/debian$/),
  );
  const security = rows.find(
    ({ release, label, uri }) =>
      release.endsWith("-security") && isDebians(label, "Debian-Security", uri, /\/debian-security$/),
  );
  return { main: main?.uri ?? "", security: security?.uri ?? "" };
}

/** By its signed label; by the customary path where apt has not read the label yet. */
function isDebians(label: string, wanted: string, uri: string, path: RegExp): boolean {
  return label === "" ? path.test(uri) : label === wanted;
}
