import { opposite, quoteSideFor, type Book } from "./book";
import type { Records } from "./records";
import { remainingOf, type VenueOrder } from "./types";

/**
 * An order comes to the market, and trades with what is better or as good as its limit: the best price first, at the
 * same price who was there first; a tick's quotes are there since the tick was heard. Trades are at the price of who
 * was there.
 */
export function matchOrder(order: VenueOrder, book: Book, records: Records, now: number): void {
  const ladder = book.resting[opposite[order.side]];
  const side = quoteSideFor[order.side];
  const quote = book.liveQuote(now);
  while (remainingOf(order) > 0) {
    const level = ladder.top;
    const resting = level?.first;
    const offer = quote?.best(side);
    const first =
      level &&
      resting &&
      (!offer || isBefore(level.price, resting.priority, offer.price, quote?.priority ?? 0))
        ? ("order" as const)
        : ("quote" as const);
    const price = first === "order" ? level?.price : offer?.price;
    if (price === undefined || (order.limit !== undefined && ladder.isBetter(order.limit, price))) return;
    const trade = ++records.counters.trade;
    if (first === "order" && resting) {
      const lots = Math.min(remainingOf(order), remainingOf(resting));
      records.filled(resting, lots, price, { trade, liquidity: "MAKER" }, now);
      records.filled(order, lots, price, { trade, liquidity: "TAKER" }, now);
    } else if (quote && offer) {
      const lots = Math.min(remainingOf(order), offer.lots);
      quote.take(side, lots);
      records.filled(order, lots, price, { trade, liquidity: "TAKER", quote: { quote, offer } }, now);
    }
    book.traded(price);
    records.quoted(book);
  }

  function isBefore(price: number, priority: number, otherPrice: number, otherPriority: number): boolean {
    return ladder.isBetter(price, otherPrice) || (price === otherPrice && priority < otherPriority);
  }
}

/** How much an order could trade at once, at most what it needs. */
export function availableFor(order: VenueOrder, book: Book, now: number): number {
  const ladder = book.resting[opposite[order.side]];
  const tooDear = (price: number): boolean =>
    order.limit !== undefined && ladder.isBetter(order.limit, price);
  const needed = remainingOf(order);
  let available = 0;
  for (const offer of book.liveQuote(now)?.offers(quoteSideFor[order.side]) ?? []) {
    if (tooDear(offer.price)) break;
    available += offer.lots;
  }
  for (const level of ladder.levels()) {
    if (available >= needed || tooDear(level.price)) break;
    available += level.lots;
  }
  return Math.min(available, needed);
}

/**
 * New quotes move through resting orders: the quotes come to them, so that trades are at the orders' prices, best
 * price and earliest order first, for as much as is quoted that far.
 *
 * @param opening the market was not to be seen when (some of) these orders came. Then they meet it like orders that
 * come now: at the quotes' prices, as takers, for nobody would have let them rest.
 */
export function crossQuotes(book: Book, opening: boolean, records: Records, now: number): void {
  const quote = book.liveQuote(now);
  if (!quote) return;
  for (const orderSide of ["BUY", "SELL"] as const) {
    const ladder = book.resting[orderSide];
    const side = quoteSideFor[orderSide];
    for (;;) {
      const [level, offer] = [ladder.top, quote.best(side)];
      const order = level?.first;
      if (!level || !order || !offer || ladder.isBetter(offer.price, level.price)) break;
      const lots = Math.min(remainingOf(order), offer.lots);
      const price = opening ? offer.price : level.price;
      const liquidity = opening ? "TAKER" : "MAKER";
      quote.take(side, lots);
      const trade = ++records.counters.trade;
      records.filled(order, lots, price, { trade, liquidity, quote: { quote, offer } }, now);
      book.traded(price);
      records.quoted(book);
    }
  }
}
