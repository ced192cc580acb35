import { Counter, type Registry } from "prom-client";
import type { NatsConnection } from "@nats-io/nats-core";
import { subjects, type Tick } from "../../contracts";
import { Publisher, type Log } from "../../kit";

export interface TickPublisherOptions {
  readonly nats: NatsConnection;
  readonly log: Log;
  readonly metrics: Registry;
  /**
   * Ticks of one symbol that may wait for the stream. Those that come on top are dropped: a price is worth nothing by
   * the time a long queue is through.
   * @default 2000
   */
  readonly maxPending?: number;
}

/**
 * Ticks to the stream, the due ones of a symbol together in one message. Whoever listens to the subject itself hears
 * the same message at once.
 */
export class TickPublisher {
  readonly #options: TickPublisherOptions;
  readonly #publishers = new Map<string, Publisher<Tick>>();
  readonly #ticks: Counter<"venue" | "outcome">;
  #complained = false;

  constructor(options: TickPublisherOptions) {
    this.#options = options;
    this.#ticks = new Counter({
      name: "market_data_gateway_ticks_total",
      help: "Ticks by venue, and whether they were stored, dropped before, or nobody knows.",
      labelNames: ["venue", "outcome"],
      registers: [options.metrics],
    });
  }

  publish(ticks: readonly Tick[]): void {
    for (const tick of ticks) {
      const publisher = this.#publisherOf(tick.symbol);
      if (publisher.pending >= (this.#options.maxPending ?? 2000))
        this.#ticks.inc({ venue: tick.venue, outcome: "dropped" });
      else void this.#send(publisher, tick);
    }
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#publishers.values()].map((publisher) => publisher.drain()));
  }

  async #send(publisher: Publisher<Tick>, tick: Tick): Promise<void> {
    const { venue, symbol, source_seq } = tick;
    try {
      await publisher.publish(tick, `${venue}:${symbol}:${source_seq}`);
      this.#ticks.inc({ venue, outcome: "stored" });
      this.#complained = false;
    } catch (error) {
      this.#ticks.inc({ venue, outcome: "unknown" });
      // one line for an outage, not one for each tick
      if (!this.#complained)
        this.#options.log.error({ err: error, symbol }, "ticks are not acknowledged by the stream");
      this.#complained = true;
    }
  }

  #publisherOf(symbol: string): Publisher<Tick> {
    const known = this.#publishers.get(symbol);
    if (known) return known;
    const { nats, log } = this.#options;
    const made = new Publisher<Tick>({ nats, log, subject: subjects.tick(symbol) });
    this.#publishers.set(symbol, made);
    return made;
  }
}
