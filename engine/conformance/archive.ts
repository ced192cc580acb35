/** Reads one file out of a container, started or not, through the engine's archive call. */

import type { Container } from "dockerode";

const BLOCK = 512;

/** Mode, owner and text of a file; `"none"` if it is not there. */
export async function fileInside(container: Container, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of await container.getArchive({ path })) {
      chunks.push(Buffer.from(chunk as Uint8Array));
    }
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) {
      return "none";
    }
    throw error;
  }
  return describeFirst(Buffer.concat(chunks));
}

/** The first member of a tar archive as `0644 0:0 text`. */
export function describeFirst(archive: Buffer): string {
  const octal = (from: number, length: number): number =>
    parseInt(
      archive
        .toString("latin1", from, from + length)
        .replace(/\0.*$/, "")
        .trim() || "0",
      8,
    );
  const mode = (octal(100, 8) & 0o7777).toString(8).padStart(4, "0");
  const text = archive.toString("utf8", BLOCK, BLOCK + octal(124, 12));
  return `${mode} ${octal(108, 8)}:${octal(116, 8)} ${text}`;
}
