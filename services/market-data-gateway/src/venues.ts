import { instruments, type Instrument } from "../../contracts";
import { ConfigError } from "../../kit/config";
import type { Log } from "../../kit/log";
import { BINANCE } from "./binance/protocol";
import { BinanceVenue } from "./binance/venue";
import { DisabledVenue } from "./disabled-venue";
import { IBKR, IbkrVenue } from "./ibkr/venue";
import { SIM_VENUE } from "./sim/market";
import { SimVenue } from "./sim/venue";
import type { Venue } from "./venue";

export interface VenueSettings {
  readonly MARKET_VENUES: readonly string[];
  readonly SIM_SEED: number;
  readonly SIM_TICKS_PER_SECOND: number;
  readonly SIM_SESSIONS: "exchange" | "always";
  readonly BINANCE_WS_URL: string;
  readonly BINANCE_REST_URL: string;
  readonly IBKR_HOST?: string | undefined;
  readonly IBKR_PORT: number;
  readonly IBKR_CLIENT_ID: number;
}

export const venueNames = [SIM_VENUE, BINANCE, IBKR] as const;
type VenueName = (typeof venueNames)[number];

/** What a venue could have prices of. */
const covers: Readonly<Record<VenueName, (instrument: Instrument) => boolean>> = {
  sim: () => true,
  binance: ({ asset_class }) => asset_class === "CRYPTO",
  ibkr: ({ asset_class }) => asset_class === "EQUITY",
};

/**
 * Each symbol has one venue: the first of the list that knows it. Two prices of one symbol would be one too many for
 * whoever values a position by it.
 */
export function assign(names: readonly VenueName[]): ReadonlyMap<VenueName, readonly Instrument[]> {
  const venueOf = (instrument: Instrument) => names.find((name) => covers[name](instrument));
  return new Map(names.map((name) => [name, instruments.filter((each) => venueOf(each) === name)]));
}

/** @throws {ConfigError} for a name that is none */
export function createVenues(settings: VenueSettings, log: Log): readonly Venue[] {
  const unknown = settings.MARKET_VENUES.filter((name) => !isVenueName(name));
  if (unknown.length > 0)
    throw new ConfigError([
      `MARKET_VENUES: no venue ${unknown.join(", ")}; wants some of ${venueNames.join(", ")}`,
    ]);
  const wanted = settings.MARKET_VENUES.filter(isVenueName);
  const assigned = assign(wanted);
  return venueNames.map((name) => {
    const listed = assigned.get(name);
    if (name === IBKR && settings.IBKR_HOST === undefined) return make.ibkr(settings, [], log);
    if (!listed) return new DisabledVenue(name, `not in MARKET_VENUES=${settings.MARKET_VENUES.join(",")}`);
    return make[name](settings, listed, log);
  });
}

const make: Readonly<
  Record<VenueName, (settings: VenueSettings, listed: readonly Instrument[], log: Log) => Venue>
> = {
  sim: (settings, listed) =>
    new SimVenue({
      seed: settings.SIM_SEED,
      stepMs: Math.max(1, Math.round(1000 / settings.SIM_TICKS_PER_SECOND)),
      sessions: settings.SIM_SESSIONS,
      instruments: listed,
    }),
  binance: (settings, listed, log) =>
    new BinanceVenue({
      wsUrl: settings.BINANCE_WS_URL,
      restUrl: settings.BINANCE_REST_URL,
      instruments: listed,
      log,
    }),
  ibkr: ({ IBKR_HOST: host, IBKR_PORT: port, IBKR_CLIENT_ID: clientId }, listed, log) =>
    host === undefined
      ? new DisabledVenue(IBKR, "IBKR_HOST is not set: there is no Trader Workstation to ask")
      : new IbkrVenue({ host, port, clientId, instruments: listed, log }),
};

function isVenueName(name: string): name is VenueName {
  return (venueNames as readonly string[]).includes(name);
}
