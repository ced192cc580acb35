import type { z } from "zod";
import { bar, tick, type Bar, type BarInterval, type Tick } from "../../contracts";
import { execute, type Valkey } from "../../kit/valkey";

const QUOTES = "hot-cache:quotes";
const barsKey = (interval: BarInterval, symbol: string): string => `hot-cache:bars:${interval}:${symbol}`;

/** What another version wrote otherwise is not held. */
function read<Value>(schema: z.ZodType<Value>, text: string): readonly Value[] {
  const { success, data } = schema.safeParse(JSON.parse(text));
  return success ? [data] : [];
}

/**
 * The last quotes and bars in Valkey. It may forget anything at any time: what it has is true, what it lacks says
 * nothing.
 */
export class Cache {
  constructor(
    private readonly valkey: Valkey,
    /** Of each interval and symbol. */
    private readonly maxBars: number,
  ) {}

  /** @throws when it is not known to be stored */
  async put(ticks: Iterable<Tick>, bars: Iterable<Bar>): Promise<void> {
    const transaction = this.valkey.multi();
    let count = 0;
    for (const each of ticks) {
      transaction.hset(QUOTES, each.symbol, JSON.stringify(each));
      count++;
    }
    const touched = new Set<string>();
    for (const each of bars) {
      const key = barsKey(each.interval, each.symbol);
      // a corrected bar takes the place of the one before it
      transaction.zremrangebyscore(key, each.timestamp, each.timestamp);
      transaction.zadd(key, each.timestamp, JSON.stringify(each));
      touched.add(key);
      count++;
    }
    for (const key of touched) transaction.zremrangebyrank(key, 0, -this.maxBars - 1);
    if (count > 0) await execute(transaction);
  }

  async quotes(): Promise<readonly Tick[]> {
    const found = await this.valkey.hgetall(QUOTES);
    return Object.keys(found)
      .sort()
      .flatMap((symbol) => read(tick, found[symbol] ?? "null"));
  }

  async quote(symbol: string): Promise<Tick | undefined> {
    const found = await this.valkey.hget(QUOTES, symbol);
    return found === null ? undefined : read(tick, found)[0];
  }

  /** The newest `limit`, oldest first. */
  async bars(interval: BarInterval, symbol: string, limit: number): Promise<readonly Bar[]> {
    const found = await this.valkey.zrange(barsKey(interval, symbol), -limit, -1);
    return found.flatMap((text) => read(bar, text));
  }
}
