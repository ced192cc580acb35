import { z } from "zod";
import { positiveDecimal, symbol, type Decimal } from "./values";

export const assetClass = z.enum(["EQUITY", "CRYPTO"]);
export type AssetClass = z.infer<typeof assetClass>;

/** When it trades: the hours are in {@link sessionAt} of the calendar. */
export const sessionName = z.enum(["US_EQUITY", "CONTINUOUS"]);
export type SessionName = z.infer<typeof sessionName>;

/** What everybody who touches an order must agree on. */
export const instrument = z
  .strictObject({
    symbol,
    name: z.string(),
    asset_class: assetClass,
    /** What prices, commissions and profits are in. */
    currency: z.string().regex(/^[A-Z]{3,4}$/),
    /** Prices are multiples of it. */
    tick_size: positiveDecimal,
    /** Quantities are multiples of it. */
    lot_size: positiveDecimal,
    session: sessionName,
  })
  .meta({ id: "Instrument" });
export type Instrument = z.infer<typeof instrument>;

const equity = (name: string, company: string): Instrument => ({
  symbol: name,
  name: company,
  asset_class: "EQUITY",
  currency: "USD",
  tick_size: "0.01",
  lot_size: "1",
  session: "US_EQUITY",
});

const crypto = (name: string, pair: string, tick_size: Decimal, lot_size: Decimal): Instrument => ({
  symbol: name,
  name: pair,
  asset_class: "CRYPTO",
  currency: "USDT",
  tick_size,
  lot_size,
  session: "CONTINUOUS",
});

export const instruments: readonly Instrument[] = [
  equity("AAPL", "Apple"),
  equity("MSFT", "Microsoft"),
  equity("NVDA", "NVIDIA"),
  equity("AMZN", "Amazon"),
  equity("GOOGL", "Alphabet A"),
  equity("JPM", "JPMorgan Chase"),
  equity("SPY", "SPDR S&P 500 ETF"),
  equity("QQQ", "Invesco QQQ"),
  crypto("BTCUSDT", "Bitcoin / Tether", "0.01", "0.00001"),
  crypto("ETHUSDT", "Ether / Tether", "0.01", "0.0001"),
  crypto("SOLUSDT", "Solana / Tether", "0.01", "0.001"),
  crypto("XRPUSDT", "XRP / Tether", "0.0001", "0.1"),
];

const bySymbol: ReadonlyMap<string, Instrument> = new Map(instruments.map((each) => [each.symbol, each]));

/** @returns undefined for a symbol that nobody here trades */
export function instrumentOf(name: string): Instrument | undefined {
  return bySymbol.get(name);
}
