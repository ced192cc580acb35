import { patterns, subjects } from "../../services/contracts/subjects";
import { access } from "../../model/service";
import { nats } from "../data/nats";
import { busGrant } from "../data/nats-grants";
import { natsStreams } from "../data/setup";
import { authn } from "./access";
import { tradingService } from "./api";
import { oms, pnl, risk } from "./orders";

/** Quotes, bars, orders, fills, positions, results and risk to browsers, as they change. */
export const liveUpdates = tradingService({
  name: "live-updates",
  title: "Live updates",
  port: 8115,
  lanes: ["lowlatency", "backend"],
  route: {
    ...{ path: "/ws", stripPrefix: false, role: "viewer" },
    // a ticket and a socket for each of an office's browsers, all of which come back at once after a restart
    ...{ rate: { average: 1000, burst: 4000 }, inFlight: 6000 },
  },
  needs: [
    access(
      nats,
      busGrant("live-updates", {
        hears: [
          patterns.ticks,
          patterns.bars,
          ...Object.values(subjects.orders),
          subjects.fills.confirmed,
          subjects.positionsUpdated,
          subjects.pnlUpdate,
          ...Object.values(subjects.risk),
          ...Object.values(subjects.control),
        ],
        replays: ["MARKET", "FILLS"],
      }),
    ),
    natsStreams,
    oms,
    risk,
    pnl,
    access(authn, { role: "viewer", accounts: ["*"] }),
  ],
  // About 16 kB for each socket.
  resources: { memory: "384MiB", cpus: 0.5 },
  tier: "P1",
  slo: { availability: 99.5, latency: { p95: "20ms" } },
});
