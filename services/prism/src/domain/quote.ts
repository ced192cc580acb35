import type { Tick } from "../../../contracts/messages";
import { depthOf, type DepthLevel, type DepthModel } from "./depth";
import type { Market } from "./market";

/** What of a tick's depth was traded already, by level. */
export interface Taken {
  readonly bids: readonly number[];
  readonly asks: readonly number[];
}

/** As it is stored: with the model, everything that a {@link Quote} is. */
export interface QuoteState {
  readonly tick: Tick;
  readonly heard_at: number;
  readonly priority: number;
  readonly taken: Taken;
  /** The last trade, when the venue had one since the tick. */
  readonly last?: Trade;
}

/** A trade's price, as the ticks below and above it: a tick's need not be on the grid. */
export interface Trade {
  readonly down: number;
  readonly up: number;
}

/** What remains at a level of the depth. */
export interface Offer {
  readonly price: number;
  readonly lots: number;
  readonly level: number;
}

/** The depth that one tick brought, as it is used up. It is computed when somebody first trades with it. */
export class Quote {
  /** Best prices in ticks; no bid below one tick. */
  readonly bid: number | undefined;
  readonly ask: number;
  /** Of the tick. */
  readonly trade: Trade;
  /** The last trade, of the tick or of the venue since. */
  last: Trade;
  readonly #sides: { BID: Side | undefined; ASK: Side | undefined } = { BID: undefined, ASK: undefined };

  private constructor(
    readonly market: Market,
    readonly model: DepthModel,
    readonly state: Omit<QuoteState, "taken" | "last">,
    prices: Pick<Quote, "bid" | "ask" | "trade">,
    readonly takenBefore: Taken,
    last: Trade | undefined,
  ) {
    this.bid = prices.bid;
    this.ask = prices.ask;
    this.trade = prices.trade;
    this.last = last ?? prices.trade;
  }

  /** @returns undefined when a price is beyond what the venue counts in */
  static of(market: Market, model: DepthModel, { taken, last, ...state }: QuoteState): Quote | undefined {
    const prices = pricesOf(market, state.tick);
    return prices && new Quote(market, model, state, prices, taken, last);
  }

  get priority(): number {
    return this.state.priority;
  }

  /** The best that is left on a side. */
  best(side: "BID" | "ASK"): Offer | undefined {
    return this.#side(side).best();
  }

  /** All that is left on a side, best first. */
  offers(side: "BID" | "ASK"): readonly Offer[] {
    return this.#side(side).offers();
  }

  take(side: "BID" | "ASK", lots: number): void {
    this.#side(side).take(lots);
  }

  toState(): QuoteState {
    const taken = (side: "BID" | "ASK", before: readonly number[]) => this.#sides[side]?.taken ?? before;
    return {
      ...this.state,
      ...(this.last === this.trade ? {} : { last: this.last }),
      taken: { bids: taken("BID", this.takenBefore.bids), asks: taken("ASK", this.takenBefore.asks) },
    };
  }

  #side(side: "BID" | "ASK"): Side {
    const known = this.#sides[side];
    if (known) return known;
    const { venue, symbol, source_seq } = this.state.tick;
    const depth = depthOf(
      this.model,
      this.market,
      `${venue}|${symbol}|${source_seq}`,
      side,
      side === "BID" ? this.bid : this.ask,
    );
    return (this.#sides[side] = new Side(
      depth,
      side === "BID" ? this.takenBefore.bids : this.takenBefore.asks,
    ));
  }
}

class Side {
  readonly taken: number[];
  #level = 0;

  constructor(
    readonly depth: readonly DepthLevel[],
    taken: readonly number[],
  ) {
    this.taken = depth.map((_, level) => taken[level] ?? 0);
  }

  best(): Offer | undefined {
    for (; this.#level < this.depth.length; this.#level++) {
      const offer = this.#offer(this.#level);
      if (offer) return offer;
    }
    return undefined;
  }

  offers(): readonly Offer[] {
    return this.depth.flatMap((_, level) => this.#offer(level) ?? []);
  }

  take(lots: number): void {
    const best = this.best();
    if (!best || lots > best.lots)
      throw new RangeError(`cannot take ${lots} lots of a quote that has ${best?.lots ?? 0}`);
    this.taken[best.level] = (this.taken[best.level] ?? 0) + lots;
  }

  #offer(level: number): Offer | undefined {
    const quoted = this.depth[level];
    const lots = (quoted?.lots ?? 0) - (this.taken[level] ?? 0);
    return quoted && lots > 0 ? { price: quoted.price, lots, level } : undefined;
  }
}

/**
 * Quotes off the grid are moved away from the other side. A tick that tells no quotes has one tick around its trade;
 * a bid that is not below the ask (the two were not of the same moment) is put below it.
 */
function pricesOf(market: Market, tick: Tick): Pick<Quote, "bid" | "ask" | "trade"> | undefined {
  const trade = market.around(tick.price);
  const quotedBid = tick.bid === undefined ? undefined : market.around(tick.bid);
  const quotedAsk = tick.ask === undefined ? undefined : market.around(tick.ask);
  if (!trade || (tick.bid !== undefined && !quotedBid) || (tick.ask !== undefined && !quotedAsk))
    return undefined;
  const ask = quotedAsk?.up ?? Math.max(trade.down, quotedBid?.down ?? 0) + 1;
  const bid = Math.min(quotedBid?.down ?? trade.down, ask - 1);
  return { bid: bid > 0 ? bid : undefined, ask, trade };
}
