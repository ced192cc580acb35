/** Times of the last accepted orders of an account: at most `rate` in any window, exactly. O(1) an order. */
export class SlidingWindow {
  /** A ring of milliseconds. */
  #times: Float64Array;
  #next = 0;
  #count = 0;

  constructor(rate: number) {
    this.#times = new Float64Array(rate);
  }

  /** Whether one more at `now` would be within the rate. */
  allows(now: number, rate: number, windowMs: number): boolean {
    this.#resize(rate);
    if (this.#count < rate) return true;
    // full: the oldest of the last `rate` must have left the window
    return now - (this.#times[this.#next] ?? -Infinity) >= windowMs;
  }

  add(now: number): void {
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#times.length;
    this.#count = Math.min(this.#count + 1, this.#times.length);
  }

  /** Keeps the newest when the limit has changed. */
  #resize(rate: number): void {
    const size = this.#times.length;
    if (size === rate) return;
    const kept = Math.min(this.#count, rate);
    const times = new Float64Array(rate);
    for (let index = 0; index < kept; index++)
      times[index] = this.#times[(this.#next - kept + index + 2 * size) % size] ?? 0;
    this.#times = times;
    this.#count = kept;
    this.#next = kept % rate;
  }
}
