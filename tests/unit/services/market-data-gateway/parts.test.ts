import fc from "fast-check";
import { barInterval, instruments, type Tick } from "../../../../services/contracts";
import { ConfigError } from "../../../../services/kit/config";
import type { Log } from "../../../../services/kit/log";
import { statementOf } from "../../../../services/market-data-gateway/src/history";
import { Quotes } from "../../../../services/market-data-gateway/src/quotes";
import {
  assign,
  createVenues,
  type VenueSettings,
} from "../../../../services/market-data-gateway/src/venues";

const tick = (source_seq: number, more: Partial<Tick> = {}): Tick => ({
  ...{
    venue: "sim",
    symbol: "AAPL",
    price: String(100 + source_seq),
    size: "1",
    timestamp: 1000 * source_seq,
    source_seq,
  },
  ...more,
});

test("the newest tick by the venue's count is the quote, whatever the order; its age says whether it is stale", () => {
  const quotes = new Quotes(2000);
  expect(quotes.of("AAPL", 0)).toBeUndefined();
  quotes.take([tick(2), tick(1), tick(2, { price: "9" })]);
  quotes.take([tick(1, { symbol: "A" })]);
  expect(quotes.of("AAPL", 4000)).toEqual({ ...tick(2), age_ms: 2000, stale: false });
  expect(quotes.of("AAPL", 4001)).toMatchObject({ age_ms: 2001, stale: true });
  // a clock that is behind
  expect(quotes.of("AAPL", 1)).toMatchObject({ age_ms: 0, stale: false });
  expect(quotes.all(0).map(({ symbol }) => symbol)).toEqual(["A", "AAPL"]);
});

test("another venue's count says nothing of this one's", () => {
  const quotes = new Quotes(2000);
  quotes.take([tick(1000), tick(3, { venue: "binance" })]);
  expect(quotes.of("AAPL", 0)?.venue).toBe("binance");
});

test("the statement holds what was asked for, and every text is one value", () => {
  expect(statementOf({ symbol: "AAPL", interval: "1m", from: 5, to: 9, limit: 3 })).toBe(
    "SELECT timestamp, venue, open, high, low, close, volume, trades FROM bars WHERE symbol = 'AAPL' AND " +
      `"interval" = '1m' AND timestamp >= 5000 AND timestamp < 9000 ORDER BY timestamp DESC LIMIT 3`,
  );
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("'", ";", "-", "\\", "x", "\n") }),
      fc.constantFrom(...barInterval.options),
      (symbol, interval) => {
        const statement = statementOf({ symbol, interval, limit: 1 });
        const [, literal = ""] = /symbol = '((?:[^']|'')*)' AND/.exec(statement) ?? [];
        expect(literal.replaceAll("''", "'")).toBe(symbol);
      },
    ),
  );
  expect(() => statementOf({ symbol: "A", interval: "1m", from: Number.NaN, limit: 1 })).toThrow(RangeError);
  expect(() => statementOf({ symbol: "A", interval: "1m", limit: -1 })).toThrow(RangeError);
});

describe("each symbol has one venue", () => {
  const symbolsOf = (names: Parameters<typeof assign>[0], venue: "sim" | "binance" | "ibkr") =>
    (assign(names).get(venue) ?? []).map(({ symbol }) => symbol);
  const crypto = instruments
    .filter(({ asset_class }) => asset_class === "CRYPTO")
    .map(({ symbol }) => symbol);

  test("the first of the list that knows it", () => {
    expect(symbolsOf(["sim", "binance"], "binance")).toEqual([]);
    expect(symbolsOf(["binance", "sim"], "binance")).toEqual(crypto);
    expect(symbolsOf(["binance", "ibkr", "sim"], "sim")).toEqual([]);
  });

  test("none is in two, whatever the list", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(["sim", "binance", "ibkr"] as const), (names) => {
        const all = names.flatMap((name) => symbolsOf(names, name));
        expect(new Set(all).size).toBe(all.length);
        if (names.includes("sim")) expect(all).toHaveLength(instruments.length);
      }),
    );
  });
});

describe("venues by the settings", () => {
  const settings: VenueSettings = {
    MARKET_VENUES: ["sim"],
    SIM_SEED: 1,
    SIM_TICKS_PER_SECOND: 3,
    SIM_SESSIONS: "exchange",
    BINANCE_WS_URL: "ws://127.0.0.1:1",
    BINANCE_REST_URL: "http://127.0.0.1:1",
    IBKR_PORT: 4002,
    IBKR_CLIENT_ID: 1,
  };
  const states = (more: Partial<VenueSettings>) =>
    createVenues({ ...settings, ...more }, {} as Log).map((venue) => {
      const { state, reason } = venue.status();
      return [venue.name, state, reason];
    });

  test("IBKR without a host says that it is disabled, and why, listed or not", () => {
    const why = "IBKR_HOST is not set: there is no Trader Workstation to ask";
    expect(states({})).toContainEqual(["ibkr", "disabled", why]);
    expect(states({ MARKET_VENUES: ["ibkr", "sim"] })).toContainEqual(["ibkr", "disabled", why]);
    expect(states({ MARKET_VENUES: ["ibkr"], IBKR_HOST: "tws" })).toContainEqual([
      "ibkr",
      "connecting",
      undefined,
    ]);
    expect(states({ IBKR_HOST: "tws" })).toContainEqual(["ibkr", "disabled", "not in MARKET_VENUES=sim"]);
  });

  test("a venue that is none is refused with those that there are", () => {
    expect(() => states({ MARKET_VENUES: ["sim", "nyse"] })).toThrow(ConfigError);
    expect(() => states({ MARKET_VENUES: ["sim", "nyse"] })).toThrow(
      /no venue nyse; wants some of sim, binance, ibkr/,
    );
  });
});
