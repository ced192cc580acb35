import { isFinal, type Fill, type Order } from "../../../contracts";
import { execute, type Valkey } from "../../../kit";
import type { Places } from "../journal";
import { keys, packKnown, placeOf, shards, unpackKnown, type Known } from "./keys";

/** An order as it is kept. */
export interface Stored {
  readonly order: Order;
  readonly print: string;
}

/** What goes into Valkey together. */
export interface Batch {
  readonly orders: readonly Stored[];
  readonly fills: readonly { readonly orderId: string; readonly fill: Fill }[];
  /** Orders whose client's id is not in the index yet. */
  readonly clients: readonly Stored[];
  /** Orders that have ended with this. */
  readonly ended: readonly string[];
  /** The streams are held up to there, once this is written. */
  readonly places?: Places;
}

/** What a projection remembers of itself. */
export interface Held extends Places {
  /** The streams that it was made of, as they were created. */
  readonly streams: string;
}

/** Valkey lost what it held: another one answers, or it was emptied. */
export class StateLostError extends Error {
  override readonly name = "StateLostError";

  constructor() {
    super("valkey-state does not hold the orders any more; they are read from the streams again");
  }
}

export interface StoreLimits {
  /** Ended orders with their fills; the first to end goes first. */
  readonly finals: number;
  /** Client ids that are recognised at the least; at the most twice as many are kept. */
  readonly clients: number;
}

/** Takes the oldest ended orders out, with all that belongs to them, and says how many are left. */
const TRIM = `
local over = redis.call('LLEN', KEYS[1]) - tonumber(ARGV[1])
if over > 0 then
  local ids = redis.call('LPOP', KEYS[1], math.min(over, 1000))
  for _, id in ipairs(ids) do
    redis.call('UNLINK', ARGV[2] .. id, ARGV[3] .. id)
    redis.call('ZREM', KEYS[2], id)
  end
end
return redis.call('LLEN', KEYS[1])`;

/**
 * Whether it is still what was written last. Valkey syncs its file every second: after a crash it may come back as it
 * was before. Then it is marked as not whole, in the same transaction that would make it look newer.
 */
const CHECK = `
local at = redis.call('HMGET', KEYS[1], 'era', 'writes')
if at[1] == ARGV[1] and (at[2] == ARGV[2] or at[2] == ARGV[3]) then return 1 end
redis.call('HDEL', KEYS[1], 'era')
return 0`;

/**
 * The projection in Valkey. All of a batch or nothing of it is there. An era marks what is whole: it is written when
 * all of the streams has been read, so that an emptied store is recognised also after something new was written to it.
 */
export class Store {
  readonly #valkey: Valkey;
  readonly #limits: StoreLimits;
  #era: string | undefined;
  #generation = 0;
  #inGeneration = 0;
  /** Transactions that Valkey has; one more may be there of which nothing was heard. */
  #writes = 0;

  constructor(valkey: Valkey, limits: StoreLimits) {
    this.#valkey = valkey;
    this.#limits = limits;
  }

  /** @returns undefined when nothing whole is there */
  async open(): Promise<Held | undefined> {
    const at = await this.#valkey.hgetall(keys.at);
    this.#era = undefined;
    this.#generation = Number(at.generation ?? 0);
    this.#inGeneration = Number(at.in_generation ?? 0);
    this.#writes = Number(at.writes ?? 0);
    if (at.era === undefined) return undefined;
    this.#era = at.era;
    return { orders: Number(at.orders ?? 0), fills: Number(at.fills ?? 0), streams: at.streams ?? "" };
  }

  /** From now on it is whole. */
  async begin(era: string, streams: string): Promise<void> {
    await this.#valkey.hset(keys.at, { era, streams });
    this.#era = era;
  }

  /** Ids of open orders. */
  openIds(): Promise<string[]> {
    return this.#valkey.smembers(keys.open);
  }

  /** Ids before `before`, the newest first. */
  idsBefore(before: string | undefined, most: number): Promise<string[]> {
    const from = before === undefined ? "+" : `(${before}`;
    return this.#valkey.zrevrangebylex(keys.index, from, "-", "LIMIT", 0, most);
  }

