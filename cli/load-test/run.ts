import type Docker from "dockerode";
import { lastLines } from "../../engine/errors";
import { LOAD_CLIENT } from "../../model/load/client";
import { FILES, refusalIn, SUMMARY_MARK } from "../../model/load/protocol";
import { parseSummary, resultsOf, type Results, type Summary } from "../../model/load/results";
import { clientsOf, k6Options, windowsOf, type LoadRun } from "../../model/load/run";
import type { Scenario } from "../../model/load/scenarios";
import { plannedRequests } from "../../model/load/shape";
import { ENDPOINTS, KINDS, type Goals, type RouteCheck } from "../../model/load/targets";
import { measuredNames, thresholdsOf } from "../../model/load/thresholds";
import { UserError } from "../ui/errors";
import type { Output } from "../ui/output";
import { redact } from "../../services/contracts/redact";
import { ADDRESS, startLoad, type Ended, type LoadContainerInput } from "./container";
import { LoadProgress } from "./progress";
import { refused } from "./refusals";
import { runFiles } from "./script";

/** A test, and the platform that it is for. */
export interface LoadTest extends Pick<
  LoadContainerInput,
  "prefix" | "network" | "image" | "user" | "binary" | "cpus"
> {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly checks: readonly RouteCheck[];
  readonly goals: Goals;
  /** Name in the gateway's certificate, and where the gateway is on the lane. */
  readonly gateway: { readonly host: string; readonly address: string; readonly port: number };
  /** The authority that signed it, PEM. */
  readonly ca: string;
  /** Of the load client. */
  readonly secret: string;
  /** Where measurements are written to while it runs. */
  readonly remoteWrite?: RemoteWrite;
  /** Tags of every measurement. */
  readonly tags: Readonly<Record<string, string>>;
  /** Bundle of configs/k6. */
  readonly script: string;
}

/** Where measurements go, and the login there. */
export interface RemoteWrite {
  /** Network of the lane that it is on. */
  readonly network: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const REMOTE_WRITE = "experimental-prometheus-rw";

/** In k6's configuration file: in its environment the password would be for everybody to see. */
function written({ url, username, password }: RemoteWrite): object {
  return { url, username, password, trendStats: ["p(95)", "p(99)"], staleMarkers: true };
}

export interface Outcome {
  readonly how: "passed" | "failed" | "interrupted";
  readonly results: Results;
  /** As k6 gave it. */
  readonly summary: Summary;
}

/** https://github.com/grafana/k6/blob/v1.8.1/errext/exitcodes/codes.go */
const K6_EXIT = { thresholds: 99, interrupted: 105 } as const;
/**
 * Of k6 itself, of a client with its JavaScript and its connection, and of a request: k6 keeps every measured value. Seen
 * were 312 MiB with 500 clients.
 */
const MEMORY_MIB = { base: 256, client: 1.5, request: 256 / 1024 ** 2 };

/**
 * Runs a test in a container of its own, which is gone afterwards whatever happens.
 * @throws ProblemsError where the script itself refuses, UserError when k6 ends without a summary
 */
export async function runLoad(
  docker: Docker,
  test: LoadTest,
  out: Output,
  signal: AbortSignal,
): Promise<Outcome> {
  const process = await startLoad(docker, containerInput(test));
  const stop = (): void => void process.interrupt();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    const ended = await new LoadProgress(out, test.scenario, process.stats).during(process.ended);
    return outcomeOf(test, ended, signal.aborted);
  } finally {
    signal.removeEventListener("abort", stop);
    await process.remove();
  }
}

export function memoryMiB(scenario: Scenario): number {
  const { base, client, request } = MEMORY_MIB;
  return Math.ceil(base + client * clientsOf(scenario).most + request * plannedRequests(scenario.shape));
}

function containerInput(test: LoadTest): LoadContainerInput {
  const { prefix, network, image, user, binary, cpus, remoteWrite, secret, ca } = test;
  const tags = Object.entries(test.tags).flatMap(([name, value]) => ["--tag", `${name}=${value}`]);
  return {
    ...{ prefix, network, image, user, binary, cpus },
    ...(remoteWrite === undefined ? {} : { writesTo: remoteWrite.network }),
    memoryMiB: memoryMiB(test.scenario),
    arguments: [
      ...["run", "--quiet", "--no-usage-report", "--address", ADDRESS, ...tags],
      ...(remoteWrite === undefined ? [] : ["--config", FILES.config, "--out", REMOTE_WRITE]),
      FILES.script,
    ],
    env: {
      K6_LOG_FORMAT: "json",
      K6_AUTO_EXTENSION_RESOLUTION: "false",
    },
    files: runFiles(test.script, toldRun(test), {
      ...{ secret, ca },
      ...(remoteWrite === undefined
        ? {}
        : { config: { collectors: { [REMOTE_WRITE]: written(remoteWrite) } } }),
    }),
  };
}

/** What the script is told. */
export function toldRun({ scenario, seed, checks, goals, gateway }: Omit<LoadTest, "script">): LoadRun {
  const { host, address, port } = gateway;
  const hosts = { [`${host}:${port}`]: `${address}:${port}` };
  return {
    scenario: scenario.name,
    sends: scenario.sends,
    base: `https://${host}:${port}`,
    client: LOAD_CLIENT.id,
    account: LOAD_CLIENT.account,
    run: `load${Date.now().toString(36)}`,
    seed,
    windows: windowsOf(scenario),
    checks: scenario.sends === "checks" ? checks : [],
    options: k6Options({ scenario, goals, checks, hosts }),
  };
}

function outcomeOf(test: LoadTest, ended: Ended, interrupted: boolean): Outcome {
  const refusal = refusalIn(ended.stderr);
  if (refusal) throw refused(refusal.refusal, refusal.found);
  const { scenario, goals, checks } = test;
  const line = ended.stdout.split("\n").find((each) => each.startsWith(SUMMARY_MARK));
  const expected =
    ended.code === 0 || ended.code === K6_EXIT.thresholds || ended.code === K6_EXIT.interrupted;
  if (line === undefined || !(expected || interrupted)) throw new UserError(endText(ended, interrupted));
  const summary = parseSummary(line.slice(SUMMARY_MARK.length));
  const results = resultsOf(summary, {
    thresholds: thresholdsOf(scenario, goals),
    names: measuredNames(scenario, checks).map((name) => ({ name, title: titleOf(name) })),
    windows: windowsOf(scenario),
  });
  const kept = ended.code === 0 && results.verdicts.every(({ ok }) => ok);
  const how = interrupted || ended.code === K6_EXIT.interrupted ? "interrupted" : kept ? "passed" : "failed";
  return { how, results, summary };
}

function titleOf(name: string): string {
  const kind = KINDS.find((each) => each === name);
  return kind === undefined ? name : ENDPOINTS[kind].title;
}

function endText({ code, outOfMemory, stderr, stdout }: Ended, interrupted: boolean): string {
  if (interrupted) return "The load test was stopped before k6 had anything to report.";
  if (outOfMemory) return "k6 ran out of memory and was ended; there is no report of the test.";
  return `k6 ended with exit code ${code} and gave no report:\n${redact(lastLines(stderr.trim() || stdout.trim() || "(it said nothing)", 15))}`;
}
