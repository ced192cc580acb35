import type { NatsConnection } from "@nats-io/nats-core";
import { accountPnl, position, subjects } from "../../contracts";
import type { Log } from "../../kit";
import type { Row } from "./line-protocol";
import { pnlRow, positionRow } from "./rows";

export interface SnapshotsOptions {
  readonly write: (rows: readonly Row[]) => Promise<void>;
  readonly log: Log;
  /** Of one position or account at most one row in this time: they change with every fill. */
  readonly everyMs: number;
}

/** More accounts and positions than this at once, and the oldest are let go. */
const MAX_WAITING = 10_000;

/** Positions and profits, which no stream keeps: the newest of each, every now and then. */
export class Snapshots {
  readonly #options: SnapshotsOptions;
  #waiting = new Map<string, Row>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();

  constructor(options: SnapshotsOptions) {
    this.#options = options;
  }

  start(nats: NatsConnection): void {
    nats.subscribe(subjects.positionsUpdated, {
      callback: (_error, message) => this.#take(() => positionRow(position.parse(message.json()))),
    });
    nats.subscribe(subjects.pnlUpdate, {
      callback: (_error, message) => this.#take(() => pnlRow(accountPnl.parse(message.json()))),
    });
    this.#timer = setInterval(() => void this.flush(), this.#options.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** What could not be written waits, unless something newer came. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush());
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    const taken = this.#waiting;
    if (taken.size === 0) return;
    this.#waiting = new Map();
    try {
      await this.#options.write([...taken.values()]);
    } catch (error) {
      this.#options.log.warn({ err: error, rows: taken.size }, "snapshots not written, will be tried again");
      this.#waiting = new Map([...taken, ...this.#waiting]);
    }
  }

  #take(read: () => Row): void {
    try {
      const row = read();
      const key = `${row.table}:${row.symbols["account"] ?? ""}:${row.symbols["symbol"] ?? ""}`;
      this.#waiting.delete(key);
      this.#waiting.set(key, row);
      const [oldest] = this.#waiting.keys();
      if (this.#waiting.size > MAX_WAITING && oldest !== undefined) this.#waiting.delete(oldest);
    } catch (error) {
      this.#options.log.error({ err: error }, "not what its contract says, left out");
    }
  }
}
