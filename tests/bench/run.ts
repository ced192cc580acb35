/**
 * The benchmarks: `./trade2026 test bench`, or parts of them:
 *
 *     node --import tsx tests/bench/run.ts [--engine hermetic|official] [--only platform,growth,anatomy,trading]
 *                                          [--sizes 10,20,40,80] [--rounds 2] [--plugins TEXT] [--document]
 *
 * Measures, keeps the raw results (tests/bench/results/<engine>.json) and writes docs/benchmarks.md from all of them.
 * Without --engine it is the one of TRADE2026_ENGINE, else hermetic. TRADE2026_COMPOSE names another Compose program
 * than this machine's. `--plugins` says which plugins those are that are installed, for the record, when they are not the
 * release that their folder is named for. `--document` only writes.
 */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type Docker from "dockerode";
import { chooseEngine, prepareEngine, type EngineKind, type PreparedEngine } from "../../engine";
import { ROOT } from "../../stacks/inputs";
import { engine as dockerEngine, removeLabelled } from "../harness/docker";
import { findCompose } from "./compose";
import { benchmarksDocument } from "./document";
import { provenance } from "./facts";
import { measureAnatomy } from "./growth/anatomy";
import { measureGrowth } from "./growth/growth";
import { buildSubject } from "./growth/subject";
import { DOCUMENT, HOME, LABEL, PREFIX } from "./places";
import { measurePlatform, measureTradingHere, type Bench } from "./platform";
import { allResults, keepResults, type GrowthRow, type Provenance } from "./results";

const PARTS = ["platform", "growth", "anatomy", "trading"] as const;
type Part = (typeof PARTS)[number];

interface Options {
  readonly engine: EngineKind;
  readonly parts: readonly Part[];
  readonly sizes: readonly number[];
  readonly rounds: number;
  readonly plugins: string | undefined;
  readonly documentOnly: boolean;
}

function optionsOf(argv: readonly string[], env = process.env): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      engine: { type: "string", default: env["TRADE2026_ENGINE"] || "hermetic" },
      only: { type: "string", default: PARTS.join(",") },
      sizes: { type: "string", default: "10,20,40,80" },
      rounds: { type: "string", default: "2" },
      plugins: { type: "string" },
      document: { type: "boolean", default: false },
    },
  });
  const parts = values.only.split(",");
  const unknown = parts.filter((part) => !PARTS.some((known) => known === part));
  if (unknown.length > 0)
    throw new Error(`--only: no such part: ${unknown.join(", ")}; there are ${PARTS.join(", ")}`);
  if (values.engine !== "hermetic" && values.engine !== "official")
    throw new Error(`--engine is ${values.engine}; it must be hermetic or official`);
  return {
    engine: values.engine,
    parts: PARTS.filter((part) => parts.includes(part)),
    sizes: values.sizes.split(",").map(Number),
    rounds: Number(values.rounds),
    plugins: values.plugins,
    documentOnly: values.document,
  };
}

async function main(argv: readonly string[]): Promise<void> {
  const options = optionsOf(argv);
  if (!options.documentOnly) await measureAll(options);
  writeFileSync(
    DOCUMENT,
    benchmarksDocument(allResults(), readFileSync(join(__dirname, "findings.md"), "utf8")),
  );
  console.log(`wrote ${DOCUMENT}`);
}

async function measureAll(options: Options): Promise<void> {
  const say = (line: string): void => console.log(line);
  const docker = await dockerEngine();
  const compose = findCompose(say);
  const place = { root: ROOT, home: ".trade2026" };
  const engine = await prepareEngine(await chooseEngine({ ...place, requested: options.engine }), say, place);
  const bench: Bench = { docker, compose, engine: options.engine, rounds: options.rounds, say };
  await clean(docker);
  try {
    for (const part of options.parts) await measurePart(part, bench, options, engine);
  } catch (error) {
    // what went wrong first is what counts
    await clean(docker).catch((second: unknown) => say(`cleaning failed, too: ${String(second)}`));
    throw error;
  }
  await clean(docker);
}

async function measurePart(
  part: Part,
  bench: Bench,
  options: Options,
  engine: PreparedEngine,
): Promise<void> {
  const began = Date.now();
  bench.say(`${part}, ${options.engine} engine`);
  const from: Provenance = await provenance(bench.docker, bench.compose, engine, options.plugins);
  if (part === "growth" || part === "anatomy") await buildSubject(bench.docker);
  switch (part) {
    case "platform":
      keepResults(options.engine, { platform: { from, ...(await measurePlatform(bench)) } });
      break;
    case "growth": {
      const rows: GrowthRow[] = [];
      for (const containers of options.sizes) rows.push(await measureGrowth(bench, containers));
      keepResults(options.engine, { growth: { from, rows } });
      break;
    }
    case "anatomy": {
      const runs = await measureAnatomy(bench, Math.max(...options.sizes));
      keepResults(options.engine, { anatomy: { from, runs } });
      break;
    }
    case "trading":
      keepResults(options.engine, { trading: { from, ...(await measureTradingHere(bench)) } });
  }
  bench.say(`${part}: ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

/** Everything of ours, and of a Compose project of our name. */
async function clean(docker: Docker): Promise<void> {
  for (const label of [LABEL, `com.docker.compose.project=${PREFIX}`]) await removeLabelled(docker, label);
  const images = await docker.listImages();
  const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  for (const name of names.filter((tag) => new RegExp(`^${PREFIX}(-\\w+)?/`).test(tag)))
    await docker.getImage(name).remove();
  rmSync(HOME, { recursive: true, force: true });
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
