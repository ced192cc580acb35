import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import ts from "typescript";
import { ROOT } from "../../stacks/inputs";

export interface Source {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
}

const SKIPPED = new Set(["node_modules", ".git", ".trade2026", "coverage", "dist"]);

/** TypeScript files of the repository; temporary ones, with a leading dot, are nobody's. */
export function sources(folder = ""): readonly Source[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry): readonly Source[] => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sources(path);
    if (!/\.(ts|mjs)$/.test(entry.name) || /\.d\.ts$/.test(entry.name) || entry.name.startsWith("."))
      return [];
    const text = readFileSync(join(ROOT, path), "utf8");
    return [{ path, text, lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0) }];
  });
}

export interface Imports {
  /** Our own files, by their path from the root without an extension. */
  readonly ours: readonly string[];
  readonly packages: readonly string[];
}

/** What a file imports, static or dynamic. */
export function importsOf({ path, text }: Pick<Source, "path" | "text">): Imports {
  const targets = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return {
    ours: targets
      .filter((target) => target.startsWith("."))
      .map((target) => posix.normalize(posix.join(posix.dirname(path), target))),
    packages: targets.filter((target) => !target.startsWith(".")),
  };
}
