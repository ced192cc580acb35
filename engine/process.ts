import { spawn } from "node:child_process";

export interface RunResult {
  /** Exit status; undefined when the program could not be started or was ended by a signal. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends it after so many milliseconds. */
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
}

/** Runs a program and collects what it says. Never throws: a program that is missing has no exit status. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return new Promise((resolve) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs,
      windowsHide: true,
    });
    const text = { stdout: "", stderr: "" };
    let partial = "";
    const collect = (from: "stdout" | "stderr") => (chunk: string) => {
      text[from] += chunk;
      const lines = (partial + chunk).split("\n");
      partial = lines.pop() ?? "";
      if (options.onLine !== undefined) lines.forEach(options.onLine);
    };
    child.stdout.setEncoding("utf8").on("data", collect("stdout"));
    child.stderr.setEncoding("utf8").on("data", collect("stderr"));
    child.on("error", (error) => resolve({ code: undefined, stdout: text.stdout, stderr: error.message }));
    child.on("close", (code) => resolve({ code: code ?? undefined, ...text }));
  });
}
