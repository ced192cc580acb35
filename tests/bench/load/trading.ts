import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { medianOf } from "../markdown";
import { hostCpu } from "../measure";
import { runLoad, type K6, type Load, type LoadRun } from "./k6";
import type { Target } from "./target";

/** Clients of the closed model. */
const CLIENTS = 64;
/** Of a rate, for the open model. */
const SHARE = 0.8;
/** Orders a second, of what a handler that does nothing gets in the same run. */
export const AIMED_RATIO = 0.2;

export interface TradingResult {
  /** Taken in turn, so that both see the same host. */
  readonly rounds: readonly { readonly empty: LoadRun; readonly orders: LoadRun }[];
  /** At 80 % of the rate that is asked for, and of the one that was had. */
  readonly open: { readonly asked: OpenRun; readonly had: OpenRun };
  /** The same before, with nothing asked of the platform. */
  readonly rest: Busy;
}

export interface OpenRun {
  readonly run: LoadRun;
  readonly busy: Busy;
  /** Share of risk's answers within so many seconds, as the OMS saw them. */
  readonly risk: Readonly<Record<string, number>>;
}

/** Processors, of the whole host and of each container. */
export interface Busy {
  readonly host: number;
  readonly containers: Readonly<Record<string, number>>;
}

export interface TradingOptions {
  readonly docker: Docker;
  /** Of the platform's containers, `key=value`. */
  readonly label: string;
  readonly target: Target;
  readonly k6: K6;
  readonly rounds: number;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** What the order path takes, behind the gateway, with TLS and tokens. */
export async function measureTrading(options: TradingOptions): Promise<TradingResult> {
  const { docker, k6, target, say, seconds } = options;
  let runs = 0;
  const run = async (load: Omit<Load, "run">): Promise<LoadRun> => {
    const result = await runLoad(docker, k6, target, {
      ...load,
      run: `bench${Date.now().toString(36)}${runs++}`,
    });
    const { rate, duration, unexpected, dropped } = result;
    const wrong = unexpected + dropped > 0 ? `, ${unexpected} unexpected, ${dropped} dropped` : "";
    say(
      `  ${load.kind}${load.rate === undefined ? "" : ` at ${load.rate}/s`}: ${rate.toFixed(0)}/s, p50 ${duration.med} p95 ${duration.p95} p99 ${duration.p99} max ${duration.max} ms${wrong}`,
    );
    return result;
  };
  const { busy: rest } = await watched(options, () => pause(10_000));
  await run({ kind: "order", clients: 16, seconds: 10 });
  const rounds: { readonly empty: LoadRun; readonly orders: LoadRun }[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const empty = await run({ kind: "empty", clients: CLIENTS, seconds });
    rounds.push({ empty, orders: await run({ kind: "order", clients: CLIENTS, seconds }) });
  }
  const typical = (kind: "empty" | "orders"): number => medianOf(rounds, (round) => round[kind].rate);
  const open = async (rate: number): Promise<OpenRun> => {
    const before = await riskBuckets(options);
    const { result, busy } = await watched(options, () =>
      run({
        ...{ kind: "order", clients: CLIENTS, seconds: 2 * seconds, listen: true },
        rate: Math.floor(rate * SHARE),
      }),
    );
    return { run: result, busy, risk: shares(before, await riskBuckets(options)) };
  };
  const asked = await open(typical("empty") * AIMED_RATIO);
  return { rounds, open: { asked, had: await open(typical("orders")) }, rest };
}

/** What keeps the processors busy meanwhile. */
async function watched<Result>(
  { docker, label }: TradingOptions,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly busy: Busy }> {
  const [before, host, began] = [await cpuOf(docker, label), hostCpu(), Date.now()];
  const result = await work();
  const seconds = (Date.now() - began) / 1000;
  const [used, after] = [hostCpu() - host, await cpuOf(docker, label)];
  const rounded = (value: number): number => Math.round((value / seconds) * 1000) / 1000;
  const containers = Object.fromEntries(
    [...after].map(([name, value]) => [name, rounded(value - (before.get(name) ?? 0))]),
  );
  return { result, busy: { host: rounded(used), containers } };
}

/** Processor seconds of each container so far. */
async function cpuOf(docker: Docker, label: string): Promise<ReadonlyMap<string, number>> {
  const containers = await docker.listContainers({ filters: { label: [label] } });
  return new Map(
    await Promise.all(
      containers.map(async ({ Id, Names }) => {
        const stats = (await docker
          .getContainer(Id)
          .stats({ stream: false, "one-shot": true })) as unknown as {
          readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
        };
        return [
          (Names[0] ?? Id).replace(/^\/[^-]+-/, ""),
          stats.cpu_stats.cpu_usage.total_usage / 1e9,
        ] as const;
      }),
    ),
  );
}

type Buckets = ReadonlyMap<string, number>;

/** From the OMS itself: its measurements are behind no route. */
async function riskBuckets({ docker, label }: TradingOptions): Promise<Buckets> {
  const [oms] = await docker.listContainers({ filters: { label: [label], name: ["-oms$"] } });
  const address = Object.values(oms?.NetworkSettings.Networks ?? {})[0]?.IPAddress;
  const body = await (await fetch(`http://${address}:8099/metrics`)).text();
  return new Map(
    [...body.matchAll(/^oms_risk_check_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)].map(
      ([, le = "", count]) => [le, Number(count)] as const,
    ),
  );
}

function shares(before: Buckets, after: Buckets): OpenRun["risk"] {
  const of = (le: string): number => (after.get(le) ?? 0) - (before.get(le) ?? 0);
  const count = of("+Inf");
  return Object.fromEntries(
    [...after.keys()].map((le) => [le, count === 0 ? 1 : Math.round((1000 * of(le)) / count) / 1000]),
  );
}
