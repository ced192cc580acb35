import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import Big from "big.js";
import { killSwitchState, running, type KillSwitchState } from "./kill-switch";
import type { Holdings } from "./venues/venue";

/**
 * What this gateway must know after a crash, in SQLite on its own volume: it needs nothing else of the platform. The
 * log is written ahead and synced at checkpoints, so that a transaction costs microseconds; a power cut may take back
 * the last ones, and then the work queue tells their commands again and the venue is asked. The kill switch alone is
 * synced at once.
 */

/** sending: the venue may have it. placed: the venue has it. refused: never sent. ended: nothing more will happen. */
export type Progress = "sending" | "placed" | "refused" | "ended";

export interface KnownOrder {
  readonly order_id: string;
  readonly client_order_id: string;
  /** Where it was sent. */
  readonly venue: string;
  /** Which venue the platform is told: a shadow order's is flagged. */
  readonly told_as: string;
  readonly account: string;
  readonly symbol: string;
  readonly progress: Progress;
  readonly reason: string | null;
  readonly quantity: string;
  readonly filled: string;
  /** Counted against the cap of `day`. */
  readonly notional: string;
  readonly day: string;
}

export interface NetPosition {
  readonly venue: string;
  readonly account: string;
  readonly symbol: string;
  readonly quantity: string;
}

export interface OutboxEntry {
  readonly id: number;
  readonly subject: string;
  readonly message_id: string;
  readonly record: string;
}

const schema = `
  CREATE TABLE IF NOT EXISTS kill_switch (id INTEGER PRIMARY KEY CHECK (id = 1), state TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS orders (
    order_id TEXT PRIMARY KEY, client_order_id TEXT NOT NULL, venue TEXT NOT NULL, told_as TEXT NOT NULL,
    account TEXT NOT NULL, symbol TEXT NOT NULL, progress TEXT NOT NULL, reason TEXT, quantity TEXT NOT NULL,
    filled TEXT NOT NULL, notional TEXT NOT NULL, day TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS orders_live ON orders (venue, progress) WHERE progress IN ('sending', 'placed');
  CREATE INDEX IF NOT EXISTS orders_day ON orders (day);
  CREATE TABLE IF NOT EXISTS feeds (venue TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS spent (day TEXT PRIMARY KEY, notional TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS positions (
    venue TEXT NOT NULL, account TEXT NOT NULL, symbol TEXT NOT NULL, quantity TEXT NOT NULL,
    PRIMARY KEY (venue, account, symbol)) STRICT;
  CREATE TABLE IF NOT EXISTS opening (venue TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS told (report_id TEXT PRIMARY KEY, day TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, subject TEXT NOT NULL, message_id TEXT NOT NULL, record TEXT NOT NULL) STRICT;
`;

/** Orders that are looked up without the file: those of the last minutes. */
const REMEMBERED = 100_000;

export class GatewayStore {
  readonly #db: DatabaseSync;
  readonly #recent = new Map<string, KnownOrder>();
  readonly #find: StatementSync;
  readonly #put: StatementSync;
  readonly #progress: StatementSync;
  readonly #fill: StatementSync;
  readonly #seq: StatementSync;
  readonly #position: StatementSync;
  readonly #addPosition: StatementSync;
  readonly #opened: StatementSync;
  readonly #spent: StatementSync;
  readonly #addSpent: StatementSync;
  readonly #say: StatementSync;
  readonly #wasTold: StatementSync;
  readonly #markTold: StatementSync;