  /** Those of the orders that are kept. */
  async load(ids: readonly string[]): Promise<readonly Stored[]> {
    if (ids.length === 0) return [];
    const texts = await this.#valkey.mget(ids.map(keys.order));
    return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Stored]));
  }

  /** The fills of an order, in their order. */
  async fillsOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly Fill[]>> {
    const pipeline = this.#valkey.pipeline();
    ids.forEach((id) => pipeline.hvals(keys.fills(id)));
    const answers = (await pipeline.exec()) ?? [];
    return new Map(
      ids.map((id, index) => {
        const [error, texts] = answers[index] ?? [new Error("no answer")];
        if (error) throw error;
        const fills = (texts as string[]).map((text) => JSON.parse(text) as Fill);
        return [id, fills.sort((left, right) => left.timestamp - right.timestamp)] as const;
      }),
    );
  }

  /**
   * What clients' ids stand for.
   *
   * @throws {StateLostError} when the index is not whole: "not there" would mean nothing
   */
  async lookUp(
    clients: readonly { readonly account: string; readonly clientOrderId: string }[],
  ): Promise<readonly (Known | undefined)[]> {
    const writes = this.#writes;
    const generations = this.#generation === 0 ? [0] : [this.#generation, this.#generation - 1];
    const pipeline = this.#valkey.pipeline().hmget(keys.at, "era", "writes");
    for (const { account, clientOrderId } of clients) {
      const { shard, field } = placeOf(account, clientOrderId);
      generations.forEach((generation) => pipeline.hget(keys.clients(generation, shard), field));
    }
    const answers = ((await pipeline.exec()) ?? []).map(([error, answer]) => {
      if (error) throw error;
      return answer as string | null | readonly (string | null)[];
    });
    this.#assertWhole(answers[0], writes);
    return clients.map((_, index) => {
      const from = 1 + index * generations.length;
      const found = answers.slice(from, from + generations.length).find((text) => typeof text === "string");
      return found === undefined ? undefined : unpackKnown(found);
    });
  }

  #assertWhole(at: unknown, writes: number): void {
    const [era, written] = Array.isArray(at) ? (at as readonly (string | null)[]) : [];
    // what was written while it was asked may be there, or may not
    if (this.#era === undefined || era !== this.#era || Number(written ?? 0) < writes)
      throw new StateLostError();
  }

  /** @throws {StateLostError} when it was written, but to a store that is not whole any more */
  async write(batch: Batch): Promise<void> {
    const next = this.#writes + 1;
    const transaction = this.#valkey.multi();
    transaction.eval(CHECK, 1, keys.at, this.#era ?? "", this.#writes, next);
    for (const { order, print } of batch.orders) {
      const { order_id, status } = order;
      transaction.set(keys.order(order_id), JSON.stringify({ order, print } satisfies Stored));
      transaction[isFinal(status) ? "srem" : "sadd"](keys.open, order_id);
    }
    if (batch.orders.length > 0)
      transaction.zadd(keys.index, ...batch.orders.flatMap(({ order }) => [0, order.order_id]));
    for (const { orderId, fill } of batch.fills)
      transaction.hset(keys.fills(orderId), fill.fill_id, JSON.stringify(fill));
    for (const { order, print } of batch.clients) {
      const { shard, field } = placeOf(order.account, order.client_order_id);
      transaction.hset(
        keys.clients(this.#generation, shard),
        field,
        packKnown({ orderId: order.order_id, print }),
      );
    }
    if (batch.ended.length > 0) {
      transaction.rpush(keys.final, ...batch.ended);
      const { finals } = this.#limits;
      transaction.eval(TRIM, 2, keys.final, keys.index, finals, keys.order(""), keys.fills(""));
    }
    const counted = this.#inGeneration + batch.clients.length;
    transaction.hset(keys.at, {
      generation: this.#generation,
      in_generation: counted,
      writes: next,
      ...batch.places,
    });
    const era = this.#era;
    const [whole] = await execute(transaction);
    this.#writes = next;
    this.#inGeneration = counted;
    if (counted >= this.#limits.clients) await this.#turnOver();
    if (era !== undefined && whole !== 1) throw new StateLostError();
  }

  /** The generation before the last one goes; ids of the last one are still recognised. */
  async #turnOver(): Promise<void> {
    const old = this.#generation - 1;
    this.#generation++;
    this.#inGeneration = 0;
    await this.#valkey.hset(keys.at, { generation: this.#generation, in_generation: 0 });
    if (old < 0) return;
    for (let from = 0; from < shards.length; from += 512)
      await this.#valkey.unlink(shards.slice(from, from + 512).map((shard) => keys.clients(old, shard)));
  }
}
