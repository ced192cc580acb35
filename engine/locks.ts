import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { StackLockedError } from "./errors";

interface Lock {
  readonly file: string;
  readonly pid?: number;
  readonly hostname?: string;
  readonly username?: string;
  readonly timestamp?: string;
}

/**
 * Clears the way for a deployment: locks that a killed run on this machine left behind are removed.
 * @throws StackLockedError when the run that holds it is alive, or cannot be looked at from here
 * @returns how many were removed
 */
export function releaseStaleLocks(folder: string, stack: string, here: string = hostname()): number {
  const locks = readLocks(folder);
  for (const lock of locks) {
    if (lock.hostname === here && lock.pid !== undefined && !isPulumiAlive(lock.pid)) continue;
    throw new StackLockedError(stack, {
      ...(lock.pid === undefined ? {} : { pid: lock.pid }),
      ...(lock.hostname === undefined ? {} : { host: lock.hostname }),
      ...(lock.username === undefined ? {} : { user: lock.username }),
      ...(lock.timestamp === undefined ? {} : { since: lock.timestamp }),
    });
  }
  locks.forEach(remove);
  return locks.length;
}

/** Pulumi runs on this machine that hold a lock and are at work, by their process numbers. */
export function holdersAtWork(folder: string, here: string = hostname()): readonly number[] {
  return readLocks(folder).flatMap(({ hostname: host, pid }) =>
    host === here && pid !== undefined && isPulumiAlive(pid) ? [pid] : [],
  );
}

/** Removes every lock, whoever holds it. @returns whether there were any */
export function releaseAllLocks(folder: string): boolean {
  const locks = readLocks(folder);
  locks.forEach(remove);
  return locks.length > 0;
}

/** The backend keeps attributes of each of its files in a second one. */
function remove(lock: Lock): void {
  rmSync(lock.file, { force: true });
  rmSync(`${lock.file}.attrs`, { force: true });
}

function readLocks(folder: string): readonly Lock[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => {
      const file = join(folder, name);
      try {
        return { ...(JSON.parse(readFileSync(file, "utf8")) as Omit<Lock, "file">), file };
      } catch {
        // Half-written by a run that was killed while it locked: nobody can say that it holds it.
        return { file };
      }
    });
}

/** A process id can have gone to another program since: on Linux the name tells. */
function isPulumiAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const comm = `/proc/${String(pid)}/comm`;
  if (!existsSync(comm)) return true;
  try {
    return readFileSync(comm, "utf8").trim() === "pulumi";
  } catch {
    return false;
  }
}
