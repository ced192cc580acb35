import { medianOf, provenance, table, verdict } from "../markdown";
import type { Measured } from "../results";
import type { LoadRun, Spread } from "./k6";
import { AIMED_RATIO, type OpenRun, type TradingResult } from "./trading";

/** Milliseconds, by the 95th of a hundred. */
const AIMS = { order: 25, orderToFill: 50, tickToSocket: 20 } as const;
/** Containers that are worth a line. */
const SHOWN = 12;

/** What the order path takes, as a part of docs/benchmarks.md. */
export function tradingSection(trading: Measured<TradingResult>): readonly string[] {
  const { rounds, open, rest, from } = trading;
  const typical = (of: (round: TradingResult["rounds"][number]) => LoadRun): LoadRun => {
    const runs = rounds.map(of).sort((a, b) => a.rate - b.rate);
    return runs[Math.floor(runs.length / 2)] as LoadRun;
  };
  const [empty, orders] = [typical(({ empty: run }) => run), typical(({ orders: run }) => run)];
  const ratio =
    medianOf(rounds, ({ orders: run }) => run.rate) / medianOf(rounds, ({ empty: run }) => run.rate);
  const [asked, had] = [rateOf(open.asked.run), rateOf(open.had.run)];
  return [
    "### Trading under load",
    "k6 on the same host, through the gateway, with TLS, kept-alive connections and a valid token. An order counts when the stream has acknowledged it (201). The empty handler is `/health` of the same service behind the same gateway. In the open model requests come at their rate whatever the answers take.",
    provenance(from),
    table(
      ["", "a second", "p50, ms", "p95", "p99", "max", "wrong"],
      [
        [`empty handler, ${empty.load.clients} clients`, ...figures(empty)],
        [`orders, ${orders.load.clients} clients`, ...figures(orders)],
        ...[open.asked.run, open.had.run].map((run) => [
          `orders, open model, ${rateOf(run)}/s`,
          ...figures(run),
        ]),
      ],
    ),
    `Aims: at least ${AIMED_RATIO} of the empty handler's rate, ${verdict(ratio >= AIMED_RATIO)} (${ratio.toFixed(2)}); in the open model at 80 % of that share (${asked}/s) 95 of a hundred within ${AIMS.order} ms, ${verdict(open.asked.run.duration.p95 < AIMS.order && wrongs(open.asked.run) === 0)} (${open.asked.run.duration.p95} ms).`,
    table(
      ["in the open model", `at ${asked}/s, p95 ms`, `at ${had}/s`, "aim"],
      [
        [
          "order sent to fill told",
          ...both(open, ({ orderToFill }) => orderToFill),
          String(AIMS.orderToFill),
        ],
        ["tick to browser", ...both(open, ({ tickToSocket }) => tickToSocket), String(AIMS.tickToSocket)],
        [
          "risk's answers within 5 ms, %",
          ...[open.asked, open.had].map(({ risk }) => (100 * (risk["0.005"] ?? 0)).toFixed(0)),
          "99",
        ],
      ],
    ),
    `Processors busy, of ${from.host.cpus}: ${rest.host.toFixed(2)} at rest, ${open.asked.busy.host.toFixed(2)} at ${asked}/s, ${open.had.busy.host.toFixed(2)} at ${had}/s; what is not a container's is k6, the Docker engine and the kernel.`,
    table(
      ["container", "at rest", `at ${asked}/s`, `at ${had}/s`],
      Object.entries(open.had.busy.containers)
        .sort(([, a], [, b]) => b - a)
        .slice(0, SHOWN)
        .map(([name, value]) => [
          name,
          (rest.containers[name] ?? 0).toFixed(3),
          (open.asked.busy.containers[name] ?? 0).toFixed(3),
          value.toFixed(3),
        ]),
    ),
  ];
}

const rateOf = ({ load }: LoadRun): number => load.rate ?? 0;
const wrongs = ({ unexpected, dropped }: LoadRun): number => unexpected + dropped;

function figures(run: LoadRun): readonly string[] {
  const { med, p95, p99, max } = run.duration;
  return [run.rate.toFixed(0), ...[med, p95, p99, max].map((value) => value.toFixed(1)), String(wrongs(run))];
}

function both(
  { asked, had }: TradingResult["open"],
  of: (run: OpenRun["run"]) => Spread | undefined,
): readonly string[] {
  return [asked, had].map(({ run }) => (of(run)?.p95 ?? 0).toFixed(1));
}
