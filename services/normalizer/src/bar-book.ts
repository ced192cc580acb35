import { barInterval, type Bar, type Tick } from "../../contracts";
import { barOf, firstState, keyOf, withTick, type BarState } from "./bar-state";
import { periodOf } from "./period";
import { Seen, sourceOf, type SeenChange, type Verdict } from "./seen";

/** A bar to be told. `corrected`: another version of it was told before. */
export interface ToldBar {
  readonly key: string;
  readonly bar: Bar;
  readonly corrected: boolean;
}

/** What has to be stored, together, before the ticks behind it may be acknowledged. */
export interface Changes {
  /** undefined: to be forgotten. */
  readonly bars: ReadonlyMap<string, BarState | undefined>;
  readonly seen: readonly SeenChange[];
  readonly heads: ReadonlyMap<string, number>;
}

/**
 * Bars as a function of the set of ticks: their order, repetitions and restarts make no difference. A bar is told when
 * the watermark passes its end, and once more whenever a late tick has changed it.
 */
export class BarBook {
  readonly seen: Seen;
  readonly #states = new Map<string, BarState>();
  /** Not told yet as they are. */
  readonly #pending = new Set<string>();
  #changed = new Map<string, BarState | undefined>();

  constructor(latenessMs: number) {
    this.seen = new Seen(latenessMs);
  }

  take(tick: Tick): Verdict {
    const verdict = this.seen.take(tick);
    if (verdict !== "new") return verdict;
    for (const interval of barInterval.options) {
      const period = periodOf(interval, tick.symbol, tick.timestamp);
      const key = keyOf({ venue: tick.venue, symbol: tick.symbol, interval, timestamp: period.begins });
      const before = this.#states.get(key);
      this.#put(key, before ? withTick(before, tick) : firstState(tick, interval, period));
    }
    return verdict;
  }

  /** Bars that are over by `watermark` and not told as they are. From now on they are. */
  close(watermark: number): readonly ToldBar[] {
    const told: ToldBar[] = [];
    for (const key of this.#pending) {
      const state = this.#states.get(key);
      if (!state || state.ends > watermark) continue;
      told.push({ key, bar: barOf(state), corrected: state.told > 0 });
      this.#put(key, { ...state, told: state.trades });
    }
    return told.sort((left, right) => left.bar.timestamp - right.bar.timestamp);
  }

  /** Drops told bars that no tick can change any more. */
  forget(): void {
    for (const [key, state] of this.#states) {
      if (this.#pending.has(key) || state.ends > this.seen.horizon(sourceOf(state))) continue;
      this.#states.delete(key);
      this.#changed.set(key, undefined);
    }
  }

  get(key: string): Bar | undefined {
    const state = this.#states.get(key);
    return state && barOf(state);
  }

  get size(): number {
    return this.#states.size;
  }

  /** Since the last {@link committed}. */
  changes(): Changes {
    const seen = this.seen.changes();
    const heads = this.seen.heads();
    const touched = new Map(seen.map(({ source }) => [source, heads.get(source) ?? 0]));
    return { bars: this.#changed, seen, heads: touched };
  }

  committed(): void {
    this.#changed = new Map();
    this.seen.committed();
  }

  restore(state: BarState): void {
    this.#put(keyOf(state), state);
    this.#changed.delete(keyOf(state));
  }

  #put(key: string, state: BarState): void {
    this.#states.set(key, state);
    this.#changed.set(key, state);
    if (state.told === state.trades) this.#pending.delete(key);
    else this.#pending.add(key);
  }
}
