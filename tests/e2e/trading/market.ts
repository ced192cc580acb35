import Big from "big.js";
import { instrumentOf } from "../../../services/contracts";
import { until } from "../../harness/docker";
import type { Ask } from "./api";

export interface Quote {
  readonly bid: string;
  readonly ask: string;
}

/** These trade at all hours. */
export const BTC = "BTCUSDT";
export const ETH = "ETHUSDT";
export const SOL = "SOLUSDT";
export const XRP = "XRPUSDT";

/** Prices as a client sees them; the venue knows the same ticks. */
export class Prices {
  constructor(private readonly ask: Ask) {}

  async of(symbol: string): Promise<Quote> {
    const { body } = await until(
      `a live quote of ${symbol}`,
      20,
      () => this.ask<Quote & { readonly stale: boolean }>("GET", `/market/quote/${symbol}`),
      ({ status, body: quote }) => status === 200 && !quote.stale,
    );
    return body;
  }

  /** A buyer's limit so many hundredths of a percent above the offer; a negative number is below it. */
  async above(symbol: string, basisPoints: number): Promise<string> {
    return onGrid(symbol, Big((await this.of(symbol)).ask).times(10_000 + basisPoints));
  }

  /** A seller's limit so many hundredths of a percent below the bid. */
  async below(symbol: string, basisPoints: number): Promise<string> {
    return onGrid(symbol, Big((await this.of(symbol)).bid).times(10_000 - basisPoints));
  }

  /** Units for so much money at the offer, in whole lots. */
  async worth(symbol: string, money: number): Promise<string> {
    const { lot_size } = known(symbol);
    const { ask } = await this.of(symbol);
    return Big(money).div(ask).div(lot_size).round(0, Big.roundDown).times(lot_size).toFixed();
  }
}

/** @param price ten thousand times the price */
function onGrid(symbol: string, price: Big): string {
  const { tick_size } = known(symbol);
  return price.div(10_000).div(tick_size).round(0, Big.roundHalfUp).times(tick_size).toFixed();
}

function known(symbol: string): { readonly lot_size: string; readonly tick_size: string } {
  const instrument = instrumentOf(symbol);
  if (!instrument) throw new Error(`${symbol} is not traded here`);
  return instrument;
}
