import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync, version, type BuildOptions } from "esbuild";
import { readRecord, writeRecord } from "./build-record";

/** What an image of an in-house service is made of. */
export interface Bundle {
  readonly dir: string;
  /** Hex SHA-256 over the files: the same source gives the same hash on every machine. */
  readonly hash: string;
  /** Paths relative to {@link dir}, sorted. */
  readonly files: readonly string[];
}

const MAIN = "main.js";
const DOCKERFILE = "services/Dockerfile";
/** Changes with every `npm install` that changes something. */
const INSTALLED = "node_modules/.package-lock.json";

const options = {
  write: false,
  bundle: true,
  metafile: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  // stack traces name the TypeScript line; the sources themselves stay at home
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "eof",
  // also with a node_modules that is a link its files are called node_modules/…
  preserveSymlinks: true,
  // our own tsconfig is for the checkout and its editors
  tsconfigRaw: { compilerOptions: { target: "es2022", strict: true } },
  logLevel: "silent",
  define: { "process.env.NODE_ENV": '"production"' },
} as const satisfies BuildOptions;

const tool = createHash("sha256")
  .update(JSON.stringify([version, options]))
  .digest("hex");

/**
 * Bundles services/<name>/src/main.ts, with all that it imports, into one CommonJS file, and lays the build context
 * of its image into `outDir`, which it replaces: main.js, main.js.map, Dockerfile. When nothing that went in has
 * changed since the last time, what lies there is kept (`<outDir>.json` remembers).
 *
 * @param root the checkout
 * @throws when there is no such service, or esbuild refuses it (its message names file and line)
 */
export function bundleService(root: string, name: string, outDir: string): Bundle {
  const entry = `services/${name}/src/main.ts`;
  if (!/^[a-z][a-z0-9-]*$/.test(name) || !existsSync(join(root, entry))) {
    throw new Error(`no in-house service "${name}": there is no ${entry}`);
  }
  const recordPath = `${outDir}.json`;
  const kept = readRecord(recordPath, root, outDir, tool);
  if (kept) {
    return { dir: outDir, hash: kept.hash, files: Object.keys(kept.files) };
  }
  const { outputs, inputs } = bundleEntry(root, entry);
  const contents = new Map([...outputs, ["Dockerfile", readFileSync(join(root, DOCKERFILE))]]);
  const files = [...contents.keys()].sort();
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  const hash = createHash("sha256");
  for (const file of files) {
    const content = contents.get(file) ?? new Uint8Array();
    writeFileSync(join(outDir, file), content);
    hash.update(`${file} ${content.length}\n`).update(content);
  }
  const bundle = { dir: outDir, hash: hash.digest("hex"), files };
  writeRecord(recordPath, root, tool, [...inputs, DOCKERFILE, INSTALLED], bundle);
  return bundle;
}

/**
 * The bundle and its source map by name, and the files that went in, relative to the root. Nothing is written: where
 * it goes must not change what it is.
 */
export function bundleEntry(
  root: string,
  entry: string,
): { readonly outputs: readonly (readonly [string, Uint8Array])[]; readonly inputs: readonly string[] } {
  // a place that does not exist and is always the same: paths in the map are relative to it
  const outfile = join(root, "bundle", MAIN);
  const built = buildSync({ ...options, absWorkingDir: root, entryPoints: [entry], outfile });
  return {
    outputs: built.outputFiles.map((file) => [
      file.path.endsWith(".map") ? `${MAIN}.map` : MAIN,
      file.contents,
    ]),
    inputs: Object.keys(built.metafile.inputs),
  };
}
