import type { NatsConnection } from "@nats-io/nats-core";
import type { Log } from "../../kit";
import { Publisher } from "../../kit";
import { recordOf, said as subjectOf, type Record, type Said, type Subject } from "./domain/said";
import type { Entry, Tail } from "./entry";
import { Watermark } from "./watermark";

/** Who writes what was acknowledged into the projection. */
export type Logged = (entry: Entry, said: Said) => void;

/** How far the streams are known. */
export interface Places {
  readonly orders: number;
  readonly fills: number;
}

/**
 * The writer of the log. What is said is said until the stream has it: whoever waits may stop waiting, the record goes
 * on under its id. The changes of one order reach the streams in their order, those of different orders go together.
 */
export class Journal {
  readonly #publishers: ReadonlyMap<Subject, Publisher<Record>>;
  readonly #logged: Logged;
  readonly orders = new Watermark();
  readonly fills = new Watermark();
  /** When each change that waits was said, the oldest first. */
  readonly #waiting = new Set<{ readonly since: number }>();

  constructor(options: { readonly nats: NatsConnection; readonly log: Log; readonly logged: Logged }) {
    const { nats, log } = options;
    this.#logged = options.logged;
    this.#publishers = new Map(
      (Object.keys(subjectOf) as Subject[]).map((subject) => [
        subject,
        new Publisher<Record>({ nats, log, subject: subjectOf[subject], deadlineMs: Infinity }),
      ]),
    );
  }

  /** Records that the streams do not have yet. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How long the oldest of them has waited, in milliseconds. */
  get waitedMs(): number {
    for (const { since } of this.#waiting) return performance.now() - since;
    return 0;
  }

  get places(): Places {
    return { orders: this.orders.value, fills: this.fills.value };
  }

  /**
   * @param after what the stream must have before
   * @returns when the stream has it
   * @throws when the connection was closed for good
   */
  say(entry: Entry, said: Said, after?: Promise<void>): Promise<void> {
    const waiting = { since: performance.now() };
    this.#waiting.add(waiting);
    const before = entry.tail;
    const behind = before && !(before.sent && before.subject === said.subject) ? before.done : undefined;
    const sent = behind === undefined && after === undefined;
    const done = sent
      ? this.#publish(entry, said)
      : Promise.all([behind, after]).then(() => {
          tail.sent = true;
          return this.#publish(entry, said);
        });
    const tail: Tail = { subject: said.subject, done, sent };
    entry.tail = tail;
    const settle = (): void => {
      this.#waiting.delete(waiting);
      if (entry.tail === tail) entry.tail = undefined;
    };
    // who closes the connection has stopped waiting
    void done.then(settle, settle);
    return done;
  }

  /** @returns whether the streams have everything */
  async drain(deadlineMs: number): Promise<boolean> {
    const deadline = performance.now() + deadlineMs;
    while (this.waiting > 0 && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return this.waiting === 0;
  }

  async #publish(entry: Entry, said: Said): Promise<void> {
    const publisher = this.#publishers.get(said.subject);
    if (!publisher) throw new Error(`nobody writes to ${said.subject}`);
    const watermark = said.subject === "confirmed" ? this.fills : this.orders;
    const record = watermark.begin();
    const { order_id, version } = said.order;
    const sequence = await publisher.place(recordOf(said), `${order_id}@${version}`);
    // in one go: the projection never says that it holds what it does not
    if (said.subject !== "confirmed") entry.saidAt = Date.now();
    this.#logged(entry, said);
    watermark.end(record, sequence);
  }
}
