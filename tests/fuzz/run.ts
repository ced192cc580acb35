import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leave } from "../../engine/exit";
import type { RunningService } from "../../services/kit/service";
import { addressOf, startPlatform, type Platform } from "./platform";
import { schemathesis } from "./python";
import { readReport, type Report } from "./report";

/**
 * Asks every operation of every service's API for all that its document allows and for much that it does not, and holds
 * the answers to the document. `run.ts [--long] [--serve] [service ...]`; --serve starts the services and waits, so that
 * a request that failed can be sent again.
 */
const ROOT = join(__dirname, "../..");
const REPORTS = join(ROOT, ".trade2026/fuzz");
const CONFIG = join(__dirname, "schemathesis.toml");
/** Cases for each operation, beside those that its document's limits and examples give. */
const CASES = { short: 12, long: 250 };

interface Outcome {
  readonly name: string;
  readonly report: Report;
  readonly operations: number;
  readonly problems: readonly string[];
  readonly output: string;
}

async function main(args: readonly string[]): Promise<number> {
  const long = args.includes("--long");
  const wanted = args.filter((each) => !each.startsWith("--"));
  const seed = process.env["FUZZ_SEED"] ?? "2026";
  const tool = await schemathesis();
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
  const platform = await startPlatform();
  try {
    const unknown = wanted.filter((name) => !platform.services.some((service) => service.name === name));
    if (unknown.length > 0)
      throw new Error(
        `no such service: ${unknown.join(", ")}; there are ${platform.services.map(({ name }) => name).join(", ")}`,
      );
    const chosen = platform.services.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    if (args.includes("--serve")) return await serve(platform, chosen);
    console.log(`seed ${seed}`);
    const outcomes: Outcome[] = [];
    for (const service of chosen) {
      const outcome = await fuzz(tool, platform, service, seed, long ? CASES.long : CASES.short);
      console.log(lineOf(outcome));
      outcomes.push(outcome);
    }
    return conclude(outcomes, wanted.length === 0);
  } finally {
    await platform.close();
  }
}

async function fuzz(
  [interpreter, ...tool]: readonly [string, ...string[]],
  { token, venue }: Platform,
  service: RunningService,
  seed: string,
  cases: number,
): Promise<Outcome> {
  const { name } = service;
  const base = addressOf(service);
  const path = join(REPORTS, `${name}.ndjson`);
  const { code, output } = await collect(
    interpreter,
    [
      ...tool,
      ...["--no-color", "--config-file", CONFIG, "run", `${base}/openapi.json`, "--url", base],
      ...["--seed", seed, "--max-examples", String(cases), "--report-ndjson-path", path],
    ],
    { FUZZ_TOKEN: token, FUZZ_USER: venue.user, FUZZ_PASSWORD: venue.password },
  );
  const report = await readReport(path);
  const documented = await operationsOf(base);
  const untested = documented.filter((operation) => !report.tested.has(operation));
  const problems = [
    ...report.errors,
    ...(untested.length > 0 ? [`not tested: ${untested.join(", ")}`] : []),
    ...(code !== 0 && report.failed.size === 0 && report.errors.length === 0
      ? [`schemathesis ended with ${code}`]
      : []),
  ];
  return { name, report, operations: documented.length, problems, output };
}

async function operationsOf(base: string): Promise<readonly string[]> {
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

const bad = ({ report, problems }: Outcome): number => report.failed.size + problems.length;
const checksOf = ({ checks }: Report): number => [...checks.values()].reduce((sum, each) => sum + each, 0);

function lineOf(outcome: Outcome): string {
  const { name, report, operations } = outcome;
  return (
    `${bad(outcome) === 0 ? "✓" : "✗"} ${name}: ${operations} operations, ${report.requests} requests, ` +
    `${checksOf(report)} checks, ${report.failures} failures`
  );
}

/** Ends with the line that the test runner reads: an operation that holds to its document is one that passed. */
function conclude(outcomes: readonly Outcome[], all: boolean): number {
  const idle = all ? unused(outcomes) : [];
  const failed = outcomes.reduce((sum, outcome) => sum + bad(outcome), idle.length);
  const passed = outcomes.reduce((sum, { report }) => sum + report.tested.size - report.failed.size, 0);
  for (const outcome of outcomes.filter((each) => bad(each) > 0)) {
    console.log(`\n${outcome.name}:`);
    console.log(outcome.output.trim());
    outcome.problems.forEach((problem) => console.log(problem));
  }
  if (idle.length > 0) console.log(`\nchecks that nothing was held to: ${idle.join(", ")}`);
  if (failed > 0)
    console.log(
      "\nTo send a request again: node --import tsx tests/fuzz/run.ts --serve, which says the ports and the token.",
    );
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** A check that is never made proves nothing. */
function unused(outcomes: readonly Outcome[]): readonly string[] {
  const used = new Set(outcomes.flatMap(({ report }) => [...report.checks.keys()]));
  const off = new Set(
    [...readFileSync(CONFIG, "utf8").matchAll(/^(\w+)\.enabled = false/gm)].map(([, name]) => name),
  );
  return CHECKS.filter((name) => !used.has(name) && !off.has(name));
}

const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "negative_data_rejection",
  "positive_data_acceptance",
  "missing_required_header",
  "unsupported_method",
  "allow_header_conformance",
  "use_after_free",
  "ensure_resource_availability",
  "ignored_auth",
];

async function serve({ token, venue }: Platform, services: readonly RunningService[]): Promise<number> {
  for (const service of services) console.log(`${service.name}: ${addressOf(service)}`);
  console.log(`\nAuthorization: Bearer ${token}`);
  console.log(`at prism: Basic ${Buffer.from(`${venue.user}:${venue.password}`).toString("base64")}`);
  console.log("\nCtrl-C ends them.");
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
  return 0;
}

function collect(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    // what it keeps between runs would make them differ
    const child = spawn(command, args, { cwd: REPORTS, env: { ...process.env, ...env } });
    let output = "";
    child.stdout.on("data", (part) => (output += String(part)));
    child.stderr.on("data", (part) => (output += String(part)));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

main(process.argv.slice(2)).then(leave, (error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return leave(2);
});
