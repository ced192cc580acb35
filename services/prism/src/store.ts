import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Archive, Snapshot } from "./domain/engine";
import type { PositionView } from "./domain/positions";
import type { QuoteState } from "./domain/quote";
import type { Changes, RequestRecord } from "./domain/records";
import type { FillRecord } from "./domain/types";
import type { OrderView } from "./domain/views";
import { Pruning, type Batch } from "./pruning";
import { migrate } from "./schema";

/** Pages of 4 KiB that the log may grow by before it is folded into the database, which blocks meanwhile. */
const CHECKPOINT_PAGES = 8192;

/** What a table keeps. */
export interface Kept {
  readonly rows: number;
  /** Of the oldest, in milliseconds since 1970 UTC; of orders, when the first of them ended. */
  readonly since: number | undefined;
}

type Row = Readonly<Record<string, unknown>>;

/**
 * The venue's memory. A commit is on the disk when {@link commit} returns (WAL, synchronous=FULL). The file is locked
 * for this process: a second venue on the same volume does not start.
 */
export class Store implements Archive {
  readonly #db: DatabaseSync;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #pruning: Pruning;

  /** @throws when the directory cannot be written, the file is in use, or a newer version wrote it */
  constructor(directory: string) {
    mkdirSync(directory, { recursive: true });
    this.#db = new DatabaseSync(join(directory, "prism.db"), { timeout: 5000 });
    try {
      this.#db.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};
        PRAGMA cache_size = -65536;
        PRAGMA temp_store = MEMORY;
      `);
      migrate(this.#db);
      this.#statements = prepare(this.#db);
      this.#pruning = new Pruning(this.#db);
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  /** All of it, or nothing. @throws when the disk does not take it; then nothing is known of what is in memory */
  commit(changes: Changes): readonly string[] {
    const { begin, end, order, event, fill, request, position, quote } = this.#statements;
    const lines = changes.events.map((each) => JSON.stringify(each));
    begin.run();
    changes.events.forEach(({ seq }, index) => event.run(seq, lines[index] ?? ""));
    for (const each of changes.fills) fill.run(each.number, JSON.stringify(each));
    for (const each of changes.orders)
      order.run(each.number, each.order_id, each.account, isOpenView(each) ? 1 : 0, JSON.stringify(each));
    for (const each of changes.requests) request.run(each.request_id, JSON.stringify(each));
    for (const each of changes.positions) position.run(each.account, each.symbol, JSON.stringify(each));
    for (const each of changes.quotes) quote.run(each.tick.symbol, JSON.stringify(each));
    end.run();
    return lines;
  }

  /** What the venue was when it was last committed. */
  snapshot(): Snapshot {
    const all = <T>(sql: string): readonly T[] =>
      this.#db
        .prepare(sql)
        .all()
        .map((row) => JSON.parse(String(row["json"])) as T);
    const { pruned } = this.#pruning;
    const [lastFill] = all<FillRecord>("SELECT line AS json FROM fills ORDER BY number DESC LIMIT 1");
    return {
      open: all<OrderView>("SELECT view AS json FROM orders WHERE open = 1 ORDER BY number"),
      quotes: all<QuoteState>("SELECT state AS json FROM quotes"),
      positions: all<PositionView>("SELECT view AS json FROM positions"),
      counters: {
        seq: this.lastSeq(),
        order: Math.max(this.#last("lastOrder"), pruned.order),
        fill: lastFill?.number ?? pruned.fill,
        trade: lastFill?.trade ?? pruned.trade,
      },
    };
  }

  lastSeq(): number {
    return Math.max(this.#last("lastSeq"), this.prunedSeq);
  }

  /** Events up to this one are not kept any more. */
  get prunedSeq(): number {
    return this.#pruning.pruned.seq;
  }

  prune(...batch: Parameters<Pruning["prune"]>): Batch {
    return this.#pruning.prune(...batch);
  }

  /** Of each table that grows by trading. */
  kept(): Readonly<Record<"orders" | "events" | "fills", Kept>> {
    const { pruned } = this.#pruning;
    const kept = (last: number, gone: number, oldest: StatementSync): Kept => {
      const since = oldest.get()?.["at"];
      return { rows: Math.max(last - gone, 0), since: typeof since === "number" ? since : undefined };
    };
    const { firstEnd, firstEvent, firstFill } = this.#statements;
    return {
      orders: kept(Math.max(this.#last("lastOrder"), pruned.order), pruned.orders, firstEnd),
      events: kept(this.#last("lastSeq"), pruned.seq, firstEvent),
      fills: kept(this.#last("lastFill"), pruned.fill, firstFill),
    };
  }

  hasOrder(order_id: string): boolean {
    return this.#statements.hasOrder.get(order_id) !== undefined;
  }

  order(order_id: string): OrderView | undefined {
    return parsed<OrderView>(this.#statements.orderOf.get(order_id));
  }

  request(request_id: string): RequestRecord | undefined {
    return parsed<RequestRecord>(this.#statements.requestOf.get(request_id));
  }

  /** Lines of the feed after `seq`, oldest first. */
  eventLines(after: number, limit: number): readonly string[] {
    return this.#statements.eventsAfter.all(after, limit).map((row) => String(row["json"]));
  }

  fillLines(after: number, limit: number): readonly string[] {
    return this.#statements.fillsAfter.all(after, limit).map((row) => String(row["json"]));
  }

  /** Orders, ended ones too, after the venue's `number`. */
  orderLines(account: string | undefined, after: number, limit: number): readonly string[] {
    const { ordersAfter, ordersOfAfter } = this.#statements;
    const rows =
      account === undefined ? ordersAfter.all(after, limit) : ordersOfAfter.all(account, after, limit);
    return rows.map((row) => String(row["json"]));
  }

  close(): void {
    this.#db.close();
  }

  #last(statement: "lastSeq" | "lastFill" | "lastOrder"): number {
    return Number(this.#statements[statement].get()?.["n"] ?? 0);
  }
}

function prepare(db: DatabaseSync) {
  const statements = {
    begin: "BEGIN IMMEDIATE",
    end: "COMMIT",
    order: `INSERT INTO orders (number, order_id, account, open, view) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (number) DO UPDATE SET open = excluded.open, view = excluded.view`,
    event: "INSERT INTO events (seq, line) VALUES (?, ?)",
    fill: "INSERT INTO fills (number, line) VALUES (?, ?)",
    request: "INSERT INTO requests (request_id, record) VALUES (?, ?)",
    position: `INSERT INTO positions (account, symbol, view) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET view = excluded.view`,
    quote:
      "INSERT INTO quotes (symbol, state) VALUES (?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
    lastSeq: "SELECT max(seq) AS n FROM events",
    lastFill: "SELECT max(number) AS n FROM fills",
    lastOrder: "SELECT max(number) AS n FROM orders",
    firstEnd:
      "SELECT view ->> 'updated_at' AS at FROM orders WHERE open = 0 ORDER BY view ->> 'updated_at' LIMIT 1",
    firstEvent: "SELECT line ->> 'timestamp' AS at FROM events ORDER BY seq LIMIT 1",
    firstFill: "SELECT line ->> 'timestamp' AS at FROM fills ORDER BY number LIMIT 1",
    hasOrder: "SELECT 1 FROM orders WHERE order_id = ?",
    orderOf: "SELECT view AS json FROM orders WHERE order_id = ?",
    requestOf: "SELECT record AS json FROM requests WHERE request_id = ?",
    eventsAfter: "SELECT line AS json FROM events WHERE seq > ? ORDER BY seq LIMIT ?",
    fillsAfter: "SELECT line AS json FROM fills WHERE number > ? ORDER BY number LIMIT ?",
    ordersAfter: "SELECT view AS json FROM orders WHERE number > ? ORDER BY number LIMIT ?",
    ordersOfAfter: "SELECT view AS json FROM orders WHERE account = ? AND number > ? ORDER BY number LIMIT ?",
  } as const;
  return Object.fromEntries(
    Object.entries(statements).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as Record<keyof typeof statements, StatementSync>;
}

function parsed<T>(row: Row | undefined): T | undefined {
  return row === undefined ? undefined : (JSON.parse(String(row["json"])) as T);
}

function isOpenView({ status }: OrderView): boolean {
  return status === "ACCEPTED" || status === "PARTIALLY_FILLED";
}
