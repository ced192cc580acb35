/**
 * Turns that are at least `everyMs` apart, for work that costs as much for one as for many: what comes alone is done at
 * once, what comes while the last turn is fresh waits for the next, together with all that comes until then.
 */
export class Pace {
  readonly #everyMs: number;
  #last = -Infinity;

  /** @param everyMs 0: no pause at all */
  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** @returns when it is time again */
  async turn(): Promise<void> {
    const left = this.#last + this.#everyMs - performance.now();
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    this.#last = performance.now();
  }
}
