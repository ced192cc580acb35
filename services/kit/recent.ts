/**
 * The last so many ids, to know a repetition by. What was added since {@link takeFresh} was last called is told apart,
 * for a store that keeps them.
 */
export class RecentIds {
  readonly #ids = new Set<string>();
  #fresh: string[] = [];

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.#ids.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** @returns whether it is new */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false;
    this.#ids.add(id);
    this.#fresh.push(id);
    if (this.#ids.size > this.capacity) this.#dropOldest();
    return true;
  }

  /** Oldest first. */
  values(): readonly string[] {
    return [...this.#ids];
  }

  takeFresh(): readonly string[] {
    const fresh = this.#fresh;
    this.#fresh = [];
    return fresh;
  }

  #dropOldest(): void {
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
