import { z } from "zod";
import { identifier, killLevel, stateOfLevel, timestampMs, tradingState } from "../../contracts";
import type { HaltMessage, ResumeMessage, TradingState } from "../../contracts";
import type { Log } from "../../kit";
import type { Valkey } from "../../kit/valkey";
import type { DurableWriter } from "./durable";

export const stateRecord = z
  .strictObject({
    state: tradingState,
    level: killLevel.optional(),
    by: identifier,
    reason: z.string(),
    at: timestampMs,
    version: z.int().positive(),
  })
  .meta({ id: "TradingStateRecord" });
export type StateRecord = z.infer<typeof stateRecord>;

export const STATE_KEY = "risk:trading-state";
/** What was read longer ago than this is not known any more. */
const MAX_AGE_MS = 1000;
const POLL_MS = 200;

export interface TradingStateOptions {
  readonly valkey: Valkey;
  readonly writer: DurableWriter;
  readonly log: Log;
  /** Milliseconds that only grow. */
  readonly clock?: () => number;
}

/**
 * Whether trading goes on. The store has the word on it: what it says is read again five times a second, and an order
 * passes only on a word at most a second old. A halt counts at once and is written as soon as that is possible.
 */
export class TradingStateStore {
  readonly #options: TradingStateOptions;
  readonly #clock: () => number;
  #read: { readonly record: StateRecord | undefined; readonly at: number } | undefined;
  #problem = "not read yet";
  /** A halt that the store does not know yet. */
  #unwritten: StateRecord | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;

  constructor(options: TradingStateOptions) {
    this.#options = options;
    this.#clock = options.clock ?? (() => performance.now());
  }

  /**
   * @param isFirst nothing was ever traded here: then, and only then, a state that is missing is ACTIVE. Later, it was
   *   lost, and somebody has to look before trading goes on.
   */
  async start(isFirst: boolean, now: number): Promise<void> {
    const first: StateRecord = isFirst
      ? { state: "ACTIVE", by: "risk", reason: "first start", at: now, version: 1 }
      : { state: "HALTED", by: "risk", reason: "the trading state was lost", at: now, version: 1 };
    await this.#options.valkey.set(STATE_KEY, JSON.stringify(first), "NX");
    await this.poll();
    this.#timer = setInterval(() => void this.poll(), POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The newest word, however old. */
  get record(): StateRecord | undefined {
    return this.#unwritten ?? this.#read?.record;
  }

  /** Whether the store knows it. */
  get durable(): boolean {
    return this.#unwritten === undefined && this.#fresh();
  }

  /** HALTED when nobody knows. */
  now(): { readonly state: TradingState; readonly why: string } {
    if (this.#unwritten) return describe(this.#unwritten);
    const record = this.#read?.record;
    if (!this.#fresh()) return { state: "HALTED", why: `the trading state is not known: ${this.#problem}` };
    if (!record) return { state: "HALTED", why: "the trading state was lost; an admin has to resume" };
    return describe(record);
  }

  async poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    try {
      if (this.#unwritten) await this.#write(this.#unwritten);
      const asked = this.#clock();
      const text = await this.#options.valkey.get(STATE_KEY);
      const record = text === null ? undefined : stateRecord.parse(JSON.parse(text));
      // an answer that was asked for before a change says nothing about it
      if ((record?.version ?? 0) >= (this.#read?.record?.version ?? 0) || asked > (this.#read?.at ?? 0))
        this.#read = { record, at: asked };
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.#polling = false;
    }
  }

  /** At once in memory. @returns whether the store has it, too; if not, it is tried again until it does */
  async halt({ level, by, reason, at }: HaltMessage): Promise<boolean> {
    const record = { state: stateOfLevel[level], level, by, reason, at, version: this.#next() };
    this.#unwritten = record;
    try {
      await this.#write(record);
      return true;
    } catch (error) {
      this.#options.log.error({ err: error }, "the halt counts, and is not in the store yet");
      return false;
    }
  }

  /** @throws when the store does not take it: then nothing has changed */
  async resume({ by, reason, at }: ResumeMessage): Promise<void> {
    if (this.#unwritten) throw new Error("the halt before it is not in the store yet");
    await this.#write({ state: "ACTIVE", by, reason, at, version: this.#next() });
  }

  /** Whether a halt from the bus counts: of the same moment it does, since stopping wins; what is known does not. */
  isNewHalt({ at, level }: HaltMessage): boolean {
    const { record } = this;
    return !record || at > record.at || (at === record.at && level !== record.level);
  }

  /** Whether a resume from the bus was decided after what counts now. */
  isNewResume({ at }: ResumeMessage): boolean {
    return at > (this.record?.at ?? 0);
  }

  #next(): number {
    return (this.record?.version ?? 0) + 1;
  }

  async #write(record: StateRecord): Promise<void> {
    await this.#options.writer.commit((client) => client.multi().set(STATE_KEY, JSON.stringify(record)));
    this.#read = { record, at: this.#clock() };
    if (this.#unwritten === record) this.#unwritten = undefined;
  }

  #fresh(): boolean {
    return this.#read !== undefined && this.#clock() - this.#read.at <= MAX_AGE_MS;
  }
}

function describe({ state, by, reason }: StateRecord): {
  readonly state: TradingState;
  readonly why: string;
} {
  return { state, why: `trading is ${state}, by ${by}: ${reason}` };
}
