import { Counter, Gauge, type Registry } from "prom-client";
import { subjects, type Bar, type Tick } from "../../contracts";
import type { Log } from "../../kit";
import { BarBook, type ToldBar } from "./bar-book";
import type { Owed, Store } from "./store";
import { Watermark } from "./watermark";

export interface NormalizerOptions {
  readonly store: Store;
  /** @returns when the stream has it */
  readonly publish: (subject: string, bar: Bar, id: string) => Promise<void>;
  readonly log: Log;
  readonly metrics: Registry;
  readonly latenessMs: number;
  readonly graceMs: number;
  readonly idleMs: number;
  /** @default Date.now */
  readonly now?: () => number;
}

/**
 * Ticks to bars. Ticks are done when the bars that they changed are stored, in one transaction with the bars that are
 * to be told because of them; those are told afterwards, and again after a crash.
 */
export class Normalizer {
  readonly book: BarBook;
  readonly #options: NormalizerOptions;
  readonly #watermark: Watermark;
  readonly #ticks: Counter<"outcome">;
  readonly #bars: Counter<"interval" | "kind">;
  /** Stored as owed; those in `#onTheWay` are being told just now. */
  readonly #owed = new Map<string, Bar>();
  readonly #onTheWay = new Set<string>();
  #done: string[] = [];
  #untold: ToldBar[] = [];
  #turn: Promise<void> = Promise.resolve();

  constructor(options: NormalizerOptions) {
    this.#options = options;
    this.book = new BarBook(options.latenessMs);
    this.#watermark = new Watermark(options.graceMs, options.idleMs, options.now);
    const registers = [options.metrics];
    this.#ticks = new Counter({
      name: "normalizer_ticks_total",
      help: "Ticks: new ones, repetitions, and those that came too late.",
      labelNames: ["outcome"],
      registers,
    });
    this.#bars = new Counter({
      name: "normalizer_bars_total",
      help: "Bars that were told, for the first time or corrected.",
      labelNames: ["interval", "kind"],
      registers,
    });
    const { book } = this;
    new Gauge({
      name: "normalizer_bars_held_count",
      help: "Bars that a tick could still change.",
      registers,
      collect() {
        this.set(book.size);
      },
    });
  }

  async restore(): Promise<void> {
    const owed: readonly Owed[] = await this.#options.store.load(this.book);
    for (const { key, bar } of owed) this.#owed.set(key, bar);
    this.#options.log.info({ bars: this.book.size, owed: owed.length }, "state restored");
  }

  /** @returns when the ticks are durable. @throws when that is not known: give them again */
  take(ticks: readonly Tick[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const tick of ticks) {
        const outcome = this.book.take(tick);
        this.#ticks.inc({ outcome });
        if (outcome === "new") this.#watermark.heard(tick.timestamp);
      }
      await this.#store();
    });
  }

  /** Closes what has become due without a tick, and tells what is owed. */
  beat(): Promise<void> {
    return this.#inTurn(() => this.#store());
  }

  /** Drops what is too old to change. */
  forget(): Promise<void> {
    return this.#inTurn(async () => {
      this.book.forget();
      await this.#store();
    });
  }

  async #store(): Promise<void> {
    // closed bars stay here until they are stored as owed, over failures
    this.#untold.push(...this.book.close(this.#watermark.value));
    const [told, done, changes] = [this.#untold, this.#done, this.book.changes()];
    const nothing =
      told.length === 0 && done.length === 0 && changes.bars.size === 0 && changes.seen.length === 0;
    if (!nothing) await this.#options.store.save(changes, told, done);
    this.book.committed();
    this.#untold = [];
    this.#done = [];
    for (const { key, bar, corrected } of told) {
      this.#owed.set(key, bar);
      this.#bars.inc({ interval: bar.interval, kind: corrected ? "corrected" : "first" });
    }
    for (const [key, bar] of this.#owed) if (!this.#onTheWay.has(key)) void this.#tell(key, bar);
  }

  /** A correction that comes meanwhile stays owed, and is told next. */
  async #tell(key: string, bar: Bar): Promise<void> {
    this.#onTheWay.add(key);
    try {
      await this.#options.publish(subjects.bar(bar.interval, bar.symbol), bar, `${key}:${bar.trades}`);
      if (this.#owed.get(key) === bar) {
        this.#owed.delete(key);
        this.#done.push(key);
      }
    } catch (error) {
      this.#options.log.warn({ err: error, key }, "bar not acknowledged, will be told again");
    } finally {
      this.#onTheWay.delete(key);
    }
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }
}
