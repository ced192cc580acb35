import type { Side } from "../../../contracts";
import { Ladder } from "./ladder";
import type { Market } from "./market";
import type { Quote } from "./quote";
import type { VenueOrder } from "./types";

export const opposite = { BUY: "SELL", SELL: "BUY" } as const;
/** The side of the quotes that an order trades with. */
export const quoteSideFor = { BUY: "ASK", SELL: "BID" } as const;

/** One symbol: the orders that rest, the stops that wait, and the quotes of the last tick. */
export class Book {
  readonly resting: Readonly<Record<Side, Ladder>> = {
    BUY: new Ladder("highest"),
    SELL: new Ladder("lowest"),
  };
  /** Nearest stop price first. */
  readonly stops: Readonly<Record<Side, Ladder>> = { BUY: new Ladder("lowest"), SELL: new Ladder("highest") };
  #quote: Quote | undefined;
  /** Lowest and highest trade since stops were last looked at. */
  #traded: { low: number; high: number } | undefined;

  /** @param maxQuoteAgeMs older quotes are no longer traded with; 0: never too old */
  constructor(
    readonly market: Market,
    readonly maxQuoteAgeMs: number,
  ) {}

  get quote(): Quote | undefined {
    return this.#quote;
  }

  /** The quotes, unless their tick is too long ago. */
  liveQuote(now: number): Quote | undefined {
    return this.quoteTrouble(now) === undefined ? this.#quote : undefined;
  }

  /** Why nobody can trade at the market now. */
  quoteTrouble(now: number): string | undefined {
    if (!this.#quote) return `no tick of ${this.market.symbol} has been heard yet`;
    const age = now - this.#quote.state.heard_at;
    return this.maxQuoteAgeMs > 0 && age > this.maxQuoteAgeMs
      ? `the last tick of ${this.market.symbol} is ${age} ms old; quotes are good for ${this.maxQuoteAgeMs} ms`
      : undefined;
  }

  /** A tick's quotes take the place of the ones before; its trade is a trade. */
  setQuote(quote: Quote): void {
    this.#quote = quote;
    this.traded(quote.trade.down, quote.trade.up);
  }

  /** As it was before a restart: nothing is traded by it. */
  restoreQuote(quote: Quote): void {
    this.#quote = quote;
  }

  traded(down: number, up = down): void {
    if (this.#quote) this.#quote.last = { down, up };
    const { low, high } = this.#traded ?? { low: up, high: down };
    this.#traded = { low: Math.min(low, up), high: Math.max(high, down) };
  }

  /** Whether a stop's price has been reached by the last trade. */
  isReached(side: Side, stop: number): boolean {
    const last = this.#quote?.last;
    return last !== undefined && (side === "BUY" ? last.down >= stop : last.up <= stop);
  }

  /** The next stop order that trades since the last look have reached: the nearest price first, then the earlier. */
  reachedStop(): VenueOrder | undefined {
    if (!this.#traded) return undefined;
    const { low, high } = this.#traded;
    const [buy, sell] = [this.stops.BUY.top, this.stops.SELL.top];
    const bought = buy && buy.price <= high ? buy.first : undefined;
    const sold = sell && sell.price >= low ? sell.first : undefined;
    if (bought && sold) return bought.priority < sold.priority ? bought : sold;
    return bought ?? sold;
  }

  /** All stops that were reached are on their way. */
  looked(): void {
    this.#traded = undefined;
  }
}
