import { join } from "node:path";
import type { NatsConnection } from "@nats-io/nats-core";
import { Counter, Gauge, Histogram } from "prom-client";
import {
  connectNats,
  policyAt,
  type Policy,
  type ServiceContext,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { authenticate, jwtVerifier } from "../../kit/auth";
import { addRoutes, resumeTime, stateOf } from "./api";
import { AuditLog } from "./audit";
import { Bus } from "./bus";
import type { Gateway } from "./context";
import { serveControl } from "./control";
import { Desks } from "./desk";
import { Enforcer } from "./enforcer";
import { FeedPump } from "./feed";
import { LastTicks } from "./prices";
import { capsOf, settings, venuesOf } from "./settings";
import { startupOf } from "./startup";
import { GatewayStore } from "./store";
import { TradingSwitch } from "./trading";

/** What tests put in the place of the real thing. */
export interface Parts {
  readonly verify?: Verify;
  readonly policy?: Policy;
  readonly venues?: typeof venuesOf;
  readonly nats?: () => Promise<NatsConnection>;
}

export function liveGateway(parts: Parts = {}): ServiceDefinition<typeof settings> {
  return {
    name: "live-gateway",
    version: "0.1.0",
    description: "The only way to a venue: modes, kill switch, caps, circuit breakers, execution feeds.",
    port: 8108,
    config: settings,
    setup: (context) => setup(context, parts),
  };
}

/**
 * The kill switch, its control channel and the venues come first and wait for nobody: the bus is connected behind,
 * since stopping must work while the rest of the platform is down.
 */
async function setup(context: ServiceContext<typeof settings>, parts: Parts): Promise<void> {
  const { config, http, log, health, onStop } = context;
  const opened: { store?: GatewayStore } = {};
  // settings that cannot be are refused before anything is written
  const venues = (parts.venues ?? venuesOf)(config, (venue) => opened.store?.liveOrders(venue) ?? []);
  const store = new GatewayStore(config.DATA_DIR);
  opened.store = store;
  onStop(() => store.close());
  const audit = new AuditLog(join(config.DATA_DIR, "audit"), store);
  onStop(() => audit.close());
  const trading = new TradingSwitch(store, audit);
  const limits = {
    failures: config.BREAKER_FAILURES,
    slowMs: config.BREAKER_SLOW_MS,
    openMs: config.BREAKER_OPEN_MS,
    maxOpenMs: 30_000,
  };
  const desks = new Desks(venues, limits, config.TRADING_MODE, "prism");
  const prices = new LastTicks();
  const bus = new Bus({ store, trading, prices, log });
  const gateway: Gateway = {
    desks,
    store,
    trading,
    reports: bus,
    audit,
    prices,
    caps: capsOf(config),
    maxAgeMs: config.ORDER_MAX_AGE_MS,
    now: Date.now,
    log,
    metrics: metricsOf(context, trading),
  };
  const enforcer = new Enforcer(gateway);
  const feeds = new Map(desks.inUse.map(({ venue }) => [venue.name, new FeedPump(gateway, venue)] as const));
  const state = () => stateOf({ gateway, enforcer });
  const control = await serveControl(
    config.CONTROL_SOCKET,
    (request) => {
      if (request.command === "halt") {
        const { level, reason, by } = request;
        trading.halt({ level, reason, by, at: Date.now() }, "host");
      } else if (request.command === "resume") {
        const { reason, by } = request;
        trading.resume({ reason, by, at: resumeTime(gateway) }, "host");
      }
      return state();
    },
    log,
  );
  onStop(() => new Promise<void>((resolve) => control.close(() => resolve())));
  audit.act("start", {
    mode: desks.mode,
    state: trading.state,
    venues: desks.inUse.map(({ venue }) => venue.name),
  });
  log.info({ mode: desks.mode, kill_switch: trading.state, caps: gateway.caps }, "trading mode");
  authenticate(http, parts.verify ?? jwtVerifier(config.AUTHN_URL));
  addRoutes(http, {
    gateway,
    enforcer,
    feeds,
    policy: parts.policy ?? policyAt(config.OPA_URL, config.OPA_PASSWORD),
  });
  const stop = new AbortController();
  const running = [
    enforcer.run(stop.signal),
    ...startupOf(gateway, health, stop.signal),
    bus.run({
      connect: parts.nats ?? (() => connectNats({ settings: config, service: "live-gateway", log, health })),
      gateway,
      feeds: [...feeds.values()],
      health,
      metrics: context.metrics,
      signal: stop.signal,
    }),
  ];
  for (const [name, feed] of feeds) {
    health.addReadiness({
      name: `feed ${name}`,
      check: () => {
        const { trouble } = feed.state;
        if (trouble !== undefined) throw new Error(trouble);
      },
    });
  }
  onStop(async () => {
    stop.abort();
    await Promise.all(running);
    await Promise.all(venues.map((venue) => venue.close()));
  });
}

function metricsOf({ metrics }: ServiceContext<typeof settings>, trading: TradingSwitch): Gateway["metrics"] {
  const registers = [metrics];
  const state: Gauge = new Gauge({
    name: "live_gateway_trading_state",
    help: "0 ACTIVE, 1 REDUCING, 2 HALTED.",
    registers,
    collect: (): void => state.set({ ACTIVE: 0, REDUCING: 1, HALTED: 2 }[trading.state.state]),
  });
  return {
    commands: new Counter({
      name: "live_gateway_commands_total",
      help: "Commands of the work queue, by kind and by whether they were sent or refused here.",
      labelNames: ["kind", "outcome"],
      registers,
    }),
    lostEvents: new Counter({
      name: "live_gateway_lost_events_total",
      help: "Events that a venue did not keep until they were read here, by venue; fills may have been among them.",
      labelNames: ["venue"],
      registers,
    }),
    venueSeconds: new Histogram({
      name: "live_gateway_venue_request_seconds",
      help: "How long venues took to answer, by venue and request.",
      labelNames: ["venue", "request"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3],
      registers,
    }),
  };
}
