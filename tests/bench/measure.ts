import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import type Docker from "dockerode";
import { ROOT } from "../../stacks/inputs";
import { followEngine } from "./engine-events";
import { phasesOf, type Phases } from "./timeline";

/** One command, as it was seen from outside. */
export interface Run {
  readonly seconds: number;
  readonly phases: Phases;
  /** Processor seconds of the command and what it started; the rest of `hostCpu` is the Docker engine and the containers. */
  readonly ownCpu?: number;
  readonly hostCpu: number;
}

export interface Finished {
  readonly run: Run;
  readonly stdout: string;
}

/** A command that did not do what it was measured for. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
}

/** @throws CommandFailed with the end of what it said */
export async function measure(
  docker: Docker,
  command: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  const stop = await followEngine(docker);
  const before = { own: childrenCpu(), host: hostCpu() };
  const began = Date.now();
  const { code, stdout, text } = await runToEnd(command, env);
  const ended = Date.now();
  const after = { own: childrenCpu(), host: hostCpu() };
  const events = await stop();
  if (code !== 0) {
    const tail = text.trimEnd().split("\n").slice(-30).join("\n");
    throw new CommandFailed(`${command.join(" ")} ended with ${code}:\n${tail}`);
  }
  const run: Run = {
    seconds: round((ended - began) / 1000),
    phases: phasesOf(began, ended, events),
    ...(before.own === undefined || after.own === undefined ? {} : { ownCpu: round(after.own - before.own) }),
    hostCpu: round(after.host - before.host),
  };
  return { run, stdout };
}

function runToEnd(
  [program, ...args]: readonly [string, ...string[]],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly stdout: string; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env },
    });
    let [stdout, text] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
      text += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    // An interrupted benchmark fails by its command's end, and so still clears away what it made.
    const interrupt = (): void => void child.kill("SIGTERM");
    process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
    child.on("error", reject);
    child.on("close", (code) => {
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      resolve({ code: code ?? -1, stdout, text });
    });
  });
}

/** Processors that this host keeps busy, on average of so many seconds in which nothing is asked of it. */
export async function processorsAtRest(seconds: number): Promise<number> {
  const [before, began] = [hostCpu(), Date.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return round((hostCpu() - before) / ((Date.now() - began) / 1000));
}

/** Of everything that this process has started and that has ended. Linux only. */
function childrenCpu(): number | undefined {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    // Fields 16 and 17 of the file, in ticks of a hundredth.
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return undefined;
  }
}

/** Everything that this host's processors have done. */
export function hostCpu(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

const round = (seconds: number): number => Math.round(seconds * 100) / 100;
