import { patterns, subjects } from "../../services/contracts/subjects";
import { access } from "../../model/service";
import { nats } from "../data/nats";
import { busGrant } from "../data/nats-grants";
import { questdb } from "../data/questdb";
import { natsStreams, questdbTables } from "../data/setup";
import { valkeyCache, valkeyState } from "../data/valkey";
import { authn } from "./access";
import { tradingService } from "./api";

/** Last quotes and bars, for whoever asks often. */
export const hotCache = tradingService({
  name: "hot-cache",
  title: "Hot cache",
  port: 8088,
  lanes: ["lowlatency", "backend"],
  needs: [
    access(nats, busGrant("hot-cache", { hears: [patterns.ticks, patterns.bars] })),
    access(valkeyCache, {}),
    authn,
  ],
  resources: { memory: "256MiB", cpus: 0.5 },
  tier: "P2",
  slo: { availability: 99 },
});

/** Ticks of every venue onto the bus; quotes, books and history. `sim` unless another venue is configured. */
export const marketDataGateway = tradingService({
  name: "market-data-gateway",
  title: "Market data",
  port: 8080,
  lanes: ["lowlatency", "backend"],
  route: { path: "/api/market", role: "viewer" },
  needs: [
    access(nats, busGrant("market-data-gateway", { publishes: [patterns.ticks] })),
    natsStreams,
    questdb,
    hotCache,
    authn,
  ],
  resources: { memory: "320MiB", cpus: 1 },
  tier: "P0",
  slo: { availability: 99.9, latency: { p95: "50ms" } },
});

/** Ticks to bars. */
export const normalizer = tradingService({
  name: "normalizer",
  title: "Normalizer",
  port: 8091,
  lanes: ["lowlatency", "backend"],
  needs: [
    access(nats, busGrant("normalizer", { publishes: [patterns.bars], consumes: ["normalizer-ticks"] })),
    natsStreams,
    access(valkeyState, { keys: ["normalizer:*"] }),
    authn,
  ],
  resources: { memory: "384MiB", cpus: 0.5 },
  tier: "P1",
  slo: { availability: 99.5 },
});

/** Orders, fills, positions, ticks and bars into QuestDB. */
export const questdbWriter = tradingService({
  name: "questdb-writer",
  title: "QuestDB writer",
  port: 8090,
  lanes: ["lowlatency", "backend"],
  needs: [
    access(
      nats,
      busGrant("questdb-writer", {
        consumes: [
          "questdb-writer-orders",
          "questdb-writer-fills",
          "questdb-writer-market",
          "questdb-writer-risk",
        ],
        hears: [subjects.positionsUpdated, subjects.pnlUpdate],
      }),
    ),
    natsStreams,
    questdb,
    questdbTables,
  ],
  resources: { memory: "320MiB", cpus: 0.5, precedence: "last" },
  tier: "P1",
  slo: { availability: 99.5 },
});
