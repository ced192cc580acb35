import Big from "big.js";
import { z } from "zod";
import { side } from "../../contracts";
import type { StreamFacts } from "../../kit/follow";
import { execute, type Valkey } from "../../kit/valkey";
import type { Book } from "./book";
import type { Drawdowns } from "./drawdown";
import { NOTHING, type Tracked } from "./tracked";

const number = z.string().transform((value) => Big(value));
const terms = { quantity: number, price: number.optional() };

const storedOrder = z.object({
  account: z.string(),
  symbol: z.string(),
  side,
  createdAt: z.number(),
  ...terms,
  change: z.object({ ...terms, at: z.number(), version: z.number() }).optional(),
  version: z.number(),
  closed: z.boolean(),
  filled: number,
  confirmed: number,
  parent: z.string().optional(),
});
type StoredOrder = z.output<typeof storedOrder>;

const storedHolding = z.object({ position: number, lastFill: number.optional() });
const storedResult = z.object({ peak: number, total: number, at: z.number(), halted: z.boolean() });
const place = z.object({ created: z.string(), seq: z.int().nonnegative() });
const storedPlaces = z.object({ orders: place, fills: place });

/** How far into a stream the state goes, and into which. */
export type Place = z.infer<typeof place>;
export type Places = z.infer<typeof storedPlaces>;

const KEYS = {
  places: "risk:places",
  orders: "risk:orders",
  holdings: "risk:holdings",
  closed: "risk:closed",
  fills: "risk:fills",
  drawdowns: "risk:drawdowns",
} as const;

/**
 * The book in the store. What changed is written in one transaction with the places in the streams that it comes from:
 * a restart reads the streams on from there, and no event is ever counted twice or not at all.
 */
export class Snapshots {
  /** Set when the store may have lost something: everything is written anew. */
  #whole = false;
  #places = "";

  constructor(
    readonly valkey: Valkey,
    readonly book: Book,
    readonly drawdowns: Drawdowns,
  ) {}

  writeAllNext(): void {
    this.#whole = true;
  }

  /**
   * @param created of the streams as they are: what was built from others of the same name is removed
   * @returns the places, or undefined when there is nothing: then the book is to be built from the streams
   */
  async load(created: { readonly orders: string; readonly fills: string }): Promise<Places | undefined> {
    const { valkey, book, drawdowns } = this;
    const text = await valkey.get(KEYS.places);
    const places = text === null ? undefined : storedPlaces.parse(JSON.parse(text));
    const results = await valkey.hgetall(KEYS.drawdowns);
    for (const [account, value] of Object.entries(results))
      drawdowns.restore(account, storedResult.parse(JSON.parse(value)));
    if (places?.orders.created !== created.orders || places.fills.created !== created.fills) {
      await valkey.del(KEYS.places, KEYS.orders, KEYS.holdings, KEYS.closed, KEYS.fills);
      return undefined;
    }
    for (const [key, value] of Object.entries(await valkey.hgetall(KEYS.holdings))) {
      const [account = "", symbol = ""] = key.split(" ");
      const { position, lastFill } = storedHolding.parse(JSON.parse(value));
      if (lastFill) book.account(account).holding(symbol).fill(position, lastFill);
    }
    this.#restoreOrders(await valkey.hgetall(KEYS.orders));
    for (const id of await valkey.lrange(KEYS.closed, 0, -1)) book.closed.add(id);
    for (const id of await valkey.lrange(KEYS.fills, 0, -1)) book.fills.add(id);
    book.closed.takeFresh();
    book.fills.takeFresh();
    book.takeChanges();
    return places;
  }

  #restoreOrders(stored: Readonly<Record<string, string>>): void {
    const read = Object.entries(stored).map(([id, value]) => {
      return [id, storedOrder.parse(JSON.parse(value))] as const;
    });
    for (const [id, order] of read.filter(([, { parent }]) => parent === undefined))
      this.book.restore(restored(id, order, undefined));
    for (const [id, order] of read)
      if (order.parent !== undefined) this.book.restore(restored(id, order, this.book.order(order.parent)));
  }

  /** @throws when the store does not take it; then the next one writes everything */
  async save(places: Places): Promise<void> {
    const { valkey, book, drawdowns } = this;
    const whole = this.#whole;
    const changes = book.takeChanges();
    const [closed, fills] = [book.closed.takeFresh(), book.fills.takeFresh()];
    const results = drawdowns.takeChanged();
    const told = [changes.orders.size, changes.holdings.size, closed.length, fills.length, results.size];
    const text = JSON.stringify(places);
    if (!whole && text === this.#places && told.every((size) => size === 0)) return;
    this.#whole = false;
    const transaction = valkey.multi();
    if (whole) transaction.del(KEYS.orders, KEYS.holdings, KEYS.closed, KEYS.fills, KEYS.drawdowns);
    const holdings = whole
      ? [...book.accounts.values()].flatMap((account) => [...account.holdings.values()])
      : changes.holdings;
    for (const { account, symbol, position, lastFill } of holdings)
      transaction.hset(KEYS.holdings, `${account} ${symbol}`, JSON.stringify({ position, lastFill }));
    for (const id of whole ? book.orders.keys() : changes.orders) {
      const tracked = book.order(id);
      // what is only reserved is not in the log, and is forgotten with the process
      if (tracked && tracked.version > 0)
        transaction.hset(KEYS.orders, id, JSON.stringify(storedOf(tracked)));
      else if (!whole) transaction.hdel(KEYS.orders, id);
    }
    for (const [key, all, fresh] of [
      [KEYS.closed, book.closed, closed],
      [KEYS.fills, book.fills, fills],
    ] as const) {
      const ids = whole ? all.values() : fresh;
      for (let from = 0; from < ids.length; from += 1000)
        transaction.rpush(key, ...ids.slice(from, from + 1000));
      transaction.ltrim(key, -all.capacity, -1);
    }
    for (const account of whole ? drawdowns.accounts.keys() : results)
      transaction.hset(KEYS.drawdowns, account, JSON.stringify(drawdowns.accounts.get(account)));
    transaction.set(KEYS.places, text);
    try {
      await execute(transaction);
      this.#places = text;
    } catch (error) {
      this.#whole = true;
      throw error;
    }
  }
}

const storedOf = (tracked: Tracked) => ({
  account: tracked.account,
  symbol: tracked.symbol,
  side: tracked.side,
  createdAt: tracked.createdAt,
  ...tracked.terms,
  change: tracked.change,
  version: tracked.version,
  closed: tracked.closed,
  filled: tracked.filled,
  confirmed: tracked.confirmed,
  parent: tracked.parent?.id,
});

function restored(id: string, stored: StoredOrder, parent: Tracked | undefined): Tracked {
  const { quantity, price, change, ...rest } = stored;
  return {
    ...rest,
    id,
    terms: { quantity, price },
    change: change && { ...change, price: change.price },
    parent,
    children: 0,
    childrenOpen: NOTHING,
    counted: { quantity: NOTHING, price: undefined },
  };
}

/**
 * Where to go on reading a stream, and whether anything between is missing.
 *
 * @returns `after` 0 to build the state from the beginning; `missing` says what the log does not hold any more
 */
export function resumeAt(
  stream: string,
  known: Place | undefined,
  facts: StreamFacts,
): { readonly after: number; readonly missing?: string } {
  const { created, firstSeq } = facts;
  const after = known?.created === created ? known.seq : 0;
  if (firstSeq <= after + 1) return { after };
  const from = after === 0 ? "its beginning" : `message ${after + 1}`;
  return { after, missing: `${stream} begins with message ${firstSeq}, needed is ${from}` };
}
