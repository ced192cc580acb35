import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";
import type { PulumiCommand } from "@pulumi/pulumi/automation";

/** What the Automation API wants of a finished command. */
interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** How the Automation API runs the CLI: internal to it, so its types do not have it. */
export interface CommandRunner {
  readonly run: (
    args: string[],
    cwd: string,
    env: Readonly<Record<string, string>>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ) => Promise<CommandResult>;
}

/** The CLI ended with an error. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  constructor(
    readonly stdout: string,
    readonly stderr: string,
    readonly code: number | undefined,
  ) {
    super(stderr.trim() === "" ? `pulumi ended with code ${String(code)}` : stderr);
  }
}

/**
 * Runs one given CLI binary for the Automation API. Differs from its own runner in that it
 * - asks nothing of the CLI that is not needed (each call costs half a second): no version, no update history;
 * - gives the CLI a process group of its own, so that Ctrl-C reaches it once, through the abort signal.
 */
export function cliCommand(path: string, version: string): PulumiCommand {
  const command: CommandRunner & { readonly command: string; readonly version: unknown } = {
    command: path,
    version: { toString: () => version, raw: version },
    run: (args, cwd, env, onOutput, onError, signal) => {
      // The Automation API wants a summary from the history after each run; the events have said it all.
      if (args[0] === "stack" && args[1] === "history")
        return Promise.resolve({ stdout: "[]", stderr: "", code: 0 });
      // an interrupt that came before it was started would reach nobody
      if (signal?.aborted === true)
        return Promise.reject(new CommandFailed("", "interrupted before it began", undefined));
      return execute(path, args, cwd, env, onOutput, onError, signal);
    },
  };
  return command as unknown as PulumiCommand;
}

function execute(
  path: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  onOutput: ((text: string) => void) | undefined,
  onError: ((text: string) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<CommandResult> {
  const merged: NodeJS.ProcessEnv = { ...process.env, ...env, PULUMI_AUTOMATION_API: "true" };
  // Plugins that came with this CLI are found first.
  // (Windows calls the variable "Path", and a copy of the environment no longer ignores case.)
  const name = Object.keys(merged).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  merged[name] = [dirname(path), merged[name] ?? ""].join(delimiter);
  return new Promise((resolve, reject) => {
    const all = args.includes("--non-interactive") ? args : [...args, "--non-interactive"];
    const child = spawn(path, [...all], {
      cwd,
      env: merged,
      stdio: ["ignore", "pipe", "pipe"],
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    const text = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text.stdout += chunk;
      onOutput?.(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      text.stderr += chunk;
      onError?.(chunk);
    });
    // The first interrupt lets what is under way come to its end, a second one stops at once.
    const interrupt = (): void => void child.kill("SIGINT");
    signal?.addEventListener("abort", interrupt);
    child.on("error", (error) =>
      reject(new CommandFailed("", `${path} cannot be run: ${error.message}`, undefined)),
    );
    child.on("close", (code) => {
      signal?.removeEventListener("abort", interrupt);
      if (code === 0) resolve({ ...text, code: 0 });
      else reject(new CommandFailed(text.stdout, text.stderr, code ?? undefined));
    });
  });
}
