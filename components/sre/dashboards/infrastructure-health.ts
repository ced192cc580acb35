import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { ServiceSpec } from "../../../model/service";
import { dashboard, type Platform } from "./dashboard";
import { metrics } from "./metrics";
import type { Unplaced } from "./panel";
import { timeseries } from "./panels";
import { ownPanels } from "./programs";
import { rate, sum } from "./promql";
import { hostPanels } from "./sre-panels";
import { TO_PAGE } from "./system-overview";

const { containers } = metrics;

/** Of a store here; all the rest is on its page. */
const SHOWN = 3;

/** What everything stands on: bus, databases, caches, networks, host. */
export function infrastructureHealth({ services }: Platform): Dashboard {
  const stores = services.filter(isStore);
  return dashboard({
    uid: "infrastructure-health",
    title: "Infrastructure Health",
    description:
      "What everything stands on: bus, databases, caches, networks, host. More of each is on its page.",
    kind: "platform",
    sections: [
      ...stores.map((store) => ({ title: store.title, panels: storePanels(store) })),
      { title: "Networks", panels: networks() },
      { title: "Host", panels: hostPanels("node-exporter") },
    ],
  });
}

/** The first panels of its page, under its own name; all of them of the bus, which is everybody's. */
function storePanels(store: ServiceSpec): readonly Unplaced[] {
  const panels = ownPanels(store);
  const shown = store.name === "nats" ? panels : panels.slice(0, SHOWN);
  for (const { builder } of shown) builder.title(`${store.title}: ${builder.build().title ?? ""}`);
  return shown;
}

function isStore({ capability }: ServiceSpec): boolean {
  return capability === "data";
}

function networks(): readonly Unplaced[] {
  const links = [TO_PAGE];
  return [
    timeseries({
      title: "Throughput, by lane",
      description: "Received by all services on a lane, a second.",
      unit: "binBps",
      queries: [{ expr: sum(rate(containers.received), ["lane"]), legend: "{{lane}}" }],
      stacked: true,
    }),
    timeseries({
      title: "Received, ten services with most",
      description: "A second, on all lanes.",
      unit: "binBps",
      queries: [{ expr: `topk(10, ${sum(rate(containers.received), ["service"])})`, legend: "{{service}}" }],
      links,
    }),
    timeseries({
      title: "Sent, ten services with most",
      description: "A second, on all lanes.",
      unit: "binBps",
      queries: [{ expr: `topk(10, ${sum(rate(containers.sent), ["service"])})`, legend: "{{service}}" }],
      links,
    }),
  ];
}
