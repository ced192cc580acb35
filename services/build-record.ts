import { createHash } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Bundle } from "./build";

/** From what a bundle was made: when none of it has changed, it need not be made again. */
interface BuildRecord {
  readonly tool: string;
  readonly hash: string;
  /** SHA-256 by path relative to the checkout. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Size in bytes by path relative to the bundle. */
  readonly files: Readonly<Record<string, number>>;
}

/** @returns undefined unless the bundle is there, whole, and what would be made now */
export function readRecord(
  path: string,
  root: string,
  outDir: string,
  tool: string,
): BuildRecord | undefined {
  try {
    const record = JSON.parse(readFileSync(path, "utf8")) as BuildRecord;
    const same =
      record.tool === tool &&
      Object.entries(record.files).every(([file, size]) => statSync(join(outDir, file)).size === size) &&
      Object.entries(record.inputs).every(([input, digest]) => digestOf(join(root, input)) === digest);
    return same ? record : undefined;
  } catch {
    // none yet, damaged, or one of its files is gone: all of them mean that it is made anew
    return undefined;
  }
}

export function writeRecord(
  path: string,
  root: string,
  tool: string,
  inputs: readonly string[],
  bundle: Bundle,
): void {
  const digests = inputs.flatMap((input) => {
    const digest = digestOf(join(root, input));
    // esbuild also lists what it left out, under names that are no files
    return digest === undefined ? [] : [[input, digest] as const];
  });
  const record: BuildRecord = {
    tool,
    hash: bundle.hash,
    inputs: Object.fromEntries(digests),
    files: Object.fromEntries(bundle.files.map((file) => [file, statSync(join(bundle.dir, file)).size])),
  };
  writeFileSync(path, JSON.stringify(record));
}

/** Services share most of their inputs: a file is read once, and again when its state says that it changed. */
const known = new Map<string, { readonly state: string; readonly digest: string }>();

function digestOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    return undefined;
  }
  const state = `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
  const before = known.get(path);
  if (before?.state === state) {
    return before.digest;
  }
  const digest = createHash("sha256").update(readFileSync(path)).digest("hex");
  known.set(path, { state, digest });
  return digest;
}
