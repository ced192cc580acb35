import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { StackLockedError } from "../engine/errors";
import { homeOf, lockFolder } from "../engine/home";
import { holdersAtWork, releaseAllLocks, releaseStaleLocks } from "../engine/locks";
import type { Context } from "./context";

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** Moment of the process's start where the system tells: a number can go to another process. */
  readonly started: string;
}

/** A file that has been made and not yet written. */
const JUST_MADE_MS = 2000;
/** What Pulumi has begun it ends, and a container that waits for its health may take that long. */
const PULUMI_ENDS_MS = 180_000;
const LOOK_MS = 500;

/**
 * Holds the stack for one command that changes it. Pulumi's own lock covers its own run; what comes before it
 * (leftovers of a killed run are removed there) must not meet another run's containers half-made.
 * @returns lets go
 * @throws StackLockedError while another one runs
 */
export async function lockStack(
  context: Context,
  say: (line: string) => void,
  limitMs = PULUMI_ENDS_MS,
): Promise<() => void> {
  const { home, stack } = context;
  const file = lockFile(home, stack);
  mkdirSync(dirname(file), { recursive: true });
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
    started: startOf(process.pid),
  };
  for (let attempt = 0; ; attempt += 1) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: "wx" });
      break;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt >= 3) throw error;
      const holder = readHolder(file);
      if (holder !== undefined && isAlive(holder)) throw new StackLockedError(stack, holder);
      rmSync(file, { force: true });
    }
  }
  const remove = (): void => rmSync(file, { force: true });
  process.once("exit", remove);
  const release = (): void => {
    process.off("exit", remove);
    remove();
  };
  try {
    const pulumi = lockFolder(homeOf(context.root, home), "trade2026", stack);
    await pulumiEnds(pulumi, say, limitMs);
    releaseStaleLocks(pulumi, stack);
    return release;
  } catch (error) {
    release();
    throw error;
  }
}

/** A killed command may have left Pulumi behind: nobody's any more, it ends with the steps that it has begun. */
async function pulumiEnds(folder: string, say: (line: string) => void, limitMs: number): Promise<void> {
  const until = Date.now() + limitMs;
  for (let told = false; Date.now() < until; told = true) {
    const [pid] = holdersAtWork(folder);
    if (pid === undefined) return;
    if (!told)
      say(
        `Pulumi (process ${pid}) is still at work for a command that is gone: waiting until it has ended …`,
      );
    await wait(LOOK_MS);
  }
}

/** Takes the stack's locks away from whoever holds them. @returns whether there were any */
export function unlockStack({ root, home, stack }: Context): boolean {
  const file = lockFile(home, stack);
  const held = existsSync(file);
  rmSync(file, { force: true });
  return releaseAllLocks(lockFolder(homeOf(root, home), "trade2026", stack)) || held;
}

const lockFile = (home: string, stack: string): string => join(home, "stacks", stack, "command.lock");

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    try {
      const age = Date.now() - statSync(file).mtimeMs;
      return age < JUST_MADE_MS
        ? { pid: 0, host: hostname(), since: new Date().toISOString(), started: "" }
        : undefined;
    } catch {
      return undefined;
    }
  }
}

function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname() || pid === 0) return true;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return started === "" || started === startOf(pid);
}

/** The 22nd field of /proc/<pid>/stat; the second may hold spaces and ends with a parenthesis. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
