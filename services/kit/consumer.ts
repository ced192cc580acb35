import type { Registry } from "prom-client";
import { jetstream, type ConsumerMessages, type JsMsg } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { z } from "zod";
import { consumers } from "../contracts/consumers";
import type { Health } from "./health";
import type { Log } from "./log";
import { Pace } from "./pace";
import { endWhenGone, PULLING } from "./pulling";
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
   * Messages are handled at most so often, in milliseconds: for what is costly each time. What is alone waits for
   * nothing.
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
  #messages: ConsumerMessages | undefined;
  #queue: JsMsg[] = [];
  #arrived: () => void = () => undefined;

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
    this.#messages?.stop();
    this.#arrived();
  }

  async run(): Promise<void> {
    const { log, consumer } = this.#options;
    while (!this.#stopping) {
      try {
        await this.#open();
        this.#trouble = undefined;
        await this.#work();
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        log.warn({ consumer, reason: this.#trouble }, "reading stopped, beginning again");
      }
      this.#messages?.stop();
      this.#giveBack(this.#queue.splice(0));
      if (!this.#stopping) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #open(): Promise<void> {
    const { nats, consumer, limit = 256 } = this.#options;
    const handle = await jetstream(nats).consumers.get(this.#stream, consumer);
    this.#messages = await handle.consume({
      ...PULLING,
      max_messages: Math.max(2, 2 * limit),
      callback: (message) => {
        this.#queue.push(message);
        this.#arrived();
      },
    });
    void endWhenGone(this.#messages);
  }

  async #work(): Promise<void> {
    const { limit = 256, everyMs = 0 } = this.#options;
    const pace = new Pace(everyMs);
    const closed = this.#messages?.closed() ?? Promise.resolve();
    let ended: Error | undefined;
    void closed.then((reason) => {
      ended = reason ?? new Error("the consumer is gone");
      this.#arrived();
    });
    while (!this.#stopping) {
      if (this.#queue.length === 0) {
        if (ended) throw ended;
        await new Promise<void>((resolve) => (this.#arrived = resolve));
        continue;
      }
      if (this.#queue.length < limit) await pace.turn();
      await this.#take(this.#queue.splice(0, limit));
    }
  }

  async #take(messages: readonly JsMsg[]): Promise<void> {
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
      good.forEach(({ message }) => message.nak(RETRY_MS));
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return;
    }
    good.forEach(({ message }) => message.ack());
  }

  /** What waits comes again at once, and not when its time to be acknowledged is over. */
  #giveBack(messages: readonly JsMsg[]): void {
    if (!this.#options.nats.isClosed()) messages.forEach((message) => message.nak());
  }

  #read(message: JsMsg): Delivered<Value> | undefined {
    const { log, consumer, schema } = this.#options;
    const { subject, seq, redelivered, time } = message;
    try {
      return { subject, seq, redelivered, at: time.getTime(), value: schema(subject).parse(message.json()) };
    } catch (error) {
      log.error({ err: error, consumer, subject, seq }, "not what its contract says, put aside");
      this.#putAside();
      message.term("not what its contract says");
      return undefined;
    }
  }
}
