import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { MAX_BATCH } from "../contracts/batch";
import type { Log } from "./log";

/** Nobody knows whether the record is in the stream: say it again under the same id, or ask the stream. */
export class OutcomeUnknownError extends Error {
  override readonly name = "OutcomeUnknownError";

  constructor(
    readonly subject: string,
    readonly reason: string,
  ) {
    super(`${subject}: not acknowledged (${reason})`);
  }
}

export interface PublisherOptions {
  readonly nats: NatsConnection;
  readonly subject: string;
  readonly log: Log;
  /**
   * How long a batch is tried again under its message id before its records are reported as unknown; shorter than
   * the stream's deduplication window, so that a repetition is recognised.
   * @default 5000
   */
  readonly deadlineMs?: number;
}

interface Waiting<Record> {
  readonly record: Record;
  readonly id: string;
  readonly done: (sequence: number) => void;
  readonly failed: (error: Error) => void;
}

/** Bytes of a message, with room for its headers below the bus's 1 MB. */
const MAX_BYTES = 768 * 1024;
const ATTEMPT_MS = 1500;

/**
 * Group commit. What is said while a message is on its way to the stream goes together in the next one, in the order
 * of the calls: alone it waits for nothing, under load hundreds of records share one acknowledgement.
 */
export class Publisher<Record> {
  readonly #options: PublisherOptions;
  readonly #stream;
  #queue: Waiting<Record>[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#stream = jetstream(options.nats);
  }

  /** Records that wait, or are on their way. */
  get pending(): number {
    return this.#queue.length;
  }

  /**
   * @param id of this record and version, for ever: the stream recognises a repetition by it
   * @returns when the stream has acknowledged the record
   * @throws {OutcomeUnknownError} after the deadline, or when the connection was closed for good
   */
  async publish(record: Record, id: string): Promise<void> {
    await this.place(record, id);
  }

  /** As {@link publish}. @returns the place of the record in the stream */
  place(record: Record, id: string): Promise<number> {
    return new Promise((done, failed) => {
      this.#queue.push({ record, id, done, failed });
      this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
    });
  }

  /** @returns when nothing waits any more */
  async drain(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  async #send(): Promise<void> {
    // the records of one turn of the event loop go together
    await undefined;
    while (this.#queue.length > 0) {
      const { batch, payload } = takeBatch(this.#queue);
      this.#queue = this.#queue.slice(batch.length);
      try {
        const sequence = await this.#store(batch, payload);
        batch.forEach(({ done }) => done(sequence));
      } catch (error) {
        batch.forEach(({ failed }) => failed(error as Error));
      }
    }
  }

  async #store(batch: readonly Waiting<Record>[], payload: string): Promise<number> {
    const { nats, subject, log, deadlineMs = 5000 } = this.#options;
    const msgID = `${batch[0]?.id ?? ""}+${batch.length}`;
    const deadline = performance.now() + deadlineMs;
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#stream.publish(subject, payload, { msgID, timeout: ATTEMPT_MS })).seq;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (nats.isClosed() || performance.now() + 100 >= deadline)
          throw new OutcomeUnknownError(subject, reason);
        log.warn(
          { subject, attempt, records: batch.length, reason },
          "not acknowledged yet, saying it again",
        );
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }
}

function takeBatch<Record>(queue: readonly Waiting<Record>[]): {
  readonly batch: readonly Waiting<Record>[];
  readonly payload: string;
} {
  const texts: string[] = [];
  let bytes = 2;
  for (const { record } of queue.slice(0, MAX_BATCH)) {
    const text = JSON.stringify(record);
    bytes += Buffer.byteLength(text) + 1;
    if (texts.length > 0 && bytes > MAX_BYTES) break;
    texts.push(text);
  }
  return { batch: queue.slice(0, texts.length), payload: `[${texts.join(",")}]` };
}
