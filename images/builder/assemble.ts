import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { parseCoordinate } from "./fetch/maven";
import type { Artifact } from "./recipe";
import { run } from "./run";
import type { RunOptions } from "./run";
import type { SourceFile } from "./source";

/** An artifact and the verified file it came as. */
export interface FetchedArtifact {
  readonly artifact: Artifact;
  readonly file: string;
}

/** Writes Dockerfile and files/ of a recipe into the build context. Scripts are executable, whatever git kept. */
export function writeSources(sources: readonly SourceFile[], context: string): void {
  for (const { path, bytes } of sources) {
    const target = join(context, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
    chmodSync(target, bytes.subarray(0, 2).toString() === "#!" ? 0o755 : 0o644);
  }
}

/**
 * Puts one artifact, or the parts of it that the recipe names, into the build context.
 * @param scratch an empty folder for unpacking
 * @throws Error when the archive lacks a named part
 */
export async function placeArtifact(
  { artifact, file }: FetchedArtifact,
  context: string,
  scratch: string,
  options: Omit<RunOptions, "cwd">,
): Promise<void> {
  if (artifact.kind === "go" || artifact.kind === "goLocal")
    return place(file, join(context, artifact.to), 0o755);
  if (artifact.to !== undefined) {
    const target = artifact.to.endsWith("/") ? artifact.to + ownName(artifact) : artifact.to;
    return place(file, join(context, target), octal(artifact.mode));
  }
  const parts = artifact.extract ?? [];
  await unpack(
    artifact.kind === "npm" ? "tar" : "zip",
    file,
    scratch,
    options,
    parts.map((part) => part.from),
  );
  for (const part of parts) {
    const from = join(scratch, part.from);
    if (!existsSync(from)) throw new Error(`the archive of ${artifact.kind} artifact holds no ${part.from}`);
    if (part.from.endsWith("/")) placeTree(from, join(context, part.to), octal(part.mode));
    else
      place(
        from,
        join(context, part.to.endsWith("/") ? part.to + basename(part.from) : part.to),
        octal(part.mode),
      );
  }
}

/** Unpacks what is wanted of a tarball; of a zip everything, its tools take no folders. */
async function unpack(
  kind: "tar" | "zip",
  file: string,
  folder: string,
  options: Omit<RunOptions, "cwd">,
  wanted: readonly string[],
): Promise<void> {
  const members = wanted.map((path) => path.replace(/\/$/, ""));
  if (kind === "tar")
    await run("tar", ["-xzf", file, "-C", folder, "--no-same-owner", ...members], {
      ...options,
      cwd: folder,
    });
  // Wheels and jars: Python reads them, and is there wherever pip is.
  else await run("python3", ["-m", "zipfile", "-e", file, folder], { ...options, cwd: folder });
}

function place(from: string, to: string, mode: number): void {
  if (statSync(from).isDirectory())
    throw new Error(`${from} is a folder: end its path in / to take all of it`);
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
  chmodSync(to, mode);
}

function placeTree(from: string, to: string, mode: number): void {
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true }))
    chmodSync(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : mode);
}

/** The name that the artifact would have in its registry. */
function ownName(artifact: Exclude<Artifact, { kind: "go" | "goLocal" }>): string {
  if (artifact.kind === "pypi") return artifact.file;
  if (artifact.kind === "npm")
    return `${artifact.package.replace(/^@/, "").replace("/", "-")}-${artifact.version}.tgz`;
  const { artifact: name, version, classifier, extension } = parseCoordinate(artifact.coordinate);
  return `${name}-${version}${classifier === undefined ? "" : `-${classifier}`}.${extension}`;
}

function octal(mode: string): number {
  return Number.parseInt(mode, 8);
}
