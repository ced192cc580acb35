import { patterns, requests, subjects } from "../../services/contracts/subjects";
import { access } from "../../model/service";
import { nats } from "../data/nats";
import { busGrant } from "../data/nats-grants";
import { opa } from "../data/opa";
import { natsStreams } from "../data/setup";
import { valkeyState } from "../data/valkey";
import { authn } from "./access";
import { tradingService } from "./api";
import { VENUES } from "./venue";

const { orders, broker, fills, risk: riskSubjects, control } = subjects;

/** Answers whether an order may go to a venue; holds the limits and the state of trading. */
export const risk = tradingService({
  name: "risk",
  title: "Risk",
  port: 8103,
  lanes: ["lowlatency", "backend"],
  route: { path: "/api/risk", role: "viewer" },
  needs: [
    access(
      nats,
      busGrant("risk", {
        answers: [requests.riskCheck],
        hears: [patterns.ticks, subjects.pnlUpdate, control.halt, control.resume],
        publishes: [riskSubjects.alert, riskSubjects.metrics, control.halt, control.resume, "audit.risk.*"],
        replays: ["ORDERS", "FILLS"],
      }),
    ),
    natsStreams,
    access(valkeyState, { keys: ["risk:*"] }),
    access(opa, { packages: ["trade2026"] }),
    authn,
  ],
  resources: { memory: "384MiB", cpus: 1, precedence: "first" },
  tier: "P0",
  slo: { availability: 99.9, latency: { p95: "5ms", histogram: "risk_check_duration_seconds" } },
});

/** Takes orders, keeps their log, follows them to their end. */
export const oms = tradingService({
  name: "oms",
  title: "Orders",
  port: 8099,
  lanes: ["lowlatency", "backend"],
  route: { path: "/api/orders", role: "trader", rate: { average: 5000, burst: 10_000 } },
  needs: [
    access(
      nats,
      busGrant("oms", {
        publishes: [...Object.values(orders), fills.confirmed],
        consumes: ["oms-venue"],
        asks: [requests.riskCheck],
        answers: [requests.cancelOrder, requests.replaceOrder],
        replays: ["ORDERS", "FILLS"],
      }),
    ),
    natsStreams,
    access(valkeyState, { keys: ["oms:*"] }),
    risk,
    authn,
  ],
  resources: { memory: "768MiB", cpus: 1, precedence: "first" },
  tier: "P0",
  slo: { availability: 99.9, latency: { p95: "50ms" } },
});

/** Accepted orders to the queue of their venue; slices those of algorithms. */
export const exeq = tradingService({
  name: "exeq",
  title: "Execution and queueing",
  port: 8095,
  lanes: ["lowlatency", "backend"],
  needs: [
    access(
      nats,
      busGrant("exeq", {
        publishes: [...Object.values(broker), subjects.venueReport],
        consumes: ["exeq-orders", "exeq-fills"],
        asks: [requests.cancelOrder, requests.replaceOrder],
        replays: ["MARKET"],
      }),
    ),
    natsStreams,
    access(valkeyState, { keys: ["exeq:*"] }),
    oms,
    access(authn, { role: "trader", accounts: ["*"] }),
  ],
  resources: { memory: "256MiB", cpus: 0.5 },
  tier: "P0",
  slo: { availability: 99.9 },
  env: { VENUES: VENUES.join(",") },
});

/** Positions, first in, first out, and what they have earned. */
export const pnl = tradingService({
  name: "pnl",
  title: "Profit and loss",
  port: 8100,
  lanes: ["lowlatency", "backend"],
  route: { path: "/api/pnl", role: "viewer" },
  needs: [
    access(
      nats,
      busGrant("pnl", {
        hears: [patterns.ticks],
        publishes: [subjects.positionsUpdated, subjects.pnlUpdate],
        replays: ["FILLS"],
      }),
    ),
    natsStreams,
    access(valkeyState, { keys: ["pnl:*"] }),
    authn,
  ],
  resources: { memory: "256MiB", cpus: 0.5 },
  tier: "P1",
  slo: { availability: 99.5, latency: { p95: "100ms" } },
});
