import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, type Platform } from "./dashboard";
import { metrics } from "./metrics";
import type { Unplaced } from "./panel";
import { timeseries } from "./panels";
import { quantile, rate, sum } from "./promql";
import { promise, quantiles } from "./requests";
import {
  exeqPanels,
  liveGatewayPanels,
  omsPanels,
  pnlPanels,
  prismPanels,
  riskPanels,
} from "./trading-panels";

const { kit } = metrics;

/** Services of an order's way, in its order. */
const WAY = ["oms", "risk", "exeq", "live-gateway", "prism", "pnl"] as const;
type Station = (typeof WAY)[number];

/** Orders from the API to the venue and back: how many, how fast, what goes wrong, what it earns. */
export function tradingPerformance({ services, settings }: Platform): Dashboard {
  const named = new Map(services.map((service) => [service.name, service]));
  const at = (station: Station, panels: () => readonly Unplaced[]): readonly Unplaced[] =>
    named.has(station) ? panels() : [];
  const way = WAY.filter((station) => named.has(station));
  const p95 = named.get("oms")?.slo?.latency?.p95;
  return dashboard({
    uid: "trading-performance",
    title: "Trading Performance",
    description: `Orders from the API to the venue and back. Trading mode of this platform: ${settings.tradingMode}.`,
    kind: "platform",
    sections: [
      {
        title: "State of trading",
        panels: [
          ...at("live-gateway", () => [liveGatewayPanels.state()]),
          ...at("risk", () => [riskPanels.active()]),
        ],
      },
      {
        title: "Orders and fills",
        panels: [
          ...at("oms", () => [omsPanels.orders(), omsPanels.fills(), omsPanels.book(), omsPanels.changes()]),
          ...at("exeq", () => [exeqPanels.routed(), exeqPanels.parents()]),
          ...at("live-gateway", () => [liveGatewayPanels.commands()]),
          ...at("prism", () => [prismPanels.fills(), prismPanels.open()]),
        ],
      },
      {
        title: "Latency",
        panels: [
          ...at("oms", () => [
            timeseries({
              title: "Order API",
              description:
                "From an order's last byte in to the answer's first byte out, risk's check included." +
                (p95 === undefined ? "" : ` The line is the promise: 95 of 100 within ${p95}.`),
              unit: "s",
              queries: quantiles((share) =>
                quantile(share, kit.requests.bucket, { job: "oms", method: "POST", route: "/" }),
              ),
              ...(p95 === undefined ? {} : { limits: promise(p95) }),
            }),
            omsPanels.riskAnswers(),
            omsPanels.riskSpread(),
          ]),
          ...at("risk", () => [riskPanels.check()]),
          ...at("live-gateway", () => [liveGatewayPanels.venue()]),
          ...at("prism", () => [prismPanels.commit()]),
        ],
      },
      {
        title: "What goes wrong",
        panels: [
          ...(way.length === 0 ? [] : [answers(way)]),
          ...at("risk", () => [riskPanels.rules(), riskPanels.lag()]),
          ...at("oms", () => [omsPanels.reports(), omsPanels.behind()]),
        ],
      },
      {
        title: "Profit and loss",
        panels: at("pnl", () => [pnlPanels.amount(), pnlPanels.exposure(), pnlPanels.lag()]),
      },
    ],
  });
}

function answers(way: readonly string[]): Unplaced {
  const labels = { job: { like: way.join("|") } };
  return timeseries({
    title: "Answers on an order's way",
    description: "A second, by service and status. 5xx are faults of the service, 4xx of its callers.",
    unit: "reqps",
    queries: [
      { expr: sum(rate(kit.requests.count, labels), ["job", "status"]), legend: "{{job}} {{status}}" },
    ],
  });
}
