import { advance, cursorAt, sinceOf, type Cursor } from "./cursor";
import { containerOf, type Entry } from "./document";
import type { Engine, EngineContainer } from "./engine";
import type { LogStore, Outcome } from "./store";

export interface ShipperOptions {
  readonly engine: Pick<Engine, "containers" | "page">;
  readonly store: Pick<LogStore, "assertReady" | "newest" | "write" | "expire">;
  /** Older lines are neither sent nor kept. */
  readonly retentionMs: number;
  /** How long a list of containers serves. */
  readonly listMs: number;
  /** Hears of every batch that the store has taken. */
  readonly onBatch: (outcome: Outcome) => void;
  /** Hears of indices that were deleted. */
  readonly onExpired: (indices: readonly string[]) => void;
  readonly now: () => number;
}

/** After a restart the last minutes are sent again: a store that was killed may hold a part of a batch. */
const RESUME_OVERLAP_MS = 300_000;
const EXPIRE_EVERY_MS = 3_600_000;
/** Lines that are sent together, and pages that are read of one container before it is the others' turn. */
const BATCH = 2000;
const PAGES = 25;
const NANOSECONDS_IN_MS = 1_000_000n;

/**
 * Brings the stack's logs into the store: each round reads what is new of every container. How far it is, is known by
 * what the store has taken; nothing is kept here that it has not, so that it does not matter how long the store is
 * away: the engine keeps what it keeps, and this begins where it stopped.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #cursors = new Map<string, Cursor>();
  /** Containers that have ended, by what they were when their log was read to its end. */
  readonly #ended = new Map<string, string>();
  #resume: ReadonlyMap<string, number> | undefined;
  #listed: { readonly at: number; readonly containers: readonly EngineContainer[] } | undefined;
  #storeIsReady = false;
  #expiredAt = -Infinity;

  constructor(options: ShipperOptions) {
    this.#options = options;
  }

  /**
   * One round. @returns whether every log was read to its end
   * @throws when the store takes nothing; when a log could not be read, after all the others
   */
  async round(signal?: AbortSignal): Promise<boolean> {
    const { store, now } = this.#options;
    await this.#prepare(signal);
    const batch = new Batch((entries) => this.#send(entries, signal));
    const failures: unknown[] = [];
    let complete = true;
    for (const container of await this.#containers(signal)) {
      if (this.#ended.get(container.id) === lifeOf(container)) continue;
      try {
        const whole = await this.#read(container, batch, signal);
        if (whole && container.state !== "running")
          batch.after(() => this.#ended.set(container.id, lifeOf(container)));
        complete &&= whole;
      } catch (error) {
        if (signal?.aborted || error instanceof StoreError) throw error;
        failures.push(error);
      }
    }
    await batch.flush();
    if (now() - this.#expiredAt >= EXPIRE_EVERY_MS) {
      const expired = await store.expire(now() - this.#options.retentionMs, signal);
      this.#expiredAt = now();
      if (expired.length > 0) this.#options.onExpired(expired);
    }
    if (failures.length > 0) throw failures[0];
    return complete;
  }

  /** Asked before anything is read: while the store is away there is nothing to do. */
  async #prepare(signal?: AbortSignal): Promise<void> {
    const { store } = this.#options;
    if (!this.#storeIsReady) await store.assertReady(signal);
    this.#resume ??= await store.newest(signal);
    this.#storeIsReady = true;
  }

  async #containers(signal?: AbortSignal): Promise<readonly EngineContainer[]> {
    const { engine, listMs, now } = this.#options;
    if (!this.#listed || now() - this.#listed.at >= listMs) {
      const containers = await engine.containers(signal);
      this.#listed = { at: now(), containers };
      const there = new Set(containers.map(({ id }) => id));
      for (const known of [this.#cursors, this.#ended])
        for (const id of known.keys()) if (!there.has(id)) known.delete(id);
    }
    return this.#listed.containers;
  }

  async #read(container: EngineContainer, batch: Batch, signal?: AbortSignal): Promise<boolean> {
    const { engine, retentionMs, now } = this.#options;
    const floor = BigInt(now() - retentionMs) * NANOSECONDS_IN_MS;
    let cursor = this.#cursors.get(container.id) ?? this.#begin(container);
    for (let pages = 0; pages < PAGES; pages++) {
      const { from, seen } = cursor;
      const page = await engine.page(container, sinceOf(cursor, floor), {
        catchUp: from !== undefined,
        knows: (id) => seen.has(id),
        signal,
      });
      const { fresh, next } = advance(cursor, page.entries, page.more);
      cursor = next;
      await batch.add(fresh, () => this.#cursors.set(container.id, next));
      if (!page.more) return true;
    }
    return false;
  }

  #begin(container: EngineContainer): Cursor {
    const newest = this.#resume?.get(containerOf(container));
    return cursorAt(
      newest === undefined ? 0n : BigInt(Math.trunc(newest - RESUME_OVERLAP_MS)) * NANOSECONDS_IN_MS,
    );
  }

  async #send(entries: readonly Entry[], signal?: AbortSignal): Promise<void> {
    try {
      this.#options.onBatch(await this.#options.store.write(entries, signal));
    } catch (error) {
      // it may come back as another one, without its template
      this.#storeIsReady = false;
      throw new StoreError((error as Error).message, { cause: error });
    }
  }
}

/** The store has not taken a batch. */
class StoreError extends Error {
  override readonly name = "StoreError";
}

/** Changes when it is started, and when it ends. */
const lifeOf = ({ state, startedAt }: EngineContainer): string => `${state} ${startedAt ?? ""}`;

/** Lines of several containers that are sent together; what is to be remembered is, once they are there. */
class Batch {
  #entries: Entry[] = [];
  #afterwards: (() => void)[] = [];

  constructor(readonly send: (entries: readonly Entry[]) => Promise<void>) {}

  async add(entries: readonly Entry[], then: () => void): Promise<void> {
    this.#entries.push(...entries);
    this.after(then);
    if (this.#entries.length >= BATCH || bytesOf(this.#entries) >= BATCH_BYTES) await this.flush();
  }

  after(act: () => void): void {
    this.#afterwards.push(act);
  }

  async flush(): Promise<void> {
    const [entries, afterwards] = [this.#entries, this.#afterwards];
    [this.#entries, this.#afterwards] = [[], []];
    if (entries.length > 0) await this.send(entries);
    afterwards.forEach((act) => act());
  }
}

const BATCH_BYTES = 1 << 20;
const bytesOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, { json }) => sum + json.length, 0);
