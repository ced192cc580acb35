import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, type Platform } from "./dashboard";
import {
  hotCachePanels,
  marketDataGatewayPanels,
  marketStreamPanels,
  normalizerPanels,
  questdbWriterPanels,
  quotePanels,
} from "./market-panels";
import type { Unplaced } from "./panel";
import { liveUpdatesPanels } from "./trading-panels";

/** Ticks from the venues to everybody who reads them: how many, how old, which symbols, what is missing. */
export function marketData({ services }: Platform): Dashboard {
  const names = new Set(services.map(({ name }) => name));
  const at = (service: string, panels: () => readonly Unplaced[]): readonly Unplaced[] =>
    names.has(service) ? panels() : [];
  return dashboard({
    uid: "market-data",
    title: "Market Data",
    description:
      "Ticks from the venues to everybody who reads them: how many, how old, which symbols, and gaps.",
    kind: "platform",
    sections: [
      {
        title: "Symbols and gaps",
        panels: at("prism", () => [
          quotePanels.known(),
          quotePanels.fresh(),
          quotePanels.oldest(),
          quotePanels.age(),
        ]),
      },
      {
        title: "Ticks",
        panels: [
          ...at("market-data-gateway", () => [marketDataGatewayPanels.ticks()]),
          ...at("normalizer", () => [normalizerPanels.ticks()]),
          ...at("prism", () => [quotePanels.ticks()]),
        ],
      },
      {
        title: "How far behind",
        panels: [
          ...at("nats", () => [marketStreamPanels.waiting(), marketStreamPanels.messages()]),
          ...at("questdb-writer", () => [questdbWriterPanels.seconds()]),
        ],
      },
      {
        title: "Bars, cache, store, browsers",
        panels: [
          ...at("normalizer", () => [normalizerPanels.bars(), normalizerPanels.held()]),
          ...at("hot-cache", () => [hotCachePanels.records()]),
          ...at("questdb-writer", () => [questdbWriterPanels.rows()]),
          ...at("live-updates", () => [liveUpdatesPanels.sockets()]),
        ],
      },
    ],
  });
}
