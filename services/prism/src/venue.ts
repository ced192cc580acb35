import { setTimeout as delay } from "node:timers/promises";
import type { Tick } from "../../contracts";
import { bookView, type BookView } from "./domain/book-view";
import { Engine, type EngineOptions } from "./domain/engine";
import type { PositionView } from "./domain/positions";
import type { CancelOrder, ChangeResult, OrderRequest, ReplaceOrder, SubmitResult } from "./domain/types";
import { viewOf, type OrderView } from "./domain/views";
import type { Changes } from "./domain/records";
import { Feed } from "./feed";
import { GroupCommit, type NotDurableError } from "./group-commit";
import type { Store } from "./store";

export interface VenueOptions extends Omit<EngineOptions, "archive" | "snapshot"> {
  readonly store: Store;
  /** From the arrival of a request to its effect, in milliseconds. */
  readonly latencyMs: number;
  /** The process has to end: what is in memory is not what is stored. */
  readonly onFailure: (error: NotDurableError) => void;
  /** After each commit, with how long it took in milliseconds. */
  readonly onCommit?: (changes: Changes, ms: number) => void;
  /** @default Date.now */
  readonly clock?: () => number;
}

/** The engine with its disk and clock. Whatever it answers is durable. */
export class Venue {
  readonly engine: Engine;
  readonly feed: Feed;
  readonly #store: Store;
  readonly #commits: GroupCommit;
  readonly #clock: () => number;
  readonly #latencyMs: number;
  readonly #timer: NodeJS.Timeout;

  constructor(options: VenueOptions) {
    const { store, onCommit, clock = Date.now } = options;
    this.#store = store;
    this.#clock = clock;
    this.#latencyMs = options.latencyMs;
    this.engine = new Engine({ ...options, archive: store, snapshot: store.snapshot() });
    this.feed = new Feed(store, store.lastSeq());
    const { records } = this.engine;
    const commit = (): void => {
      const begin = performance.now();
      const changes = records.take();
      const lines = store.commit(changes);
      this.feed.publish(lines);
      onCommit?.(changes, performance.now() - begin);
    };
    this.#commits = new GroupCommit({ dirty: () => records.dirty, commit }, options.onFailure);
    const expire = (): void => this.#commits.act(() => this.engine.expire(clock()));
    this.#timer = setInterval(expire, 500);
    this.#timer.unref();
  }

  async submit(orders: readonly OrderRequest[]): Promise<readonly SubmitResult[]> {
    return this.#do(() => orders.map((order) => this.engine.submit(order, this.#clock())));
  }

  async cancel(cancels: readonly CancelOrder[]): Promise<readonly ChangeResult[]> {
    return this.#do(() => cancels.map((cancel) => this.engine.cancel(cancel, this.#clock())));
  }

  async replace(replaces: readonly ReplaceOrder[]): Promise<readonly ChangeResult[]> {
    return this.#do(() => replaces.map((replace) => this.engine.replace(replace, this.#clock())));
  }

  async cancelAll(which: Parameters<Engine["cancelAll"]>[0]): Promise<number> {
    return this.#do(() => this.engine.cancelAll(which, this.#clock()));
  }

  /** @returns how many were news */
  hear(ticks: readonly Tick[]): number {
    let news = 0;
    this.#commits.act(() => {
      for (const tick of ticks) if (this.engine.tick(tick, this.#clock())) news++;
    });
    return news;
  }

  order(order_id: string): Promise<OrderView | undefined> {
    return this.#commits.run(() => this.engine.order(order_id));
  }

  openOrders(account?: string): Promise<readonly OrderView[]> {
    return this.#commits.run(() =>
      [...this.engine.records.open.values()]
        .filter((order) => account === undefined || order.account === account)
        .map(viewOf),
    );
  }

  /** @returns with the event that they are as of */
  positions(
    account?: string,
  ): Promise<{ readonly seq: number; readonly positions: readonly PositionView[] }> {
    return this.#commits.run(() => {
      const { counters, positions } = this.engine.records;
      return { seq: counters.seq, positions: positions.views(account) };
    });
  }

  book(symbol: string, depth: number): Promise<BookView | undefined> {
    return this.#commits.run(() => {
      const book = this.engine.book(symbol);
      return book && bookView(book, depth, this.#clock());
    });
  }

  /** JSON texts, as stored. */
  async orderLines(...page: Parameters<Store["orderLines"]>): Promise<readonly string[]> {
    await this.#commits.settled();
    return this.#store.orderLines(...page);
  }

  fillLines(after: number, limit: number): readonly string[] {
    return this.#store.fillLines(after, limit);
  }

  /** Nobody asks any more. Everything that was done is stored. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.feed.end();
    await this.#commits.settled();
    this.#store.close();
  }

  async #do<T>(work: () => T): Promise<T> {
    if (this.#latencyMs > 0) await delay(this.#latencyMs);
    return this.#commits.run(work);
  }
}
