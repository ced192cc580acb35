import { createHash, randomBytes } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Folders that the builder works in; all of them may be deleted at any time when no build runs. */
export interface WorkFolders {
  /** Artifacts under their content's (or, for compiled ones, their definition's) SHA-256. */
  readonly artifacts: string;
  /** Half-made things of running builds, one folder each. */
  readonly staging: string;
  readonly logs: string;
}

export function workFolders(root: string): WorkFolders {
  const cache = join(root, ".trade2026", "cache");
  const folders = {
    artifacts: join(cache, "artifacts"),
    staging: join(cache, "staging"),
    logs: join(cache, "logs"),
  };
  for (const folder of Object.values(folders)) mkdirSync(folder, { recursive: true });
  return folders;
}

/** A new empty folder for one step; the name says which process it belongs to. */
export function stagingFolder(folders: WorkFolders, label: string): string {
  const folder = join(folders.staging, `${process.pid}-${label}-${randomBytes(4).toString("hex")}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Removes what builds left that were killed. */
export function removeAbandoned(folders: WorkFolders): void {
  for (const name of readdirSync(folders.staging)) {
    const owner = Number.parseInt(name, 10);
    if (Number.isNaN(owner) || !isRunning(owner))
      rmSync(join(folders.staging, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Moves a finished file into the cache in one step: a reader sees all of it or nothing. */
export function store(folders: WorkFolders, key: string, file: string): string {
  const path = join(folders.artifacts, key);
  renameSync(file, path);
  return path;
}

/** The cached file, if there is one. */
export function cached(folders: WorkFolders, key: string): string | undefined {
  const path = join(folders.artifacts, key);
  return existsSync(path) && statSync(path).size > 0 ? path : undefined;
}

/** @returns the digest of a file as hex (`sha256`) or base64 (`sha512`, as npm writes it) */
export async function fileDigest(path: string, algorithm: "sha256" | "sha512"): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest(algorithm === "sha256" ? "hex" : "base64");
}

export function textDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