  /** @param dir a directory of its own, made when absent; ":memory:" keeps nothing */
  constructor(dir: string) {
    if (dir !== ":memory:") mkdirSync(dir, { recursive: true });
    const db = new DatabaseSync(dir === ":memory:" ? dir : join(dir, "live-gateway.sqlite"));
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;");
    // a checkpoint syncs, and a bigger log means fewer of them: at most 80 MB of it
    db.exec("PRAGMA wal_autocheckpoint = 20000; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;");
    db.exec(schema);
    this.#db = db;
    this.#find = db.prepare("SELECT * FROM orders WHERE order_id = ?");
    this.#put = db.prepare("INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    this.#progress = db.prepare("UPDATE orders SET progress = ?, reason = ? WHERE order_id = ?");
    this.#fill = db.prepare("UPDATE orders SET filled = ?, progress = ? WHERE order_id = ?");
    this.#seq = db.prepare(
      "INSERT INTO feeds VALUES (?, ?) ON CONFLICT (venue) DO UPDATE SET seq = max(seq, excluded.seq)",
    );
    this.#position = db.prepare(
      "SELECT quantity FROM positions WHERE venue = ? AND account = ? AND symbol = ?",
    );
    this.#addPosition = db.prepare("INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?)");
    this.#opened = db.prepare("SELECT seq FROM opening WHERE venue = ?");
    this.#spent = db.prepare("SELECT notional FROM spent WHERE day = ?");
    this.#addSpent = db.prepare("INSERT OR REPLACE INTO spent VALUES (?, ?)");
    this.#wasTold = db.prepare("SELECT 1 FROM told WHERE report_id = ?");
    this.#markTold = db.prepare("INSERT OR IGNORE INTO told VALUES (?, ?)");
    this.#say = db.prepare("INSERT INTO outbox (subject, message_id, record) VALUES (?, ?, ?)");
  }

  /** All of it or nothing. */
  transaction(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (error) {
      this.#db.exec("ROLLBACK");
      // what was remembered may be what was taken back
      this.#recent.clear();
      throw error;
    }
  }

  killSwitch(): KillSwitchState {
    const row = this.#db.prepare("SELECT state FROM kill_switch WHERE id = 1").get();
    return row ? killSwitchState.parse(JSON.parse(String(row["state"]))) : running;
  }

  /** On the disk when it returns. */
  saveKillSwitch(state: KillSwitchState): void {
    this.#db.exec("PRAGMA synchronous = FULL");
    try {
      this.#db.prepare("INSERT OR REPLACE INTO kill_switch VALUES (1, ?)").run(JSON.stringify(state));
    } finally {
      this.#db.exec("PRAGMA synchronous = NORMAL");
    }
  }

  order(orderId: string): KnownOrder | undefined {
    const recent = this.#recent.get(orderId);
    if (recent) return recent;
    const row = this.#find.get(orderId) as KnownOrder | undefined;
    if (row) this.#remember(row);
    return row;
  }

  saveOrder(order: KnownOrder): void {
    const { order_id, client_order_id, venue, told_as, account, symbol } = order;
    const { progress, reason, quantity, filled, notional, day } = order;
    const named = [order_id, client_order_id, venue, told_as, account, symbol] as const;
    this.#put.run(...named, progress, reason, quantity, filled, notional, day);
    this.#remember(order);
  }

  /** An order that has ended, or was refused, stays that. */
  setProgress(orderId: string, progress: Progress, reason: string | null = null): void {
    const order = this.order(orderId);
    if (!order || order.progress === progress || order.progress === "ended" || order.progress === "refused")
      return;
    this.#progress.run(progress, reason, orderId);
    this.#remember({ ...order, progress, reason });
  }

  /** A part of an order was executed; with the last part it has ended. */
  addFilled(orderId: string, quantity: string): void {
    const order = this.order(orderId);
    if (!order) return;
    const filled = Big(order.filled).plus(quantity);
    const ended = filled.gte(order.quantity) && order.progress !== "refused";
    const next = {
      ...order,
      filled: filled.toFixed(),
      progress: ended ? ("ended" as const) : order.progress,
    };
    this.#fill.run(next.filled, next.progress, orderId);
    this.#remember(next);
  }

  /** The venue replaced it. @param quantity with what is filled */
  setQuantity(orderId: string, quantity: string): void {
    const order = this.order(orderId);
    if (order) this.saveOrder({ ...order, quantity });
  }

  /** For a venue that tells events again under later numbers. */
  wasTold(reportId: string): boolean {
    return this.#wasTold.get(reportId) !== undefined;
  }

  markTold(reportId: string, day: string): void {
    this.#markTold.run(reportId, day);
  }

  /** Orders that the venue has, or may have. */
  liveOrders(venue: string): readonly KnownOrder[] {
    return this.#db
      .prepare("SELECT * FROM orders WHERE venue = ? AND progress IN ('sending', 'placed')")
      .all(venue) as unknown as KnownOrder[];
  }

  seq(venue: string): number {
    const row = this.#db.prepare("SELECT seq FROM feeds WHERE venue = ?").get(venue);
    return row ? Number(row["seq"]) : 0;
  }

  saveSeq(venue: string, seq: number): void {
    this.#seq.run(venue, seq);
  }

  addPosition(venue: string, account: string, symbol: string, change: Big): void {
    const row = this.#position.get(venue, account, symbol);
    const quantity = Big(row ? String(row["quantity"]) : 0).plus(change);
    this.#addPosition.run(venue, account, symbol, quantity.toFixed());
  }

  positions(venue: string): readonly NetPosition[] {
    return this.#db.prepare("SELECT * FROM positions WHERE venue = ?").all(venue) as unknown as NetPosition[];
  }

  /** Up to which event of the venue positions were taken over from it: fills until then are in them. */
  openedAt(venue: string): number {
    const row = this.#opened.get(venue);
    return row ? Number(row["seq"]) : 0;
  }

  /** Takes over the venue's own positions as of an event, and goes on reading from an earlier one. */
  open(venue: string, { seq, positions }: Holdings, after: number): void {
    this.transaction(() => {
      this.#db.prepare("DELETE FROM positions WHERE venue = ?").run(venue);
      for (const { account, symbol, quantity } of positions)
        this.#addPosition.run(venue, account, symbol, quantity);
      this.#db.prepare("INSERT OR REPLACE INTO opening VALUES (?, ?)").run(venue, seq);
      this.saveSeq(venue, after);
    });
  }

  spent(day: string): Big {
    const row = this.#spent.get(day);
    return Big(row ? String(row["notional"]) : 0);
  }

  /** @param change negative when an order that was counted did not come about */
  addSpent(day: string, change: Big): void {
    this.#addSpent.run(day, this.spent(day).plus(change).toFixed());
  }

  /** To be said as soon as the bus takes it; survives until then. */
  say(subject: string, messageId: string, record: unknown): void {
    this.#say.run(subject, messageId, JSON.stringify(record));
  }

  outbox(limit: number): readonly OutboxEntry[] {
    return this.#db
      .prepare("SELECT * FROM outbox ORDER BY id LIMIT ?")
      .all(limit) as unknown as OutboxEntry[];
  }

  said(id: number): void {
    this.#db.prepare("DELETE FROM outbox WHERE id = ?").run(id);
  }

  /** Forgets orders of before `day` that nothing more can happen to. */
  forgetBefore(day: string): void {
    this.#db.prepare("DELETE FROM orders WHERE day < ? AND progress IN ('refused', 'ended')").run(day);
    this.#db.prepare("DELETE FROM told WHERE day < ?").run(day);
    this.#db.prepare("DELETE FROM spent WHERE day < ?").run(day);
  }

  close(): void {
    this.#db.close();
  }

  #remember(order: KnownOrder): void {
    this.#recent.delete(order.order_id);
    this.#recent.set(order.order_id, order);
    if (this.#recent.size > REMEMBERED) {
      const oldest = this.#recent.keys().next().value;
      if (oldest !== undefined) this.#recent.delete(oldest);
    }
  }
}
