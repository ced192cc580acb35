import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { startLoad, type LoadContainerInput } from "../../../cli/load-test/container";
import { lastLines } from "../../../engine/errors";
import { FILES } from "../../../model/load/protocol";
import type { Target } from "./target";

const MEMORY_MIB = 2048;
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
  /** As k6 gave it. */
  readonly summary: Summary["metrics"];
}

type Values = Readonly<Record<string, number>>;
interface Summary {
  readonly metrics: Readonly<Record<string, { readonly values: Values } | undefined>>;
}

/** The load generator's image. */
export type K6 = Pick<LoadContainerInput, "image" | "user" | "binary">;

/**
 * In a container on the frontend lane, as `./trade2026 load` runs its own: beside the containers it would get
 * a processor before all of them together, and everything that it sends would pass Docker's own proxy.
 *
 * @throws when k6 ends with anything but 0
 */
export async function runLoad(docker: Docker, k6: K6, target: Target, load: Load): Promise<LoadRun> {
  const { kind, clients, rate, seconds, run, listen = false } = load;
  const { host, address, port } = target.gateway;
  const process = await startLoad(docker, {
    ...k6,
    prefix: target.prefix,
    network: `${target.prefix}-frontend`,
    memoryMiB: MEMORY_MIB,
    cpus: availableParallelism(),
    arguments: ["run", "--quiet", "--no-usage-report", "--address", "", FILES.script],
    env: {
      BASE: `https://${host}:${port}`,
      GATEWAY: `${address}:${port}`,
      TOKEN_FILE: FILES.secret,
      KIND: kind,
      CLIENTS: String(clients),
      SECONDS: String(seconds),
      RUN: run,
      ...(rate === undefined ? {} : { RATE: String(rate) }),
      ...(listen ? { LISTEN: "1" } : {}),
    },
    files: [
      { path: FILES.script, content: readFileSync(SCRIPT, "utf8"), secret: false },
      { path: FILES.ca, content: target.ca, secret: false },
      { path: FILES.secret, content: `${await target.token()}\n`, secret: true },
    ],
  });
  try {
    const { code, stdout, stderr } = await process.ended;
    if (code !== 0) throw new Error(`k6 ended with ${code}:\n${lastLines(stdout + stderr, 20)}`);
    return resultOf(load, JSON.parse(stdout) as Summary);
  } finally {
    await process.remove();
  }
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
    summary: metrics,
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
