import type Docker from "dockerode";
import type { WorkFolders } from "../cache";
import type { Arch } from "../recipe";

/** What fetching an artifact needs to know besides the artifact. */
export interface FetchContext {
  readonly root: string;
  readonly folders: WorkFolders;
  readonly docker: Docker;
  readonly arch: Arch;
  readonly logFile: string;
  readonly signal: AbortSignal;
}

/** What came is not what the recipe pins. */
export class ChecksumError extends Error {
  override readonly name = "ChecksumError";

  constructor(
    readonly what: string,
    readonly expected: string,
    readonly actual: string,
  ) {
    super(
      `${what} is not what the recipe pins\n    pinned:   ${expected}\n    received: ${actual}\n` +
        "    The package registry (or something on the way to it) serves another file under this version: " +
        "find out why before you change the recipe.",
    );
  }
}
