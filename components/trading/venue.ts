import { patterns, subjects } from "../../services/contracts/subjects";
import { joinTexts, secretRef, secretText } from "../../model/secrets";
import { access } from "../../model/service";
import { nats } from "../data/nats";
import { busGrant } from "../data/nats-grants";
import { opa } from "../data/opa";
import { natsStreams } from "../data/setup";
import { authn } from "./access";
import { tradingService } from "./api";

/** Venues that an order may be for. */
export const VENUES = ["prism"] as const;

/** The paper venue: matches orders with each other, and with quotes around the tick stream. */
export const prism = tradingService({
  name: "prism",
  title: "Paper venue",
  port: 8360,
  lanes: ["lowlatency"],
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  needs: [access(nats, busGrant("prism", { hears: [patterns.ticks] }))],
  resources: { memory: "384MiB", cpus: 1 },
  data: [{ name: "prism-data", path: "/data", backup: { method: "sqlite backup" } }],
  tier: "P1",
  slo: { availability: 99.5 },
  env: { USERS_FILE: "/run/secrets/users" },
  configure: ({ operator, consumers }) => ({
    secrets: [
      {
        path: "users",
        content: joinTexts(
          [operator, ...consumers.map(({ credential }) => credential)].map(
            (user) => secretText`${user.username}:${secretRef(user, "sha256")}\n`,
          ),
        ),
      },
    ],
  }),
});

/** The one way to a venue: trading mode, caps, circuit breaker and kill switch stand here. */
export const liveGateway = tradingService({
  name: "live-gateway",
  title: "Live gateway",
  port: 8108,
  lanes: ["lowlatency", "backend"],
  route: { path: "/api/live", role: "admin" },
  needs: [
    access(
      nats,
      busGrant("live-gateway", {
        publishes: [
          subjects.fills.execution,
          subjects.venueReport,
          subjects.control.halt,
          subjects.control.resume,
          "audit.live-gateway.*",
        ],
        hears: [patterns.ticks, subjects.control.halt, subjects.control.resume],
        consumes: ["live-gateway-commands"],
      }),
    ),
    natsStreams,
    access(opa, { packages: ["trade2026"] }),
    prism,
    authn,
  ],
  resources: { memory: "320MiB", cpus: 1 },
  data: [{ name: "live-gateway-data", path: "/data", backup: { method: "sqlite backup" } }],
  tmpfs: { "/tmp": { size: "1MiB" } },
  tier: "P0",
  slo: { availability: 99.9 },
  configure: ({ settings }) => ({ env: { TRADING_MODE: settings.tradingMode } }),
});
