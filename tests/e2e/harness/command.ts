import { spawn, type ChildProcess } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../stacks/inputs";
import { HOME, NOTES, SETTINGS, STACK } from "./platform";
import { say } from "./progress";

export interface Said {
  readonly code: number;
  /** Both streams as they came. */
  readonly text: string;
  readonly stdout: string;
  readonly seconds: number;
}

export interface RunOptions {
  /** Whose command is run. @default this checkout's */
  readonly root?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** @default 420 */
  readonly limitSeconds?: number;
  /** Sees the process while it runs. */
  readonly watch?: (child: ChildProcess, textSoFar: () => string) => void;
  /** Not kept: it shows credentials because it was asked to. */
  readonly confidential?: boolean;
}

/** `./trade2026 …` as a user types it, on the state of the tests. What it prints is kept for the search of secrets. */
export function trade2026(args: readonly string[], options: RunOptions = {}): Promise<Said> {
  return runKept(join(options.root ?? ROOT, "trade2026"), args, options);
}

/** Brings the platform up, with its settings. */
export function up(args: readonly string[] = [], options: RunOptions = {}): Promise<Said> {
  return trade2026(
    ["up", "--stack", STACK, "--yes", "--set", "images=packages", ...SETTINGS, ...args],
    options,
  );
}

/** Another verb on the platform: `status`, `ca export`. */
export function verb(name: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Said> {
  return trade2026([...name.split(" "), "--stack", STACK, ...args], options);
}

/** The stand-ins, unless somebody wants to see the same with Pulumi's own plugins. */
export function engineKind(): string {
  return process.env["E2E_ENGINE"] ?? "hermetic";
}

/** Runs a program of the tests in a process of its own, with the same home. */
export function tsx(file: string, args: readonly string[], options: RunOptions = {}): Promise<Said> {
  return runKept(process.execPath, ["--import", "tsx", file, ...args], options);
}

function runKept(program: string, args: readonly string[], options: RunOptions): Promise<Said> {
  const { root = ROOT, env = {}, limitSeconds = 420, watch, confidential = false } = options;
  mkdirSync(NOTES, { recursive: true });
  const words = args.filter((word) => !word.startsWith("-") && !word.includes("=") && !word.includes("/"));
  const log = join(
    NOTES,
    `${String(readdirSync(NOTES).length).padStart(3, "0")}-${words.slice(0, 3).join("-")}.log`,
  );
  writeFileSync(log, confidential ? "" : `$ ${args.join(" ")}\n`);
  const began = Date.now();
  const child = spawn(program, [...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      NO_COLOR: "1",
      FORCE_COLOR: "0",
      TRADE2026_HOME: HOME,
      TRADE2026_ENGINE: engineKind(),
      ...env,
    },
    // Its own process group, so that a test can end it with everything that it has started.
    detached: process.platform !== "win32",
  });
  const kept = { text: "", stdout: "" };
  const keep = (chunk: string): void => {
    kept.text += chunk;
    if (!confidential) appendFileSync(log, chunk);
  };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    kept.stdout += chunk;
    keep(chunk);
  });
  child.stderr.setEncoding("utf8").on("data", keep);
  watch?.(child, () => kept.text);
  const timer = setTimeout(() => killTree(child), limitSeconds * 1000);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const seconds = (Date.now() - began) / 1000;
      say(`${words.slice(0, 3).join(" ")}: ${signal ?? `exit ${code ?? "?"}`}, ${seconds.toFixed(1)} s`);
      resolve({ code: code ?? -1, ...kept, seconds });
    });
  });
}

/** Ends a process and its descendants at once, as a closed lid or the kernel would. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
