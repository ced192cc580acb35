import type { Registry } from "prom-client";
import type { NatsConnection } from "@nats-io/nats-core";
import type { z } from "zod";
import { consumers } from "../contracts/consumers";
import type { Health } from "./health";
import type { Log } from "./log";
import { Pulls, type Pulled } from "./pulling";
import { putAsideOf } from "./put-aside";

/** A message of a stream, read. */
export interface Delivered<Value> {
  readonly subject: string;
  readonly value: Value;
  /** Place in the stream. */
  readonly seq: number;
  readonly redelivered: boolean;
  /** When the stream took it, in milliseconds since 1970 UTC. */
  readonly at: number;
}

export interface ConsumeOptions<Value> {
  readonly nats: NatsConnection;
  /** Name in contracts/consumers.ts. */
  readonly consumer: string;
  /** Reads the JSON of a message, by its subject. @throws when it is not what the contract says */
  readonly schema: (subject: string) => z.ZodType<Value>;
  /**
   * What waits, oldest first and at most `limit` messages. Acknowledged when it returns; when it throws, all of it
   * comes again: it must be harmless to see a message twice.
   */
  readonly handle: (messages: readonly Delivered<Value>[]) => Promise<void> | void;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Registry;
  /** @default 256 */
  readonly limit?: number;
  /**
   * Messages are asked for at most so often, in milliseconds, and come together: for what nobody waits for. What is
   * alone waits for nothing.
   * @default 0
   */
  readonly everyMs?: number;
}

export interface Consumption {
  /** Takes nothing new, and returns when what was begun is acknowledged. */
  readonly stop: () => Promise<void>;
}

const RETRY_MS = 500;

/**
 * Reads a durable consumer for as long as the service runs, over lost connections and restarts of the server. A message
 * that is not what its contract says is logged, counted and put aside: it would block everything behind it for ever.
 */
export function consume<Value>(options: ConsumeOptions<Value>): Consumption {
  const definition = consumers.find(({ name }) => name === options.consumer);
  if (!definition) throw new Error(`no consumer ${options.consumer} in the contracts`);
  const reader = new Reader(options, definition.stream);
  options.health.addReadiness({ name: `consumer ${options.consumer}`, check: () => reader.check() });
  const running = reader.run();
  return {
    stop: async () => {
      reader.stop();
      await running;
    },
  };
}

class Reader<Value> {
  readonly #options: ConsumeOptions<Value>;
  readonly #stream: string;
  readonly #putAside: () => void;
  #stopping = false;
  #trouble: string | undefined = "not reading yet";
  #pulls: Pulls | undefined;

  constructor(options: ConsumeOptions<Value>, stream: string) {
    this.#options = options;
    this.#stream = stream;
    this.#putAside = putAsideOf(options.metrics, stream);
  }

  check(): void {
    if (this.#trouble !== undefined) throw new Error(this.#trouble);
  }

  stop(): void {
    this.#stopping = true;
    this.#pulls?.stop();
  }

  async run(): Promise<void> {
    const { nats, log, consumer, limit = 256, everyMs = 0 } = this.#options;
    while (!this.#stopping) {
      this.#pulls = new Pulls({
        nats,
        stream: this.#stream,
        consumer,
        most: limit,
        everyMs,
        onHeard: () => (this.#trouble = undefined),
        take: (messages) => this.#take(messages),
        // at once, and not when its time to be acknowledged is over
        leave: (message) => message.again(),
      });
      try {
        await this.#pulls.run();
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        log.warn({ consumer, reason: this.#trouble }, "reading stopped, beginning again");
      }
      if (!this.#stopping) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #take(messages: readonly Pulled[]): Promise<void> {
    const good = messages.flatMap((message) => {
      const read = this.#read(message);
      return read ? [{ message, read }] : [];
    });
    if (good.length === 0) return;
    try {
      await this.#options.handle(good.map(({ read }) => read));
    } catch (error) {
      const { log, consumer } = this.#options;
      log.error({ err: error, consumer, messages: good.length }, "not handled, will come again");
      good.forEach(({ message }) => message.again(RETRY_MS));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return;
    }
    good.forEach(({ message }) => message.ack());
  }

  #read(message: Pulled): Delivered<Value> | undefined {
    const { log, consumer, schema } = this.#options;
    const { subject, seq, redelivered, at } = message;
    try {
      return { subject, seq, redelivered, at, value: schema(subject).parse(message.json()) };
    } catch (error) {
      log.error({ err: error, consumer, subject, seq }, "not what its contract says, put aside");
      this.#putAside();
      message.putAside("not what its contract says");
      return undefined;
    }
  }
}
