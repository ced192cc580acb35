import { statfs } from "node:fs/promises";
import type Docker from "dockerode";
import type { Problem } from "../../model/problems";
import { formatBytes } from "../ui/format";

const GIB = 1024 ** 3;
/** Stores stop writing on a full disk; images and their building take several times this. */
const NEEDED = 2 * GIB;
const COMFORTABLE = 15 * GIB;

export interface DiskSpace {
  readonly folder: string;
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** @returns undefined where the engine's folder is not on this machine (Docker Desktop, another host) */
export async function engineDisk(docker: Docker): Promise<DiskSpace | undefined> {
  const { DockerRootDir: folder } = (await docker.info()) as { readonly DockerRootDir?: string };
  if (!folder) return undefined;
  try {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { folder, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}

export function diskProblems(disk: DiskSpace | undefined): {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
} {
  if (!disk || disk.freeBytes >= COMFORTABLE) return { problems: [], warnings: [] };
  const enough = disk.freeBytes >= NEEDED;
  const problem = {
    path: `disk ${disk.folder}`,
    what: enough ? "has little room for images and data" : "has no room for images and data",
    value: `${formatBytes(disk.freeBytes)} free`,
    allowed: `${formatBytes(NEEDED)} at least, ${formatBytes(COMFORTABLE)} to be comfortable`,
    fix: "free some: `docker system df` shows what Docker holds, `docker image prune` removes what nothing uses",
  };
  return enough ? { problems: [], warnings: [problem] } : { problems: [problem], warnings: [] };
}
