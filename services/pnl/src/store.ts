import Big from "big.js";
import { z } from "zod";
import { execute, type Valkey } from "../../kit/valkey";
import type { Ledger } from "./ledger";
import { PositionState, type LotChanges } from "./position";

const number = z.string().transform((value) => Big(value));
const storedTotals = z.object({
  quantity: number,
  realized: number,
  commission: number,
  lastPrice: number,
  timestamp: z.number(),
  version: z.number(),
});
const storedLot = z.object({ fillId: z.string(), price: number, openedAt: z.number(), quantity: number });
const place = z.object({ created: z.string(), seq: z.int().nonnegative() });

/** How far into the stream the positions go, and into which. */
export type Place = z.infer<typeof place>;

/** One list for each position: {@link lotsKey}. */
const KEYS = { place: "pnl:place", positions: "pnl:positions", fills: "pnl:fills" } as const;

/**
 * Positions in the store, written in one transaction with the place in the stream that they come from: a restart reads
 * on from there, and every fill counts once.
 */
export class LedgerStore {
  #whole = false;
  #seq = -1;

  constructor(
    readonly valkey: Valkey,
    readonly ledger: Ledger,
  ) {}

  /** Set when the store may have lost something: everything is written anew. */
  writeAllNext(): void {
    this.#whole = true;
  }

  /**
   * @param created of the stream as it is: what was built from another of the same name is removed
   * @returns the place, or undefined when there is nothing: then the positions are to be built from the stream
   */
  async load(created: string): Promise<Place | undefined> {
    const { valkey, ledger } = this;
    const text = await valkey.get(KEYS.place);
    const known = text === null ? undefined : place.parse(JSON.parse(text));
    if (known?.created !== created) {
      const lots = (await valkey.hkeys(KEYS.positions)).map(lotsKey);
      await valkey.del(KEYS.place, KEYS.positions, KEYS.fills, ...lots);
      return undefined;
    }
    for (const [key, value] of Object.entries(await valkey.hgetall(KEYS.positions))) {
      const [account = "", symbol = ""] = key.split(" ");
      const lots = (await valkey.lrange(lotsKey(key), 0, -1)).map((lot) => storedLot.parse(JSON.parse(lot)));
      const totals = storedTotals.parse(JSON.parse(value));
      ledger.restore(PositionState.restore(account, symbol, totals, lots));
    }
    for (const id of await valkey.lrange(KEYS.fills, 0, -1)) ledger.fills.add(id);
    ledger.fills.takeFresh();
    return known;
  }

  /** @throws when the store does not take it; then the next one writes everything */
  async save(now: Place): Promise<void> {
    const { valkey, ledger } = this;
    const whole = this.#whole;
    const changed = ledger.takeUnstored();
    const fresh = ledger.fills.takeFresh();
    if (!whole && changed.size + fresh.length === 0 && now.seq === this.#seq) return;
    this.#whole = false;
    const transaction = valkey.multi();
    if (whole) transaction.del(KEYS.positions, KEYS.fills);
    const all = ledger.accounts.flatMap((account) => ledger.positions(account));
    for (const position of whole ? all : changed) {
      const key = keyOf(position);
      transaction.hset(KEYS.positions, key, JSON.stringify(position.totals()));
      if (whole) transaction.del(lotsKey(key));
      storeLots(transaction, lotsKey(key), position.takeLotChanges(whole));
    }
    const ids = whole ? ledger.fills.values() : fresh;
    for (let from = 0; from < ids.length; from += 1000)
      transaction.rpush(KEYS.fills, ...ids.slice(from, from + 1000));
    transaction.ltrim(KEYS.fills, -ledger.fills.capacity, -1);
    transaction.set(KEYS.place, JSON.stringify(now));
    try {
      await execute(transaction);
      this.#seq = now.seq;
    } catch (error) {
      this.#whole = true;
      throw error;
    }
  }
}

const keyOf = ({ account, symbol }: PositionState): string => `${account} ${symbol}`;
const lotsKey = (position: string): string => `pnl:lots:${position}`;

function storeLots(
  transaction: ReturnType<Valkey["multi"]>,
  key: string,
  { closed, first, added }: LotChanges,
): void {
  if (closed > 0) transaction.ltrim(key, closed, -1);
  if (first) transaction.lset(key, 0, JSON.stringify(first));
  for (let from = 0; from < added.length; from += 1000)
    transaction.rpush(key, ...added.slice(from, from + 1000).map((lot) => JSON.stringify(lot)));
}
