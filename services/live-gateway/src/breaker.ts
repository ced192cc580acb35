/**
 * Circuit breaker of a venue (Nygard, Release It!): after some failures or slow answers in a row it opens and nothing
 * is sent; after a while one request goes through as a probe, and its end decides.
 */
export interface BreakerLimits {
  /** Failures in a row that open it; an answer slower than `slowMs` counts as one. */
  readonly failures: number;
  readonly slowMs: number;
  /** How long it stays open before a probe; doubles with each probe that fails, up to `maxOpenMs`. */
  readonly openMs: number;
  readonly maxOpenMs: number;
}

export type BreakerState = "closed" | "open" | "half-open";

export class CircuitBreaker {
  readonly #limits: BreakerLimits;
  readonly #now: () => number;
  #failures = 0;
  #openings = 0;
  #until: number | undefined;
  #probing = false;
  #reason: string | undefined;

  /** @param now milliseconds of a clock that never goes back */
  constructor(limits: BreakerLimits, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
  }

  get state(): BreakerState {
    if (this.#until === undefined) return "closed";
    return this.#now() < this.#until ? "open" : "half-open";
  }

  /** Why it is not closed. */
  get reason(): string | undefined {
    return this.#until === undefined ? undefined : this.#reason;
  }

  /** Takes the permission for one request, whose end must be told. Half open, one at a time gets it. */
  tryAcquire(): boolean {
    const { state } = this;
    if (state === "closed") return true;
    if (state === "open" || this.#probing) return false;
    this.#probing = true;
    return true;
  }

  /** @param tookMs how long the venue took to answer */
  succeeded(tookMs: number): void {
    if (tookMs > this.#limits.slowMs) {
      this.failed(`answered after ${Math.round(tookMs)} ms; ${this.#limits.slowMs} ms are allowed`);
      return;
    }
    this.#probing = false;
    this.#failures = 0;
    this.#openings = 0;
    this.#until = undefined;
  }

  failed(reason: string): void {
    const wasProbe = this.#probing;
    this.#probing = false;
    this.#reason = reason;
    this.#failures += 1;
    if (!wasProbe && this.#failures < this.#limits.failures) return;
    const { openMs, maxOpenMs } = this.#limits;
    this.#until = this.#now() + Math.min(openMs * 2 ** this.#openings, maxOpenMs);
    this.#openings += 1;
  }
}
