import { z } from "zod";
import { bar, type Bar } from "../../contracts";
import { execute, type Valkey } from "../../kit/valkey";
import type { BarBook, Changes, ToldBar } from "./bar-book";
import { barState } from "./bar-state";

const BARS = "normalizer:bars";
const HEADS = "normalizer:heads";
const OUTBOX = "normalizer:outbox";
const seenKey = (source: string, bucket: number): string => `normalizer:seen:${source}:${bucket}`;
/** Long after nobody asks for it; the clock of the ticks may be behind this one. */
const SEEN_SECONDS = 26 * 3600;

/** A bar that was decided to be told, and whether it was is not known. */
export interface Owed {
  readonly key: string;
  readonly bar: Bar;
}

/** Nobody knows whether it is stored. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}

/** The state in Valkey: what is stored together is there together, or not at all. */
export class Store {
  constructor(private readonly valkey: Valkey) {}

  /** @throws when it is not known to be stored; storing it again is harmless */
  async save(
    { bars, seen, heads }: Changes,
    told: readonly ToldBar[],
    done: readonly string[],
  ): Promise<void> {
    const transaction = this.valkey.multi();
    for (const [key, state] of bars) {
      if (state) transaction.hset(BARS, key, JSON.stringify(state));
      else transaction.hdel(BARS, key);
    }
    for (const { source, bucket, sequences } of seen) {
      transaction.sadd(seenKey(source, bucket), ...sequences);
      transaction.expire(seenKey(source, bucket), SEEN_SECONDS);
    }
    for (const [source, newest] of heads) transaction.hset(HEADS, source, newest);
    if (done.length > 0) transaction.hdel(OUTBOX, ...done);
    for (const { key, bar: each } of told) transaction.hset(OUTBOX, key, JSON.stringify(each));
    try {
      await execute(transaction);
    } catch (error) {
      // the client's own error holds one for each command, and all of them each other
      throw new StoreError(error instanceof Error ? error.message : String(error));
    }
  }

  /** Fills an empty book. @returns the bars that are still owed */
  async load(book: BarBook): Promise<readonly Owed[]> {
    const [bars, heads, outbox] = await Promise.all(
      [BARS, HEADS, OUTBOX].map((key) => this.valkey.hgetall(key)),
    );
    for (const text of Object.values(bars ?? {})) book.restore(barState.parse(JSON.parse(text)));
    for (const [source, text] of Object.entries(heads ?? {})) {
      const newest = z.coerce.number().parse(text);
      const buckets = new Map<number, readonly number[]>();
      for (const bucket of book.seen.bucketsAt(newest)) {
        const members = await this.valkey.smembers(seenKey(source, bucket));
        if (members.length > 0) buckets.set(bucket, members.map(Number));
      }
      book.seen.restore(source, newest, buckets);
    }
    return Object.entries(outbox ?? {}).map(([key, text]) => ({ key, bar: bar.parse(JSON.parse(text)) }));
  }
}
