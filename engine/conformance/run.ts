/**
 * Records the conformance table on one engine, or replays it on another and compares. See README.md.
 *
 * Exit code 0: all alike; 1: differences, each printed; 2: it could not be run.
 */

import { leave } from "../exit";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { Command } from "commander";
import Docker from "dockerode";
import { findDocker } from "../docker-host";
import { serveProviders, type ServedProviders } from "../hermetic/providers/serve";
import { BATCHES } from "./cases";
import { lock } from "./lock";
import { observe } from "./observe";
import type { CaseRecord, Recording } from "./record";
import { compare, describe, unspoken } from "./record";
import type { Batch, Case } from "./spec";
import { World } from "./world";

interface Options {
  readonly record?: string;
  readonly against: string;
  readonly only?: string;
  readonly batch?: string;
  readonly path?: string;
  readonly attach?: string;
  readonly standIns?: boolean;
  readonly out?: string;
  readonly dump?: string;
  readonly keep?: boolean;
  readonly versions?: string;
}

const ROOT = resolve(__dirname, "../..");

function selected(options: Options): readonly Batch[] {
  const wanted = options.only?.split(",");
  return BATCHES.filter(({ name }) => options.batch === undefined || options.batch.split(",").includes(name))
    .map((batch) => ({
      ...batch,
      cases: batch.cases.filter(
        ({ name }) => wanted === undefined || wanted.some((part) => matches(name, part)),
      ),
    }))
    .filter(({ cases }) => cases.length > 0);
}

/** `health-*` is every case whose name starts so. */
function matches(name: string, part: string): boolean {
  return part.endsWith("*") ? name.startsWith(part.slice(0, -1)) : name === part;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** As the formatter of the repository wants it. */
async function formatted(recording: Recording): Promise<string> {
  const { format } = await import("prettier");
  return format(JSON.stringify(recording), { parser: "json", printWidth: 110 });
}

async function run(options: Options): Promise<number> {
  const batches = selected(options);
  if (batches.length === 0) {
    throw new Error(`no case is called ${options.only ?? options.batch ?? ""}`);
  }
  if (options.path !== undefined) {
    const folders = options.path.split(delimiter).map((folder) => resolve(folder));
    process.env["PATH"] = [...folders, process.env["PATH"] ?? ""].join(delimiter);
  }
  const ran = batches.flatMap((batch) => batch.cases);
  const release = lock(join(ROOT, ".trade2026", "conformance.lock"));
  try {
    const started = performance.now();
    const cases = await observeAll(batches, options);
    const spent = process.cpuUsage();
    const cpu = ((spent.user + spent.system) / 1e6).toFixed(0);
    print(
      `${ran.length} cases in ${((performance.now() - started) / 1000).toFixed(0)} s (${cpu} s of CPU in this process)`,
    );
    return await conclude(ran, cases, options);
  } finally {
    release();
  }
}

async function observeAll(batches: readonly Batch[], options: Options): Promise<Record<string, CaseRecord>> {
  const folder = join(ROOT, ".trade2026", "conformance");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const standIns = options.standIns === true ? await startStandIns() : undefined;
  const attach = standIns?.attach ?? options.attach;
  const env: Record<string, string> = attach === undefined ? {} : { PULUMI_DEBUG_PROVIDERS: attach };
  const world = new World(folder);
  const cases: Record<string, CaseRecord> = {};
  try {
    await world.clean();
    const imageIds = await world.makeImages();
    for (const batch of batches) {
      const how = {
        setting: { folders: join(folder, "folders"), imageIds },
        world,
        folder: join(folder, batch.name),
        env,
        print,
      };
      Object.assign(
        cases,
        await observe(batch, options.dump === undefined ? how : { ...how, dump: options.dump }),
      );
    }
  } finally {
    if (options.keep !== true) {
      await world.clean();
    }
    await standIns?.close();
  }
  return cases;
}

/** The stand-ins of this repository, in this process. */
async function startStandIns(): Promise<ServedProviders> {
  const docker = await findDocker();
  if (!docker.found) {
    throw new Error(`no Docker engine answers (tried ${docker.tried.join(", ")}): ${docker.fix}`);
  }
  return serveProviders(docker.endpoint);
}

async function conclude(ran: readonly Case[], cases: Recording["cases"], options: Options): Promise<number> {
  const out = options.record ?? options.out;
  if (out !== undefined) {
    const [cli = "", docker = "", random = ""] = (options.versions ?? "").split(",");
    const engine = await new Docker().version();
    const about = {
      cli,
      docker,
      random,
      engine: engine.Version,
      node: process.version,
      date: new Date().toISOString().slice(0, 10),
    };
    writeFileSync(out, await formatted({ about, cases }));
    print(`written to ${out}`);
  }
  if (options.record !== undefined) {
    const broken = unspoken(ran, cases);
    broken.forEach((line) => print(`the error has not the phrase of the table: ${line}`));
    return broken.length === 0 ? 0 : 1;
  }
  const expected = JSON.parse(readFileSync(options.against, "utf8")) as Recording;
  const differences = compare(ran, expected.cases, cases);
  const differing = new Set(differences.map((difference) => difference.case)).size;
  print(describe(differences));
  print(`${ran.length - differing} of ${ran.length} cases as recorded, ${differing} differ`);
  return differing === 0 ? 0 : 1;
}

const command = new Command("conformance")
  .option("--record <file>", "write the results as the recording instead of comparing them")
  .option("--against <file>", "recording to compare with", join(__dirname, "official.json"))
  .option("--path <folders>", "folders with pulumi and its plugins, before those of PATH")
  .option("--attach <providers>", "providers that listen already: docker:PORT,random:PORT")
  .option("--stand-ins", "the stand-ins of this repository, started in this process")
  .option("--only <cases>", "names of cases, a,b-*")
  .option("--batch <batches>", "names of batches")
  .option("--out <file>", "write the results here too")
  .option("--dump <folder>", "write the state after the first step there, secrets and all")
  .option("--versions <list>", "versions to note: cli,docker plugin,random plugin")
  .option("--keep", "leave everything as it is at the end");

// The SDK takes a stack trace for every value of every resource: most of the time of a run, and read by nobody.
Error.stackTraceLimit = 2;

// A resource that fails rejects its outputs, which nobody awaits; the engine's events say the same in full.
process.on("unhandledRejection", () => undefined);

command
  .parseAsync()
  .then(() => run(command.opts<Options>()))
  .then(leave, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return leave(2);
  });
