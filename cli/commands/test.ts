import { spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import type { Context } from "../context";

/** Runs the checks: those named, or the usual ones. @returns their exit code */
export async function test(context: Context, steps: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, ["--import", "tsx", join("tests", "run.ts"), ...steps], {
    cwd: context.root,
    stdio: "inherit",
  });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on("SIGTERM", pass);
  // A terminal sends Ctrl-C to the child as well.
  const ignore = (): void => undefined;
  process.on("SIGINT", ignore);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      process.off("SIGTERM", pass).off("SIGINT", ignore);
      resolve(code ?? 128 + (signal === null ? 1 : constants.signals[signal]));
    });
  });
}
