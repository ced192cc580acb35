/** How many wrong passwords a user name may have had, and how long it then waits. */
const FREE = 5;
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 15 * 60_000;
const FORGET_MS = 60 * 60_000;
const NAMES_KEPT = 10_000;

interface Attempts {
  readonly count: number;
  readonly last: number;
}

/**
 * Slows guessing down: after a few wrong passwords a name waits, twice as long each time. By name, known or not: who
 * guesses has many addresses, and behind a gateway all of them look the same.
 */
export class Throttle {
  readonly #attempts = new Map<string, Attempts>();

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * An attempt counts as wrong from its beginning until {@link succeeded} says otherwise: a thousand at once are a
   * thousand.
   *
   * @returns milliseconds that this name still has to wait; 0 when it may try, which is then counted
   */
  attempt(name: string): number {
    const now = this.now();
    const before = this.#fresh(name, now);
    const wait = before ? waitOf(before, now) : 0;
    if (wait > 0) return wait;
    this.#attempts.delete(name);
    this.#attempts.set(name, { count: (before?.count ?? 0) + 1, last: now });
    const [oldest] = this.#attempts.keys();
    if (this.#attempts.size > NAMES_KEPT && oldest !== undefined) this.#attempts.delete(oldest);
    return 0;
  }

  succeeded(name: string): void {
    this.#attempts.delete(name);
  }

  #fresh(name: string, now: number): Attempts | undefined {
    const attempts = this.#attempts.get(name);
    return attempts && now - attempts.last < FORGET_MS ? attempts : undefined;
  }
}

function waitOf({ count, last }: Attempts, now: number): number {
  if (count < FREE) return 0;
  return Math.max(0, last + Math.min(FIRST_WAIT_MS * 2 ** (count - FREE), LONGEST_WAIT_MS) - now);
}
