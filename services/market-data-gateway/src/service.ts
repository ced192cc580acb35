import { z } from "zod";
import {
  authenticate,
  authFields,
  connectNats,
  jwtVerifier,
  list,
  milliseconds,
  natsFields,
  secret,
  text,
  url,
  wholeNumber,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { hotCacheBars, questdbBars } from "./history";
import { Quotes } from "./quotes";
import { addRoutes } from "./routes";
import { TickPublisher } from "./tick-publisher";
import type { Venue } from "./venue";
import { createVenues } from "./venues";

const fields = {
  ...natsFields,
  ...authFields,
  QUESTDB_URL: url("http", "https"),
  QUESTDB_USERNAME: text(),
  QUESTDB_PASSWORD: secret(),
  HOT_CACHE_URL: url("http", "https").optional(),
  MARKET_VENUES: list().transform((names) => (names.length > 0 ? names : ["sim"])),
  /** A price without a successor for so long is called stale. */
  MARKET_STALE_MS: milliseconds(10_000),
  SIM_SEED: wholeNumber(0, 2 ** 31 - 1).default(2026),
  SIM_TICKS_PER_SECOND: wholeNumber(1, 1000).default(2),
  SIM_SESSIONS: z.enum(["exchange", "always"], { error: "wants exchange or always" }).default("exchange"),
  BINANCE_WS_URL: url("wss", "ws").default("wss://stream.binance.com:9443"),
  BINANCE_REST_URL: url("https", "http").default("https://api.binance.com"),
  IBKR_HOST: text().optional(),
  IBKR_PORT: wholeNumber(1, 65_535).default(4002),
  IBKR_CLIENT_ID: wholeNumber(0, 2 ** 31 - 1).default(2026),
};

export interface GatewayParts {
  /** @default the tokens of authn */
  readonly verify?: Verify;
}

export function marketDataGateway(parts: GatewayParts = {}): ServiceDefinition<typeof fields> {
  return {
    name: "market-data-gateway",
    version: "0.1.0",
    description: "Prices of every instrument: from the venues to the bus, and to who asks.",
    port: 8080,
    config: fields,
    setup: async ({ config, http, log, metrics, health, onStop }) => {
      const venues = createVenues(config, log);
      const nats = await connectNats({ settings: config, service: "market-data-gateway", log, health });
      onStop(() => nats.drain());
      const publisher = new TickPublisher({ nats, log, metrics });
      const quotes = new Quotes(config.MARKET_STALE_MS);
      onStop(() => publisher.drain());
      for (const venue of venues) {
        watch(venue, health.addReadiness.bind(health));
        venue.start((ticks) => {
          quotes.take(ticks);
          publisher.publish(ticks);
        });
        onStop(() => venue.stop());
      }
      authenticate(http, parts.verify ?? jwtVerifier(config.AUTHN_URL));
      addRoutes(http, {
        quotes,
        venues,
        history: questdbBars(config),
        recent: config.HOT_CACHE_URL === undefined ? undefined : hotCacheBars(config.HOT_CACHE_URL),
        log,
      });
    },
  };
}

/** A venue that is away is no reason to send nobody here: the others go on. */
function watch(
  venue: Venue,
  add: (check: { name: string; required: false; check: () => void }) => void,
): void {
  if (venue.status().state === "disabled") return;
  add({
    name: `venue ${venue.name}`,
    required: false,
    check: () => {
      const { state, reason } = venue.status();
      if (state !== "up") throw new Error(reason ?? state);
    },
  });
}
