/** Closed while the state is read from the streams: what is decided then could be wrong. */
export class Gate {
  #reason: string | undefined = "the orders are not read yet";
  #opened: Promise<void>;
  #open: () => void = () => undefined;
  #inside = 0;

  constructor() {
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** Why it is closed; undefined when it is open. */
  get closed(): string | undefined {
    return this.#reason;
  }

  /** @throws with what it is closed for */
  assertOpen(): void {
    if (this.#reason !== undefined) throw new Error(this.#reason);
  }

  open(): void {
    this.#reason = undefined;
    this.#open();
  }

  close(reason: string): void {
    if (this.#reason === undefined) this.#opened = new Promise((resolve) => (this.#open = resolve));
    this.#reason = reason;
  }

  /** Waits until it is open, and keeps it from being seen as empty until the work is done. */
  async through<Result>(work: () => Promise<Result>): Promise<Result> {
    while (this.#reason !== undefined) await this.#opened;
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
    }
  }

  /** @returns when everything that had begun before it was closed is done */
  async empty(): Promise<void> {
    while (this.#inside > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
