import { z } from "zod";
import { tick, type Tick } from "../../contracts";

/** The last tick of a symbol, and how old it is. */
export const quote = z
  .strictObject({
    ...tick.shape,
    age_ms: z.int().nonnegative(),
    /** Older than prices are good for: nothing should be decided by it. */
    stale: z.boolean(),
  })
  .meta({ id: "Quote" });
export type Quote = z.infer<typeof quote>;

/** What was said last of each symbol, by the venue's own count: a late tick replaces nothing. */
export class Quotes {
  readonly #last = new Map<string, Tick>();

  constructor(private readonly staleMs: number) {}

  take(ticks: readonly Tick[]): void {
    for (const each of ticks) {
      const before = this.#last.get(each.symbol);
      const newer = before?.venue !== each.venue || each.source_seq > before.source_seq;
      if (newer) this.#last.set(each.symbol, each);
    }
  }

  of(symbol: string, nowMs: number): Quote | undefined {
    const last = this.#last.get(symbol);
    if (!last) return undefined;
    const age = Math.max(0, nowMs - last.timestamp);
    return { ...last, age_ms: age, stale: age > this.staleMs };
  }

  /** Sorted by symbol. */
  all(nowMs: number): readonly Quote[] {
    return [...this.#last.keys()].sort().flatMap((symbol) => this.of(symbol, nowMs) ?? []);
  }
}
