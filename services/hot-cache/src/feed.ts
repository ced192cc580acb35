import type { NatsConnection } from "@nats-io/nats-core";
import { Counter, type Registry } from "prom-client";
import { bar, batchOf, patterns, tick, type Bar, type Tick } from "../../contracts";
import type { Log } from "../../kit";
import type { Cache } from "./cache";

export interface FeedOptions {
  readonly cache: Pick<Cache, "put" | "quotes">;
  readonly log: Log;
  readonly metrics: Registry;
  /** Between two writes: in between, only the last quote of a symbol counts. */
  readonly everyMs: number;
}

const tickBatch = batchOf(tick);
const barBatch = batchOf(bar);
/** Bars that wait while the cache is away; older ones are let go, QuestDB has them. */
const MAX_BARS = 50_000;

/** From the bus to the cache. It hears the subjects themselves: what it misses is replaced by what comes next. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #records: Counter<"kind" | "outcome">;
  /** By symbol, newest known; also what is stored already. */
  readonly #newest = new Map<string, Tick>();
  #ticks = new Map<string, Tick>();
  #bars = new Map<string, Bar>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #failing = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#records = new Counter({
      name: "hot_cache_records_total",
      help: "Quotes and bars: stored, overtaken by a newer one before, or not understood.",
      labelNames: ["kind", "outcome"],
      registers: [options.metrics],
    });
  }

  /** Reads what is stored, so that nothing older replaces it. */
  async start(nats: NatsConnection): Promise<void> {
    for (const each of await this.#options.cache.quotes()) this.#newest.set(each.symbol, each);
    nats.subscribe(patterns.ticks, {
      callback: (_error, message) =>
        this.#read("quote", () => tickBatch.parse(message.json()).forEach((each) => this.takeTick(each))),
    });
    nats.subscribe(patterns.bars, {
      callback: (_error, message) =>
        this.#read("bar", () => barBatch.parse(message.json()).forEach((each) => this.takeBar(each))),
    });
    this.#timer = setInterval(() => void this.flush(), this.#options.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  takeTick(each: Tick): void {
    const before = this.#newest.get(each.symbol);
    if (before && isOlder(each, before)) {
      this.#records.inc({ kind: "quote", outcome: "overtaken" });
      return;
    }
    this.#newest.set(each.symbol, each);
    if (this.#ticks.has(each.symbol)) this.#records.inc({ kind: "quote", outcome: "overtaken" });
    this.#ticks.set(each.symbol, each);
  }

  takeBar(each: Bar): void {
    const key = `${each.interval}:${each.symbol}:${each.timestamp}`;
    const before = this.#bars.get(key);
    // versions of a bar grow by trades
    if (before?.venue === each.venue && before.trades > each.trades) return;
    this.#bars.set(key, each);
    const [oldest] = this.#bars.keys();
    if (this.#bars.size > MAX_BARS && oldest !== undefined) this.#bars.delete(oldest);
  }

  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const [ticks, bars] = [this.#ticks, this.#bars];
    if (ticks.size + bars.size === 0) return;
    this.#ticks = new Map();
    this.#bars = new Map();
    try {
      await this.#options.cache.put(ticks.values(), bars.values());
      this.#records.inc({ kind: "quote", outcome: "stored" }, ticks.size);
      this.#records.inc({ kind: "bar", outcome: "stored" }, bars.size);
      this.#failing = false;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!this.#failing) this.#options.log.warn({ reason }, "not stored, will be tried again");
      this.#failing = true;
      this.#ticks = new Map([...ticks, ...this.#ticks]);
      this.#bars = new Map([...bars, ...this.#bars]);
    }
  }

  #read(kind: "quote" | "bar", work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#records.inc({ kind, outcome: "not_understood" });
      this.#options.log.error({ err: error, kind }, "not what its contract says, left out");
    }
  }
}

/** A venue counts its own ticks; between venues, time decides. */
function isOlder(each: Tick, than: Tick): boolean {
  return each.venue === than.venue ? each.source_seq < than.source_seq : each.timestamp < than.timestamp;
}
