import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { lastLines } from "../../../engine/errors";
import { run as runProgram } from "../../../engine/process";
import { CACHE } from "../places";
import type { Target } from "./target";

const VERSION = "v1.8.1";
const SCRIPT = join(__dirname, "requests.k6.js");

/** One run of the script. */
export interface Load {
  readonly kind: "order" | "empty";
  /** Closed model: so many clients, each as fast as it is answered. Open: those that are there at the beginning. */
  readonly clients: number;
  /** Open model: so many requests a second, whatever the answers take. */
  readonly rate?: number;
  readonly seconds: number;
  /** Account of the orders, and beginning of their ids: another one each time. */
  readonly run: string;
  /** With a browser beside that hears quotes and fills. */
  readonly listen?: boolean;
}

/** Milliseconds. */
export interface Spread {
  readonly count: number;
  readonly avg: number;
  readonly med: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface LoadRun {
  readonly load: Load;
  /** Answered as wanted, a second. */
  readonly rate: number;
  readonly unexpected: number;
  /** Open model: requests for which there was no client free. */
  readonly dropped: number;
  readonly duration: Spread;
  readonly orderToFill?: Spread;
  readonly tickToSocket?: Spread;
}

type Values = Readonly<Record<string, number>>;
interface Summary {
  readonly metrics: Readonly<Record<string, { readonly values: Values } | undefined>>;
}

/** The load generator, built once from its Go module. */
export function k6Program(say: (line: string) => void): string {
  const path = join(CACHE, `k6-${VERSION}`, "k6");
  if (!existsSync(path)) {
    say(`building k6 ${VERSION}, once …`);
    mkdirSync(dirname(path), { recursive: true });
    execFileSync("go", ["install", `go.k6.io/k6@${VERSION}`], {
      env: { ...process.env, GOBIN: dirname(path), CGO_ENABLED: "0" },
      stdio: "pipe",
    });
  }
  return path;
}

/** @throws when k6 ends with anything but 0 */
export async function runLoad(k6: string, target: Target, load: Load): Promise<LoadRun> {
  const summary = join(target.folder, "summary.json");
  const { kind, clients, rate, seconds, run, listen = false } = load;
  const env = {
    ...process.env,
    SSL_CERT_FILE: target.caFile,
    BASE: target.base,
    TOKEN_FILE: target.tokenFile,
    KIND: kind,
    CLIENTS: String(clients),
    SECONDS: String(seconds),
    RUN: run,
    SUMMARY: summary,
    ...(rate === undefined ? {} : { RATE: String(rate) }),
    ...(listen ? { LISTEN: "1" } : {}),
  };
  const args = ["run", "--quiet", "--no-usage-report", "--address", "", SCRIPT];
  const { code, stdout, stderr } = await runProgram(k6, args, { env });
  if (code !== 0) throw new Error(`k6 ended with ${code}:\n${lastLines(stdout + stderr, 20)}`);
  return resultOf(load, JSON.parse(readFileSync(summary, "utf8")) as Summary);
}

function resultOf(load: Load, { metrics }: Summary): LoadRun {
  const values = (name: string): Values => metrics[name]?.values ?? {};
  const { passes = 0 } = values("checks");
  return {
    load,
    rate: passes / load.seconds,
    unexpected: values("unexpected")["count"] ?? 0,
    dropped: values("dropped_iterations")["count"] ?? 0,
    duration: spreadOf(values("http_req_duration")),
    ...(metrics["order_to_fill"] ? { orderToFill: spreadOf(values("order_to_fill")) } : {}),
    ...(metrics["tick_to_socket"] ? { tickToSocket: spreadOf(values("tick_to_socket")) } : {}),
  };
}

function spreadOf(values: Values): Spread {
  const of = (name: string): number => Math.round((values[name] ?? 0) * 10) / 10;
  return {
    count: of("count"),
    avg: of("avg"),
    med: of("med"),
    p95: of("p(95)"),
    p99: of("p(99)"),
    max: of("max"),
  };
}
