import type { Fill, Order } from "../../contracts";
import type { Log } from "../../kit";
import { Book } from "./book";
import type { Said } from "./domain/said";
import { entryOf, type Entry } from "./entry";
import type { Journal } from "./journal";
import type { Metrics } from "./metrics";
import { Projection } from "./state/projection";
import type { Store } from "./state/store";

export interface DeskOptions {
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Ended orders in memory. */
  readonly finals: number;
  /** How long a client waits for the stream's acknowledgement. */
  readonly ackMs: number;
  readonly onLost: () => void;
  readonly journal: (logged: (entry: Entry, said: Said) => void) => Journal;
}

/** What all parts of the OMS work on: the orders in memory, the log behind them, and the projection behind that. */
export class Desk {
  readonly book: Book;
  readonly journal: Journal;
  readonly projection: Projection;
  readonly store: Store;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly ackMs: number;
  /** Memory holds what the streams say, and Valkey is behind by no more than the projection knows. */
  whole = false;

  constructor(options: DeskOptions) {
    this.store = options.store;
    this.log = options.log;
    this.metrics = options.metrics;
    this.ackMs = options.ackMs;
    this.journal = options.journal((entry, said) => this.#logged(entry, said));
    this.projection = new Projection({
      store: options.store,
      log: options.log,
      places: () => (this.whole ? this.journal.places : undefined),
      onLost: options.onLost,
    });
    this.book = new Book({
      finals: options.finals,
      holds: (entry) => entry.tail !== undefined || this.projection.has(entry.order.order_id),
    });
  }

  /** The change is made in memory now; the returned promise is kept when the stream has it. */
  commit(entry: Entry, said: Said, after?: Promise<void>): Promise<void> {
    entry.order = said.order;
    this.book.changed(entry);
    return this.journal.say(entry, said, after);
  }

  /** @returns whether the stream has it within the time that a client waits */
  async acknowledged(logged: Promise<void> | undefined): Promise<boolean> {
    if (!logged) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), this.ackMs);
    });
    try {
      return await Promise.race([
        logged.then(
          () => true,
          () => false,
        ),
        late,
      ]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** @throws when it is not in memory and Valkey does not answer */
  async find(orderId: string): Promise<Entry | undefined> {
    const entry = this.book.get(orderId);
    if (entry) return entry;
    await this.loadMissing([orderId]);
    return this.book.get(orderId);
  }

  /** Brings those of the orders into memory that are kept in Valkey only. */
  async loadMissing(orderIds: Iterable<string>): Promise<void> {
    const missing = [...new Set(orderIds)].filter((id) => !this.book.get(id));
    if (missing.length === 0) return;
    const stored = await this.store.load(missing);
    const filled = stored.filter(({ order }) => order.filled_quantity !== "0" || order.algo !== undefined);
    const fills =
      filled.length === 0 ? NONE : await this.store.fillsOf(filled.map(({ order }) => order.order_id));
    for (const { order, print } of stored) {
      // somebody else may have asked for it, too
      if (this.book.get(order.order_id)) continue;
      this.book.add(entryOf(order, print, fills.get(order.order_id)));
    }
  }

  #logged(entry: Entry, said: Said): void {
    const { order } = said;
    const isNew = !entry.inLog;
    entry.inLog = true;
    if (order.version > entry.logged.version) entry.logged = order;
    this.projection.put({ order: entry.logged, print: entry.print }, isNew);
    if (said.subject === "confirmed") this.#keepFill(entry, said.fill, order);
  }

  #keepFill(entry: Entry, fill: Fill, order: Order): void {
    entry.fills.push(fill);
    this.projection.addFill(order.order_id, fill);
    if (order.parent_order_id === undefined) return;
    this.book.get(order.parent_order_id)?.fills.push(fill);
    this.projection.addFill(order.parent_order_id, fill);
  }
}

const NONE: ReadonlyMap<string, readonly Fill[]> = new Map();
