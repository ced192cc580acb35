/** Lines that were committed, by their seq. */
export interface FeedStore {
  /** Events up to this one are not kept any more. */
  readonly prunedSeq: number;
  readonly eventLines: (after: number, limit: number) => readonly string[];
}

const PAGE = 1000;
const REMEMBERED = 8192;

/**
 * The execution feed: each reader gets every event after its seq, from memory when it keeps up and from the store when
 * it does not, as fast as it takes them. Events are told when they are committed, never before.
 */
export class Feed {
  readonly #store: FeedStore;
  readonly #heartbeatMs: number;
  /** The last lines; the first of them is of seq `#last - #recent.length + 1`. */
  #recent: string[] = [];
  #last: number;
  #ended = false;
  readonly #sleeping = new Set<() => void>();
  #readers = 0;

  constructor(store: FeedStore, last: number, heartbeatMs = 500) {
    this.#store = store;
    this.#last = last;
    this.#heartbeatMs = heartbeatMs;
  }

  get last(): number {
    return this.#last;
  }

  /** The first event that can be told; behind the last one when none is kept. */
  get oldest(): number {
    return this.#store.prunedSeq + 1;
  }

  get readers(): number {
    return this.#readers;
  }

  /** @param lines of the events that follow the last one, committed */
  publish(lines: readonly string[]): void {
    if (lines.length === 0) return;
    for (const line of lines) this.#recent.push(line);
    if (this.#recent.length > 2 * REMEMBERED) this.#recent = this.#recent.slice(-REMEMBERED);
    this.#last += lines.length;
    this.#wake();
  }

  /** Readers get what there is, and then the end. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /**
   * NDJSON. An empty line when all is told that there is, and again whenever nothing happened for half a second: a
   * reader that asked for an event it knows already, and gets an empty line first, knows that the venue lost it. A
   * cursor beyond the end gets that line, and the end. A reader so slow that its next event is not kept any more gets
   * the end alone: when it asks again, it is told why.
   *
   * @param limit ends after so many events
   */
  async *read(after: number, limit = Infinity): AsyncGenerator<string, void> {
    this.#readers++;
    try {
      let seq = after;
      let left = limit;
      let quiet = false;
      while (left > 0 && seq + 1 >= this.oldest) {
        const lines = this.#after(seq, Math.min(PAGE, left));
        if (lines.length > 0) {
          seq += lines.length;
          left -= lines.length;
          quiet = false;
          yield `${lines.join("\n")}\n`;
        } else if (this.#ended) {
          return;
        } else if (!quiet) {
          quiet = true;
          yield "\n";
          if (after > this.#last) return;
        } else if (!(await this.#something())) {
          yield "\n";
        }
      }
    } finally {
      this.#readers--;
    }
  }

  #after(seq: number, limit: number): readonly string[] {
    if (seq >= this.#last) return [];
    const known = this.#last - this.#recent.length;
    return seq >= known
      ? this.#recent.slice(seq - known, seq - known + limit)
      : this.#store.eventLines(seq, Math.min(limit, this.#last - seq));
  }

  /** @returns whether something happened before it was time for a heartbeat */
  #something(): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleeping.delete(wake);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.#sleeping.delete(wake);
        resolve(false);
      }, this.#heartbeatMs);
      this.#sleeping.add(wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#sleeping]) wake();
  }
}
