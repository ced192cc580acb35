/**
 * Lets `require` load TypeScript. esbuild translates a file once; what it made lies in .trade2026/cache until the file
 * changes. (tsx does the same and more. Its hooks look at every module of every library too, and that was a third of
 * the time that a preview took.)
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";

const OPTIONS = {
  loader: "ts",
  format: "cjs",
  platform: "node",
  target: "node22",
  logLevel: "silent",
  // As tsconfig.json has it.
  tsconfigRaw: { compilerOptions: { target: "es2023", useDefineForClassFields: true } },
};

/** Libraries that Pulumi's SDK loads for what no program of ours does (it serializes functions): 230 modules. */
const ON_DEMAND = ["@npmcli/arborist"];

/**
 * @param require a `require` of the checkout
 * @param folder where translated files lie
 * @param debug name TypeScript's lines in stack traces; nothing is kept then
 */
export function loadTypeScript(require, folder, debug) {
  const esbuild = once(() => require("esbuild"));
  const translate = (source, sourcefile) =>
    esbuild().transformSync(source, { ...OPTIONS, sourcefile, sourcemap: debug && "inline" }).code;
  const version = JSON.stringify([require("esbuild/package.json").version, OPTIONS]);
  mkdirSync(folder, { recursive: true });
  require.extensions[".ts"] = (module, file) => {
    const source = readFileSync(file, "utf8");
    module._compile(debug ? translate(source, file) : kept(folder, version, file, source, translate), file);
  };
  process.setSourceMapsEnabled?.(debug);
  for (const name of ON_DEMAND) loadOnDemand(require, name);
}

/** One file for each source, so that old ones do not pile up; its first line says what it was made from. */
function kept(folder, version, file, source, translate) {
  const stamp = `//${digest(version, source)}\n`;
  const path = join(folder, `${basename(file, ".ts")}-${digest(file).slice(0, 16)}.js`);
  const old = read(path);
  if (old?.startsWith(stamp)) return old;
  const text = stamp + translate(source, file);
  try {
    // Another process may be at the same file.
    const unfinished = `${path}.${process.pid}`;
    writeFileSync(unfinished, text);
    renameSync(unfinished, path);
  } catch {
    // A folder that cannot be written to costs time, and nothing else.
  }
  return text;
}

/** Puts something in a library's place that becomes the library when it is first asked for anything. */
function loadOnDemand(require, name) {
  let library;
  try {
    library = createRequire(require.resolve("@pulumi/pulumi"));
    const path = library.resolve(name);
    const real = once(() => {
      delete require.cache[path];
      return library(name);
    });
    // `__esModule`: who imports all of it gets this object, and no copy made of every property.
    const exports = new Proxy({}, { get: (_, key) => (key === "__esModule" ? true : real()[key]) });
    require.cache[path] = { id: path, filename: path, path, exports, loaded: true, children: [], paths: [] };
  } catch {
    // A version of the SDK that does not have it.
  }
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function once(make) {
  let made;
  return () => (made ??= make());
}

function digest(...texts) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\0");
  return hash.digest("hex");
}
