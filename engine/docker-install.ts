import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { findDocker } from "./docker-endpoint";
import type { DockerEndpoint } from "./docker-endpoint";
import { DockerUnavailableError, lastLines } from "./errors";
import { run } from "./process";
import type { Progress } from "./types";

export type InstallOffer =
  /** `how`: one sentence that says what would be done, for the question to the user. */
  { readonly can: true; readonly how: string } | { readonly can: false; readonly fix: string };

const START_SECONDS = 60;

/** Whether `installDockerEngine` can work here: Debian or Ubuntu, as root, with apt. */
export function canInstallDockerEngine(system: NodeJS.Platform = process.platform): InstallOffer {
  if (system === "win32") {
    return {
      can: false,
      fix: "Install Docker Desktop (with its WSL 2 engine), start it, and run this again.",
    };
  }
  if (system === "darwin")
    return { can: false, fix: "Install Docker Desktop (or colima), start it, and run this again." };
  const release = osRelease();
  const family = `${release["ID"] ?? ""} ${release["ID_LIKE"] ?? ""}`.split(/\s+/);
  const name = release["PRETTY_NAME"] ?? "this Linux";
  if (!family.includes("debian") && !family.includes("ubuntu")) {
    return {
      can: false,
      fix: `Install a Docker engine with the package manager of ${name}, start it, and run this again.`,
    };
  }
  if (process.getuid?.() !== 0) {
    return { can: false, fix: "Run this as root, or let an administrator do: apt-get install docker.io." };
  }
  const installed = existsSync("/usr/sbin/dockerd") || existsSync("/usr/bin/dockerd");
  const start = hasSystemd() ? "start it with systemd" : "start dockerd in the background";
  return {
    can: true,
    how: installed ? `${start} (it is installed already)` : `install package docker.io and ${start}`,
  };
}

/**
 * Installs (where missing) and starts a Docker engine on Debian or Ubuntu as root, and waits until it answers.
 * @param log file for dockerd's output where no systemd runs
 * @throws DockerUnavailableError with a sentence on what to do, when it cannot be had
 */
export async function installDockerEngine(
  onProgress: Progress = () => undefined,
  log = "/var/log/trade2026-dockerd.log",
): Promise<DockerEndpoint> {
  const already = await findDocker();
  if (already.found) return already.endpoint;
  const offer = canInstallDockerEngine();
  if (!offer.can) throw new DockerUnavailableError(already.tried, offer.fix);
  if (!existsSync("/usr/sbin/dockerd") && !existsSync("/usr/bin/dockerd")) {
    onProgress("installing the Docker engine (package docker.io)");
    await apt(["update"], already.tried);
    await apt(["install", "--yes", "--no-install-recommends", "docker.io", "iptables"], already.tried);
  }
  onProgress("starting the Docker engine");
  if (hasSystemd()) {
    await run("systemctl", ["enable", "--now", "docker"]);
  } else {
    startInBackground(log);
  }
  return waitForEngine(log, already.tried);
}

async function apt(args: readonly string[], tried: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const result = await run("apt-get", ["--quiet", ...args], { env });
  if (result.code === 0) return;
  const said = lastLines(`${result.stdout}\n${result.stderr}`, 5);
  throw new DockerUnavailableError(tried, `"apt-get ${args.join(" ")}" failed:\n${said}`);
}

function startInBackground(log: string): void {
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, "a");
  // Its own session: it must outlive this command, and a Ctrl-C here must not stop it.
  const child = spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] });
  child.on("error", () => undefined);
  child.unref();
  closeSync(output);
}

async function waitForEngine(log: string, tried: readonly string[]): Promise<DockerEndpoint> {
  const until = Date.now() + START_SECONDS * 1000;
  while (Date.now() < until) {
    const search = await findDocker();
    if (search.found) return search.endpoint;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const said = existsSync(log)
    ? `Its log says:\n${lastLines(readFileSync(log, "utf8"), 10)}`
    : "See its log.";
  throw new DockerUnavailableError(
    tried,
    `It was started, but did not answer within ${String(START_SECONDS)} s. ${said}`,
  );
}

const hasSystemd = (): boolean => existsSync("/run/systemd/system");

function osRelease(): Readonly<Record<string, string>> {
  if (!existsSync("/etc/os-release")) return {};
  const lines = readFileSync("/etc/os-release", "utf8").split("\n");
  return Object.fromEntries(
    lines.flatMap((line) => {
      const match = /^([A-Z_]+)="?([^"]*)"?$/.exec(line.trim());
      return match?.[1] === undefined ? [] : [[match[1], match[2] ?? ""] as const];
    }),
  );
}
