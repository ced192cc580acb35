/** What can be committed: {@link commit} returns when it is durable. */
export interface Committable {
  readonly dirty: () => boolean;
  /** @throws when it could not */
  readonly commit: () => void;
}

interface Waiting {
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** The venue cannot store what it did: what it has in memory may not be told to anybody. */
export class NotDurableError extends Error {
  override readonly name = "NotDurableError";

  constructor(cause: unknown) {
    super(`not stored: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/**
 * Group commit: what is done in one turn of the event loop is stored in one transaction at its end, and answered
 * after that. While a commit holds the loop, requests pile up for the next one, so that their number follows the load.
 *
 * After a failure everything is refused, and `onFailure` is to end the process: the next one begins with what is stored.
 */
export class GroupCommit {
  readonly #target: Committable;
  readonly #onFailure: (error: NotDurableError) => void;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #failure: NotDurableError | undefined;

  constructor(target: Committable, onFailure: (error: NotDurableError) => void) {
    this.#target = target;
    this.#onFailure = onFailure;
  }

  /** Does it now. @returns its result, when it is durable */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#failure) return reject(this.#failure);
      try {
        const value = work();
        this.#waiting.push({ done: () => resolve(value), failed: reject });
        this.#schedule();
      } catch (error) {
        // half of it may have been done
        reject(this.#fail(error));
      }
    });
  }

  /** Does what nobody waits for. */
  act(work: () => void): void {
    if (this.#failure) return;
    try {
      work();
      if (this.#target.dirty()) this.#schedule();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @returns when what was done before is durable: only then may it be shown */
  settled(): Promise<void> {
    return this.run(() => undefined);
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#commit());
  }

  #commit(): void {
    this.#scheduled = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    if (this.#failure) return;
    try {
      if (this.#target.dirty()) this.#target.commit();
    } catch (error) {
      const failure = this.#fail(error);
      waiting.forEach(({ failed }) => failed(failure));
      return;
    }
    waiting.forEach(({ done }) => done());
  }

  #fail(error: unknown): NotDurableError {
    this.#failure ??= new NotDurableError(error);
    const failure = this.#failure;
    this.#waiting.splice(0).forEach(({ failed }) => failed(failure));
    this.#onFailure(failure);
    return failure;
  }
}
