/**
 * Up to where everything in a stream is known, for its only writer. What was handed over and is not acknowledged may
 * lie anywhere behind what was acknowledged when it was handed over.
 */
export class Watermark {
  #acknowledged = 0;
  /** By record, in the order in which they were handed over: the first has the lowest place. */
  readonly #floors = new Map<number, number>();
  #records = 0;

  begin(): number {
    this.#floors.set(++this.#records, this.#acknowledged);
    return this.#records;
  }

  end(record: number, sequence: number): void {
    this.#floors.delete(record);
    this.reach(sequence);
  }

  /** Everything up to there has been read. */
  reach(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
  }

  /** The stream is another one. */
  reset(sequence: number): void {
    this.#acknowledged = sequence;
  }

  get value(): number {
    for (const floor of this.#floors.values()) return floor;
    return this.#acknowledged;
  }
}
