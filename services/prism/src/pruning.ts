import type { DatabaseSync, StatementSync } from "node:sqlite";

/** Of what is not kept any more: the last numbers that it had, and how many orders it was. */
export interface Pruned {
  readonly seq: number;
  readonly fill: number;
  readonly trade: number;
  readonly order: number;
  readonly orders: number;
}

/** Rows that went at once. */
export interface Batch {
  readonly events: number;
  readonly fills: number;
  readonly orders: number;
  readonly requests: number;
}

interface Entry {
  readonly number: number;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly trade?: number;
}

/**
 * Forgets what is old. Events and fills go by their own time, always from the front, so that what is kept has no gaps;
 * orders go by their end, and what was asked of them with them. Freed pages are used again; the file does not shrink.
 */
export class Pruning {
  readonly #db: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  #pruned: Pruned;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#statements = prepare(db);
    this.#pruned = this.#statements.read.get() as unknown as Pruned;
  }

  get pruned(): Pruned {
    return this.#pruned;
  }

  /**
   * One short transaction.
   *
   * @param before milliseconds since 1970 UTC
   * @param limit rows of each kind at most
   * @throws when the disk does not take it; then all of it is still there
   */
  prune(before: number, limit: number): Batch {
    const { begin, end, rollback, write, oldEvents, oldFills, endedBefore } = this.#statements;
    const events = olderThan(before, oldEvents.iterate(limit));
    const fills = olderThan(before, oldFills.iterate(limit));
    const ended = endedBefore.all(before, limit) as unknown as readonly Ended[];
    if (events.length + fills.length + ended.length === 0) return NOTHING;
    begin.run();
    try {
      const [event, fill] = [events.at(-1), fills.at(-1)];
      if (event) this.#statements.deleteEvents.run(event.number);
      if (fill) this.#statements.deleteFills.run(fill.number);
      const { orders, requests, last } = this.#deleteOrders(ended, limit);
      const { pruned } = this;
      const next: Pruned = {
        seq: event?.number ?? pruned.seq,
        fill: fill?.number ?? pruned.fill,
        trade: fill?.trade ?? pruned.trade,
        order: Math.max(last, pruned.order),
        orders: orders + pruned.orders,
      };
      write.run(next.seq, next.fill, next.trade, next.order, next.orders);
      end.run();
      this.#pruned = next;
      return { events: events.length, fills: fills.length, orders, requests };
    } catch (error) {
      // a full disk has ended it already
      if (this.#db.isTransaction) rollback.run();
      throw error;
    }
  }

  /** What was asked of an order goes before it, when it is too much over several batches. */
  #deleteOrders(ended: readonly Ended[], limit: number) {
    const { deleteRequests, deleteOrder } = this.#statements;
    const gone = { orders: 0, requests: 0, last: 0 };
    for (const { number, order_id } of ended) {
      gone.requests += Number(deleteRequests.run(order_id, limit - gone.requests).changes);
      if (gone.requests === limit) break;
      deleteOrder.run(number);
      gone.orders++;
      gone.last = Math.max(gone.last, number);
    }
    return gone;
  }
}

const NOTHING: Batch = { events: 0, fills: 0, orders: 0, requests: 0 };

interface Ended {
  readonly number: number;
  readonly order_id: string;
}

/** From the front; one that is younger, by whatever clock, keeps those behind it. */
function olderThan(before: number, front: Iterable<unknown>): readonly Entry[] {
  const entries: Entry[] = [];
  for (const entry of front as Iterable<Entry>) {
    if (entry.at >= before) break;
    entries.push(entry);
  }
  return entries;
}

function prepare(db: DatabaseSync) {
  const statements = {
    begin: "BEGIN IMMEDIATE",
    end: "COMMIT",
    rollback: "ROLLBACK",
    read: 'SELECT seq, fill, trade, order_number AS "order", orders FROM pruned',
    write: "UPDATE pruned SET seq = ?, fill = ?, trade = ?, order_number = ?, orders = ?",
    oldEvents: "SELECT seq AS number, line ->> 'timestamp' AS at FROM events ORDER BY seq LIMIT ?",
    oldFills: `SELECT number, line ->> 'timestamp' AS at, line ->> 'trade' AS trade
      FROM fills ORDER BY number LIMIT ?`,
    endedBefore: `SELECT number, order_id FROM orders WHERE open = 0 AND view ->> 'updated_at' < ?
      ORDER BY view ->> 'updated_at' LIMIT ?`,
    deleteEvents: "DELETE FROM events WHERE seq <= ?",
    deleteFills: "DELETE FROM fills WHERE number <= ?",
    deleteOrder: "DELETE FROM orders WHERE number = ?",
    deleteRequests: `DELETE FROM requests WHERE request_id IN
      (SELECT request_id FROM requests WHERE record ->> 'order_id' = ? LIMIT ?)`,
  } as const;
  return Object.fromEntries(
    Object.entries(statements).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as Record<keyof typeof statements, StatementSync>;
}
