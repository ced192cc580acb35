import { tradingMode } from "../../contracts/control";
import { positiveDecimal } from "../../contracts/values";
import {
  authFields,
  ConfigError,
  milliseconds,
  natsFields,
  optionalSecret,
  secret,
  text,
  url,
  wholeNumber,
  type ConfigOf,
} from "../../kit";
import { SOCKET } from "./control";
import { defaultCaps, type Caps } from "./caps";
import { BinanceVenue } from "./venues/binance";
import { disabledIbkr } from "./venues/ibkr";
import { PrismVenue } from "./venues/prism";
import type { Venue } from "./venues/venue";

export const settings = {
  ...natsFields,
  ...authFields,
  OPA_URL: url("http", "https"),
  OPA_PASSWORD: secret(),
  TRADING_MODE: tradingMode.default("paper"),
  /** A directory that outlives the container: kill switch, orders, places in the feeds, audit. */
  DATA_DIR: text().default("/data"),
  CONTROL_SOCKET: text().default(SOCKET),
  PRISM_URL: url("http", "https"),
  PRISM_USERNAME: text().default("live-gateway"),
  PRISM_PASSWORD: secret(),
  BINANCE_URL: url("http", "https").default("https://api.binance.com"),
  BINANCE_WS_URL: url("ws", "wss").default("wss://ws-api.binance.com:443/ws-api/v3"),
  BINANCE_ACCOUNT: text().default("default"),
  BINANCE_API_KEY: optionalSecret(),
  BINANCE_API_SECRET: optionalSecret(),
  /** Per UTC day, in the currency that is traded in. */
  DAILY_NOTIONAL_CAP: positiveDecimal.optional(),
  ORDER_NOTIONAL_CAP: positiveDecimal.optional(),
  /** 0: an order never gets too old for its venue. */
  ORDER_MAX_AGE_MS: milliseconds(120_000),
  VENUE_TIMEOUT_MS: milliseconds(3000),
  BREAKER_FAILURES: wholeNumber(1, 1000).default(5),
  BREAKER_SLOW_MS: milliseconds(2000),
  BREAKER_OPEN_MS: milliseconds(1000),
};
export type Settings = ConfigOf<typeof settings>;

export function capsOf(config: Settings): Caps {
  const defaults = defaultCaps[config.TRADING_MODE];
  return {
    daily: config.DAILY_NOTIONAL_CAP ?? defaults.daily,
    order: config.ORDER_NOTIONAL_CAP ?? defaults.order,
  };
}

/**
 * @param openAt orders that a venue has as far as is known here
 * @throws {ConfigError} for a mode that trades with money while no venue has credentials
 */
export function venuesOf(
  config: Settings,
  openAt: (venue: string) => readonly { readonly order_id: string; readonly symbol: string }[],
): readonly Venue[] {
  const venues: readonly Venue[] = [
    new PrismVenue({
      url: config.PRISM_URL,
      username: config.PRISM_USERNAME,
      password: config.PRISM_PASSWORD,
      timeoutMs: config.VENUE_TIMEOUT_MS,
    }),
    new BinanceVenue({
      url: config.BINANCE_URL,
      wsUrl: config.BINANCE_WS_URL,
      account: config.BINANCE_ACCOUNT,
      apiKey: config.BINANCE_API_KEY,
      apiSecret: config.BINANCE_API_SECRET,
      timeoutMs: config.VENUE_TIMEOUT_MS,
      openHere: () => openAt("binance"),
    }),
    disabledIbkr,
  ];
  const { TRADING_MODE: mode } = config;
  if (
    (mode === "canary" || mode === "live") &&
    !venues.some(({ live, disabled }) => live && disabled === undefined)
  ) {
    const why = venues.filter(({ live }) => live).map(({ name, disabled }) => `${name}: ${disabled ?? ""}`);
    throw new ConfigError([
      `TRADING_MODE=${mode} sends orders that move money, and no venue can take them (${why.join("; ")}); ` +
        "give a venue its credentials, or use paper or shadow",
    ]);
  }
  return venues;
}
