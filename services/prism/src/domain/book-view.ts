import type { Side } from "../../../contracts";
import { quoteSideFor, opposite, type Book } from "./book";

export interface BookLevel {
  readonly price: string;
  /** Orders and quotes together. */
  readonly quantity: string;
  /** Of it, what orders at the venue offer. */
  readonly resting: string;
  readonly orders: number;
}

export interface BookView {
  readonly symbol: string;
  readonly bids: readonly BookLevel[];
  readonly asks: readonly BookLevel[];
  /** Whose quotes are in the book; absent when they are too old, or there were none. */
  readonly tick?: { readonly venue: string; readonly source_seq: number; readonly timestamp: number };
}

/** What a trader sees: orders that rest, and the quotes that are left of the last tick. Best first. */
export function bookView(book: Book, depth: number, now: number): BookView {
  const tick = book.liveQuote(now)?.state.tick;
  return {
    symbol: book.market.symbol,
    bids: levelsOf(book, "BUY", depth, now),
    asks: levelsOf(book, "SELL", depth, now),
    ...(tick && { tick: { venue: tick.venue, source_seq: tick.source_seq, timestamp: tick.timestamp } }),
  };
}

function levelsOf(book: Book, side: Side, depth: number, now: number): readonly BookLevel[] {
  const { market } = book;
  const ladder = book.resting[side];
  const levels = new Map<number, { resting: number; quoted: number; orders: number }>();
  let seen = 0;
  for (const { price, lots, count } of ladder.levels()) {
    levels.set(price, { resting: lots, quoted: 0, orders: count });
    if (++seen === depth) break;
  }
  for (const { price, lots } of book.liveQuote(now)?.offers(quoteSideFor[opposite[side]]) ?? []) {
    const level = levels.get(price) ?? { resting: 0, quoted: 0, orders: 0 };
    levels.set(price, { ...level, quoted: level.quoted + lots });
  }
  return [...levels]
    .sort(([left], [right]) => (ladder.isBetter(left, right) ? -1 : 1))
    .slice(0, depth)
    .map(([price, { resting, quoted, orders }]) => ({
      price: market.priceText(price),
      quantity: market.quantityText(resting + quoted),
      resting: market.quantityText(resting),
      orders,
    }));
}
