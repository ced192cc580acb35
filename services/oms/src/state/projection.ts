import { isFinal, type Fill } from "../../../contracts";
import type { Log } from "../../../kit";
import type { Places } from "../journal";
import { StateLostError, type Batch, type Store, type Stored } from "./store";

interface Pending {
  readonly stored: Stored;
  /** The index of client ids does not have it yet. */
  readonly isNew: boolean;
  readonly ended: boolean;
}

/** Orders of one transaction: some hundred kilobytes, milliseconds for Valkey. */
const MOST = 400;
const RETRY_MS = 250;
/** A market order changes three times within milliseconds, and nobody waits for Valkey to have it. */
const GATHER_MS = 20;

export interface ProjectionOptions {
  readonly store: Pick<Store, "write">;
  readonly log: Log;
  /**
   * How far the streams are known: what was put before it was asked is what they hold up to there. Undefined while
   * they are read.
   */
  readonly places: () => Places | undefined;
  /** Valkey does not hold what was written to it. */
  readonly onLost: () => void;
}

/**
 * Writes what the streams have into Valkey, behind the answers to clients: one transaction at a time, in which an
 * order that changed ten times in the meantime is written once. What it has not written is in the streams.
 */
export class Projection {
  readonly #options: ProjectionOptions;
  #orders = new Map<string, Pending>();
  #fills: Batch["fills"][number][] = [];
  /** On its way to Valkey. */
  #flying: ReadonlyMap<string, Pending> = new Map();
  #writing: Promise<void> | undefined;
  #stopped = false;

  constructor(options: ProjectionOptions) {
    this.#options = options;
  }

  /** Orders that Valkey does not have yet. */
  get waiting(): number {
    return this.#orders.size + this.#flying.size;
  }

  has(orderId: string): boolean {
    return this.#orders.has(orderId) || this.#flying.has(orderId);
  }

  /**
   * @param isNew Valkey does not know its client's id
   * @param ended it ends with this version, or Valkey may not know yet that it did
   */
  put(stored: Stored, isNew: boolean, ended = isFinal(stored.order.status)): void {
    const { order_id } = stored.order;
    const before = this.#orders.get(order_id);
    if (before && before.stored.order.version > stored.order.version) return;
    this.#orders.set(order_id, {
      stored,
      isNew: isNew || (before?.isNew ?? false),
      ended: ended || (before?.ended ?? false),
    });
    this.kick();
  }

  addFill(orderId: string, fill: Fill): void {
    this.#fills.push({ orderId, fill });
    this.kick();
  }

  /** Writes what there is, the places too. */
  kick(): void {
    if (this.#stopped) return;
    this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
  }

  /** @returns when Valkey has everything that was put before */
  async flush(): Promise<void> {
    this.kick();
    while (this.#writing) await this.#writing;
  }

  /** What is not written any more is in the streams. */
  async stop(deadlineMs: number): Promise<void> {
    const late = new Promise((resolve) => setTimeout(resolve, deadlineMs).unref());
    await Promise.race([this.flush(), late]);
    this.#stopped = true;
  }

  async #write(): Promise<void> {
    do {
      await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      const places = this.#options.places();
      const orders = this.#orders;
      const fills = this.#fills;
      this.#orders = new Map();
      this.#fills = [];
      this.#flying = orders;
      await this.#writeAll([...orders.values()], fills, places);
      this.#flying = new Map();
    } while ((this.#orders.size > 0 || this.#fills.length > 0) && !this.#stopped);
  }

  /** In transactions of a bearable size, the last of which says how far it is. */
  async #writeAll(
    orders: readonly Pending[],
    fills: Batch["fills"],
    places: Places | undefined,
  ): Promise<void> {
    const rounds = Math.max(1, Math.ceil(Math.max(orders.length, fills.length) / MOST));
    for (let round = 0; round < rounds; round++) {
      const part = orders.slice(round * MOST, (round + 1) * MOST);
      await this.#writeOne({
        orders: part.map(({ stored }) => stored),
        fills: fills.slice(round * MOST, (round + 1) * MOST),
        clients: part.filter(({ isNew }) => isNew).map(({ stored }) => stored),
        ended: part.filter(({ ended }) => ended).map(({ stored }) => stored.order.order_id),
        ...(places && round === rounds - 1 ? { places } : {}),
      });
    }
  }

  async #writeOne(batch: Batch): Promise<void> {
    let said = false;
    while (!this.#stopped) {
      try {
        await this.#options.store.write(batch);
        return;
      } catch (error) {
        if (error instanceof StateLostError) {
          this.#options.onLost();
          return;
        }
        if (!said)
          this.#options.log.warn(
            { err: error, orders: batch.orders.length },
            "valkey: not written, trying again",
          );
        said = true;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
