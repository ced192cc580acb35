/**
 * The one entry of `./trade2026` on every system, with nothing but Node's own modules: brings a newer Node when this
 * one is too old, installs the npm dependencies when they are missing or stale, then runs cli/main.ts. What it says
 * goes to stderr, so that stdout is the command's alone. Everything it makes lies in .trade2026/ and node_modules/.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as nodeModule from "node:module";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [22, 12];
const OWN_NODE = "24.9.0";
const windows = process.platform === "win32";
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const home = join(root, ".trade2026");
const say = (line) => process.stderr.write(`${line}\n`);

/** Something that the user has to mend: shown without a stack. */
class SetupError extends Error {}

async function start() {
  if (!isNewEnough(process.versions.node)) return runWith(await locked("node", ownNode, ownNodePath));
  await locked("npm", installDependencies, dependenciesAreFresh);
  nodeModule.enableCompileCache?.(join(home, "cache", "compiled"));
  const require = createRequire(import.meta.url);
  const { loadTypeScript } = await import("./typescript.mjs");
  // Mapping every stack of every module costs a quarter of a second, and is read by those who debug.
  loadTypeScript(require, join(home, "cache", "typescript"), process.argv.includes("--debug"));
  await require("./main.ts").main(process.argv.slice(2));
}

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** The `node` package's program, when it is there and of the right version. */
function ownNodePath() {
  const folder = join(home, "node", "node_modules", "node");
  const path = join(folder, "bin", windows ? "node.exe" : "node");
  try {
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return version === OWN_NODE && existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function ownNode() {
  const needed = `Node ${OLDEST_NODE.join(".")} or later is needed; this one is ${process.versions.node}.`;
  say(`${needed} Getting Node ${OWN_NODE} for this checkout (.trade2026/node), once …`);
  const folder = join(home, "node");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const result = npm(["install", "--ignore-scripts=false", "--save-exact", `node@${OWN_NODE}`], folder);
  const path = ownNodePath();
  const works = path !== undefined && spawnSync(path, ["--version"]).status === 0;
  if (works) return path;
  rmSync(folder, { recursive: true, force: true });
  throw new SetupError(
    `${needed} Getting one through npm failed:\n${result}\nInstall Node 24 from https://nodejs.org, and run this again.`,
  );
}

const stampFile = join(home, "npm-dependencies.sha256");

/** A node_modules of another system or processor is as stale as one of another lock file. */
function dependencyStamp() {
  const lock = readFileSync(join(root, "package-lock.json"));
  return createHash("sha256").update(lock).update(`${process.platform} ${process.arch}`).digest("hex");
}

function dependenciesAreFresh() {
  const installed = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const stamp = dependencyStamp();
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return true;
  if (!installedMatches(installed)) return false;
  writeStamp(stamp);
  return true;
}

/**
 * Whether `npm ci` or `npm install` has been run already: every package is the one that the lock names, and none is
 * of another system or processor.
 */
function installedMatches(installedFile) {
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  const complete = Object.entries(wanted).every(
    ([path, entry]) =>
      path === "" || installed[path]?.version === entry.version || (entry.optional && !installed[path]),
  );
  const native = Object.values(installed).every(
    ({ os, cpu }) => allows(os, process.platform) && allows(cpu, process.arch),
  );
  return complete && native;
}

/** As npm reads it: `["linux"]`, or what is excluded, `["!win32"]`. */
function allows(list, value) {
  if (!list || list.includes(value) || list.includes("any")) return true;
  return list.every((item) => item.startsWith("!")) && !list.includes(`!${value}`);
}

function writeStamp(stamp) {
  mkdirSync(home, { recursive: true });
  writeFileSync(stampFile, stamp);
}

function installDependencies() {
  say("Installing the npm dependencies of package-lock.json, once …");
  const output = npm(["ci"], root);
  if (!existsSync(join(root, "node_modules", "esbuild"))) {
    throw new SetupError(
      `The npm dependencies could not be installed:\n${output}\nOnce npm reaches its registry, run this again.`,
    );
  }
  writeStamp(dependencyStamp());
}

/** @returns the end of its output, for a message; never throws */
function npm(args, cwd) {
  const all = [...args, "--no-audit", "--no-fund", "--loglevel=error"];
  const script = [
    process.env.npm_execpath,
    join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js"),
    join(dirname(process.execPath), "node_modules/npm/bin/npm-cli.js"),
  ].find((path) => path?.endsWith("npm-cli.js") && existsSync(path));
  const options = { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] };
  const result = script
    ? spawnSync(process.execPath, [script, ...all], options)
    : spawnSync(windows ? "npm.cmd" : "npm", all, { ...options, shell: windows });
  if (result.error) return `npm could not be run: ${result.error.message}`;
  return `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-15).join("\n");
}

/**
 * One process at a time makes a thing; others wait for it and find it made.
 * @returns what `made` finds, made by `make` where there is nothing yet
 */
async function locked(name, make, made) {
  const early = made();
  if (early) return early;
  const lock = join(home, `${name}.lock`);
  mkdirSync(home, { recursive: true });
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      if (!isHeld(lock)) rmSync(lock, { force: true });
      await wait(300);
    }
  }
  try {
    return made() || make();
  } finally {
    rmSync(lock, { force: true });
  }
}

/** By a process that runs, or has only just made the file and not yet written its number into it. */
function isHeld(lock) {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    if (pid === 0) return Date.now() - statSync(lock).mtimeMs < 5000;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Hands over to another Node: same arguments, same standard streams, signals passed on, its end is ours. */
function runWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: "inherit" });
  // A terminal sends Ctrl-C to the child as well; without one, only this process gets it.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of windows ? ["SIGTERM"] : ["SIGTERM", "SIGHUP"])
    process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    say(`${node} could not be run: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 1);
  });
}

start().catch((error) => {
  say(error instanceof SetupError ? error.message : (error?.stack ?? String(error)));
  process.exitCode = 1;
});
