import { spawn } from "node:child_process";
import { appendFileSync } from "node:fs";

/** A host program that failed or is not there; the message carries the end of what it printed. */
export class CommandError extends Error {
  override readonly name = "CommandError";

  constructor(
    readonly command: string,
    readonly tail: readonly string[],
    reason: string,
    /** It is not installed. */
    readonly missing = false,
  ) {
    super([`${command}: ${reason}`, ...tail.map((line) => `    ${line}`)].join("\n"));
  }
}

export interface RunOptions {
  readonly cwd: string;
  /** Added to the process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Everything that the program prints is appended to this file. */
  readonly logFile: string;
  readonly signal: AbortSignal;
}

const TAIL_LINES = 25;
/** How long a stopped program has to put things away, in ms. */
const PATIENCE_MS = 5_000;

/** What to install for a program that is not there. */
const PROVIDED_BY: Readonly<Record<string, string>> = {
  python3: "install Python 3 with pip",
  npm: "install Node.js with npm",
  mvn: "install Maven and a JDK",
  go: "install Go",
  debootstrap: "install the package debootstrap (Debian, Ubuntu)",
  tar: "install tar",
};

/**
 * Runs a host program to its end and returns its standard output.
 * @throws CommandError when it is not installed, fails or is stopped through the signal
 */
export function run(program: string, args: readonly string[], options: RunOptions): Promise<string> {
  const shown = [program, ...args.slice(0, 3), ...(args.length > 3 ? ["…"] : [])].join(" ");
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) return reject(new CommandError(shown, [], "not started"));
    // A process group of its own: debootstrap and mvn start others, and all of them have to stop together.
    const ownGroup = process.platform !== "win32";
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: ownGroup,
      // npm and mvn are .cmd files there, which only a shell starts.
      shell: process.platform === "win32" && (program === "npm" || program === "mvn"),
    });
    const output: string[] = [];
    const tail: string[] = [];
    const keep = (chunk: Buffer): void => {
      appendFileSync(options.logFile, chunk);
      tail.push(
        ...chunk
          .toString("utf8")
          .split(/[\r\n]+/)
          .filter((line) => line.trim() !== ""),
      );
      tail.splice(0, Math.max(0, tail.length - TAIL_LINES));
    };
    child.stdout.on("data", (chunk: Buffer) => {
      output.push(chunk.toString("utf8"));
      keep(chunk);
    });
    child.stderr.on("data", keep);
    let reaper: NodeJS.Timeout | undefined;
    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (ownGroup && child.pid !== undefined) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // It has just ended by itself.
      }
    };
    const stop = (): void => {
      if (child.pid === undefined) return;
      kill("SIGTERM");
      reaper = setTimeout(() => kill("SIGKILL"), PATIENCE_MS);
    };
    options.signal.addEventListener("abort", stop, { once: true });
    child.once("error", (error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      const hint = missing ? `is not installed: ${PROVIDED_BY[program] ?? "install it"}` : error.message;
      reject(new CommandError(shown, [], hint, missing));
    });
    child.once("close", (code, signal) => {
      options.signal.removeEventListener("abort", stop);
      clearTimeout(reaper);
      if (code === 0) resolve(output.join(""));
      else
        reject(
          new CommandError(shown, tail, signal ? `stopped by ${signal}` : `failed with exit code ${code}`),
        );
    });
  });
}
