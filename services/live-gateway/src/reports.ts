import type { NatsConnection } from "@nats-io/nats-core";
import type { VenueReport } from "../../contracts/execution";
import type { Fill } from "../../contracts/messages";
import { subjects } from "../../contracts/subjects";
import { Publisher, type Log } from "../../kit";
import type { GatewayStore } from "./store";

/** What this gateway says to the platform. */
export interface Reports {
  report(report: VenueReport): Promise<void>;
  fill(fill: Fill): Promise<void>;
  /** Says what waits in the store, in its order. @throws when the bus does not take it */
  flushOutbox(): Promise<void>;
}

export class BusReports implements Reports {
  readonly #reports: Publisher<VenueReport>;
  readonly #fills: Publisher<Fill>;
  readonly #others = new Map<string, Publisher<unknown>>();
  readonly #nats: NatsConnection;
  readonly #store: GatewayStore;
  readonly #log: Log;
  #flushing: Promise<void> | undefined;

  constructor(nats: NatsConnection, store: GatewayStore, log: Log) {
    this.#nats = nats;
    this.#store = store;
    this.#log = log;
    this.#reports = new Publisher({ nats, subject: subjects.venueReport, log });
    this.#fills = new Publisher({ nats, subject: subjects.fills.execution, log });
  }

  report(report: VenueReport): Promise<void> {
    return this.#reports.publish(report, report.report_id);
  }

  fill(fill: Fill): Promise<void> {
    return this.#fills.publish(fill, fill.fill_id);
  }

  flushOutbox(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined));
    return this.#flushing;
  }

  async #flush(): Promise<void> {
    for (;;) {
      const entries = this.#store.outbox(100);
      if (entries.length === 0) return;
      for (const { id, subject, message_id, record } of entries) {
        await this.#publisher(subject).publish(JSON.parse(record), message_id);
        this.#store.said(id);
      }
    }
  }

  #publisher(subject: string): Publisher<unknown> {
    const known = this.#others.get(subject);
    if (known) return known;
    const made = new Publisher<unknown>({ nats: this.#nats, subject, log: this.#log });
    this.#others.set(subject, made);
    return made;
  }
}
