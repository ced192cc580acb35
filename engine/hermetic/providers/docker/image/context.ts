import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import type { Stats } from "node:fs";
import { join, relative, resolve, sep } from "node:path";
import type { TarEntry } from "../../tar";
import { ignoreMatcher } from "./ignore";

/** A build context on disk: which files it has, and the digest that says whether an image must be rebuilt. */
export interface BuildContext {
  /** Folder of the context, as the program wrote it. */
  readonly folder: string;
  /** Dockerfile, as the program wrote it (relative to the working directory, not to the context). */
  readonly dockerfile: string;
}

const DOCKERFILE = "Dockerfile";

/**
 * SHA-256 over names, modes and contents of all files that are not ignored, computed exactly as the official plugin
 * does: the digest is part of the state, and a different one would rebuild every image after a change of engine.
 */
export function contextDigest(context: BuildContext): string {
  const parts: Buffer[] = [hashedFile(context.dockerfile, DOCKERFILE, "----------", false)];
  for (const file of listFiles(context, false)) {
    parts.push(hashedFile(file.path, file.name, goMode(file.stats), file.stats.isSymbolicLink()));
  }
  return createHash("sha256").update(Buffer.concat(parts)).digest("hex");
}

function hashedFile(path: string, name: string, mode: string, link: boolean): Buffer {
  const content = link ? Buffer.from(toSlash(realpathSync(path))) : readFileSync(path);
  return Buffer.concat([
    Buffer.from(name),
    Buffer.from(mode),
    createHash("sha256").update(content).digest(),
    Buffer.alloc(1),
  ]);
}

/** The context as archive entries, and the Dockerfile's path in it. */
export function contextArchive(context: BuildContext): {
  readonly entries: readonly TarEntry[];
  readonly dockerfile: string;
} {
  const entries = listFiles(context, true).map(({ name, path, stats }): TarEntry => {
    const link = stats.isSymbolicLink();
    return {
      name,
      mode: stats.mode & 0o7777,
      mtime: Math.floor(stats.mtimeMs / 1000),
      content: link ? Buffer.alloc(0) : readFileSync(path),
      ...(link ? { linkTo: toSlash(readlinkSync(path)) } : {}),
    };
  });
  const inside = dockerfileInContext(context);
  if (inside !== undefined) return { entries, dockerfile: inside };
  // A Dockerfile from elsewhere travels under a name that no context has.
  const name = `.dockerfile.${createHash("sha256").update(context.dockerfile).digest("hex").slice(0, 20)}`;
  return {
    entries: [...entries, { name, mode: 0o600, content: readFileSync(context.dockerfile) }],
    dockerfile: name,
  };
}

/** The Dockerfile's path relative to the context, with `/`; what the plugin puts into its outputs. */
export function relativeDockerfile(context: BuildContext): string {
  return toSlash(relative(realpathSync(context.folder), realpathSync(context.dockerfile)));
}

function dockerfileInContext(context: BuildContext): string | undefined {
  const path = relativeDockerfile(context);
  return path.startsWith("../") || resolve(path) === path ? undefined : path;
}

interface ListedFile {
  readonly name: string;
  readonly path: string;
  readonly stats: Stats;
}

function listFiles(context: BuildContext, forBuild: boolean): readonly ListedFile[] {
  const ignored = ignoreMatcher(ignorePatterns(context));
  const needed = forBuild ? new Set([dockerfileInContext(context), ".dockerignore"]) : new Set<string>();
  const found: ListedFile[] = [];
  const walk = (folder: string, at: string): void => {
    // The order of bytes, as Go sorts names.
    const names = readdirSync(folder).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    for (const entry of names) {
      const name = at === "" ? entry : `${at}/${entry}`;
      const path = join(folder, entry);
      const stats = lstatSync(path);
      if (stats.isDirectory()) walk(path, name);
      else if (!ignored(name) || needed.has(name)) found.push({ name, path, stats });
    }
  };
  walk(resolve(context.folder), "");
  return found;
}

function ignorePatterns(context: BuildContext): readonly string[] {
  const file = [`${context.dockerfile}.dockerignore`, join(context.folder, ".dockerignore")].find((path) =>
    existsSync(path),
  );
  return file === undefined ? [] : readFileSync(file, "utf8").split(/\r?\n/);
}

/** A mode as Go prints it: `-rw-r--r--`, `Lrwxrwxrwx`. */
export function goMode(stats: Pick<Stats, "mode" | "isSymbolicLink">): string {
  const letters = "rwxrwxrwx";
  const bits = [...letters]
    .map((letter, index) => (((stats.mode >> (8 - index)) & 1) === 1 ? letter : "-"))
    .join("");
  const special = [
    stats.isSymbolicLink() ? "L" : "",
    (stats.mode & 0o4000) !== 0 ? "u" : "",
    (stats.mode & 0o2000) !== 0 ? "g" : "",
    (stats.mode & 0o1000) !== 0 ? "t" : "",
  ].join("");
  return `${special === "" ? "-" : special}${bits}`;
}

const toSlash = (path: string): string => (sep === "/" ? path : path.split(sep).join("/"));
