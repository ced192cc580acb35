import type Docker from "dockerode";
import { isStatus } from "./status-code";

/**
 * Reads one file out of a container, running or not, volumes included.
 * @returns undefined when there is no such container or file
 */
export async function readContainerFile(
  docker: Docker,
  container: string,
  path: string,
): Promise<string | undefined> {
  try {
    const stream = await docker.getContainer(container).getArchive({ path });
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return firstFile(Buffer.concat(chunks));
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** The content of a tar's first entry: name and numbers in a block of 512 bytes, then the file. */
export function firstFile(tar: Buffer): string {
  const size = parseInt(tar.subarray(124, 136).toString("latin1").replace(/\0.*$/, "").trim(), 8);
  if (!Number.isInteger(size)) throw new Error("the engine sent no tar archive");
  return tar.subarray(512, 512 + size).toString("utf8");
}
