/**
 * How far time has got, by the ticks themselves: so that after an interruption a bar is not closed before its ticks
 * have come. When nothing comes at all, by the clock.
 */
export class Watermark {
  #newest = -Infinity;
  #heardAt: number;

  /**
   * @param graceMs how long one symbol may be behind another
   * @param idleMs silence of all symbols after which the clock counts
   */
  constructor(
    private readonly graceMs: number,
    private readonly idleMs: number,
    private readonly now: () => number = Date.now,
  ) {
    this.#heardAt = now();
  }

  heard(timestamp: number): void {
    this.#heardAt = this.now();
    // one that comes from the future would close everything
    this.#newest = Math.max(this.#newest, Math.min(timestamp, this.#heardAt));
  }

  get value(): number {
    const now = this.now();
    const silent = now - this.#heardAt >= this.idleMs;
    return Math.max(this.#newest, silent ? now - this.idleMs : -Infinity) - this.graceMs;
  }
}
