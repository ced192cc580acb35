import type { AssetClass, Instrument } from "../../../contracts";

/** How an instrument moves and trades. Orders of magnitude of large, liquid ones; no forecast of any. */
export interface SimParameters {
  /** Around which it moves, in its currency. */
  readonly price: number;
  /** Standard deviation of the logarithm of the price over a year. */
  readonly volatility: number;
  /** Correlation with the market of its asset class. */
  readonly correlation: number;
  /** Of the spread on an average minute, in basis points of the price; never less than a tick. */
  readonly spreadBps: number;
  /** Of a trade, in lots. */
  readonly meanLots: number;
}

const known: Readonly<Record<string, SimParameters>> = {
  AAPL: { price: 230, volatility: 0.28, correlation: 0.7, spreadBps: 0.5, meanLots: 110 },
  MSFT: { price: 430, volatility: 0.25, correlation: 0.75, spreadBps: 0.6, meanLots: 70 },
  NVDA: { price: 135, volatility: 0.5, correlation: 0.65, spreadBps: 0.8, meanLots: 220 },
  AMZN: { price: 205, volatility: 0.33, correlation: 0.68, spreadBps: 0.7, meanLots: 100 },
  GOOGL: { price: 175, volatility: 0.3, correlation: 0.67, spreadBps: 0.7, meanLots: 100 },
  JPM: { price: 245, volatility: 0.24, correlation: 0.6, spreadBps: 1.2, meanLots: 60 },
  SPY: { price: 590, volatility: 0.17, correlation: 0.97, spreadBps: 0.2, meanLots: 180 },
  QQQ: { price: 510, volatility: 0.22, correlation: 0.93, spreadBps: 0.25, meanLots: 130 },
  BTCUSDT: { price: 97_000, volatility: 0.5, correlation: 0.95, spreadBps: 0.2, meanLots: 4_000 },
  ETHUSDT: { price: 3_400, volatility: 0.65, correlation: 0.85, spreadBps: 0.3, meanLots: 9_000 },
  SOLUSDT: { price: 190, volatility: 0.8, correlation: 0.75, spreadBps: 1, meanLots: 12_000 },
  XRPUSDT: { price: 2.2, volatility: 0.8, correlation: 0.65, spreadBps: 1.5, meanLots: 6_000 },
};

/** Of one that nobody has described yet. */
const otherwise: Readonly<Record<AssetClass, SimParameters>> = {
  EQUITY: { price: 100, volatility: 0.3, correlation: 0.6, spreadBps: 2, meanLots: 80 },
  CRYPTO: { price: 10, volatility: 0.8, correlation: 0.6, spreadBps: 3, meanLots: 5_000 },
};

export function parametersOf({ symbol, asset_class }: Instrument): SimParameters {
  return known[symbol] ?? otherwise[asset_class];
}
