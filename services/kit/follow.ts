import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type ConsumerMessages,
  type JsMsg,
} from "@nats-io/jetstream";
import type { Registry } from "prom-client";
import { nuid, type NatsConnection } from "@nats-io/nats-core";
import type { z } from "zod";
import type { Health } from "./health";
import type { Log } from "./log";
import { endWhenGone, PULLING } from "./pulling";
import { putAsideOf } from "./put-aside";

/** A message of a stream, in its place. */
export interface Followed<Value> {
  readonly subject: string;
  readonly value: Value;
  readonly seq: number;
}

/** What a state that was built from a stream has to remember of it, beside the sequence it has got to. */
export interface StreamFacts {
  /** Another one has the same name after the stream was removed and made again: its sequences mean other messages. */
  readonly created: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export interface FollowOptions<Value> {
  readonly nats: NatsConnection;
  readonly service: string;
  readonly stream: string;
  readonly subjects: readonly string[];
  /** The last sequence that the state holds; 0 begins with the oldest message. */
  readonly after: number;
  readonly schema: (subject: string) => z.ZodType<Value>;
  /** Called once for each message, in the order of the stream. Memory only: it cannot fail halfway and be repeated. */
  readonly handle: (message: Followed<Value>) => void;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Registry;
}

const NANOS = 1_000_000;
/** Silence for longer than this, and nobody knows whether there is something new. */
const SILENCE_MS = 5000;
const RETRY_MS = 500;

/** @throws when the server does not answer, or has no such stream */
export async function streamFacts(nats: NatsConnection, stream: string): Promise<StreamFacts> {
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const { created, state } = await manager.streams.info(stream);
  return { created, firstSeq: state.first_seq, lastSeq: state.last_seq };
}

/**
 * Reads a stream strictly in order from a place that the caller keeps with its own state, each message once. For state
 * that depends on the order (first in, first out) or is a sum: a durable consumer delivers again what was not
 * acknowledged, after later messages, so that state kept by it is not exact. Lost connections, gaps and restarts of
 * the server are mended by beginning again behind the last message.
 */
export class Follower<Value> {
  readonly #options: FollowOptions<Value>;
  readonly #putAside: () => void;
  #last: number;
  #created: string | undefined;
  #stopping = false;
  #replaced = false;
  #caughtUp = false;
  #missing = 0;
  #lag = 0;
  #heardAt = -Infinity;
  #trouble: string | undefined = "not reading yet";
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> | undefined;

  constructor(options: FollowOptions<Value>) {
    this.#options = options;
    this.#putAside = putAsideOf(options.metrics, options.stream);
    this.#last = options.after;
    const name = `follows ${options.stream}`;
    options.health.addReadiness({ name, check: () => this.assertCurrent() });
    options.health.addLiveness({
      name,
      check: () => {
        if (this.#replaced) throw new Error(this.#trouble);
      },
    });
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#messages?.stop();
    await this.#running;
  }

  /** The last message that was handled. */
  get last(): number {
    return this.#last;
  }

  /** Messages of its subjects that wait in the stream, as of the last one that came. */
  get lag(): number {
    return this.#lag;
  }

  /** Whether all that was in the stream when reading began is handled. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Whether all that was in the stream when reading began is handled, and the stream is still heard. */
  get current(): boolean {
    return this.#caughtUp && this.#trouble === undefined && performance.now() - this.#heardAt < SILENCE_MS;
  }

  /** @throws with what is wrong when it is not current */
  assertCurrent(): void {
    if (this.#trouble !== undefined) throw new Error(this.#trouble);
    if (!this.#caughtUp) throw new Error(`catching up, ${this.#missing} messages to go`);
    if (!this.current) throw new Error(`nothing heard of the stream for ${SILENCE_MS} ms`);
  }

  async #run(): Promise<void> {
    const { log, stream } = this.#options;
    while (!this.#stopping && !this.#replaced) {
      try {
        await this.#read();
        this.#trouble = "reading ended";
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error);
        if (!this.#stopping) log.warn({ stream, reason: this.#trouble }, "reading stopped, beginning again");
      }
      this.#messages?.stop();
      if (!this.#stopping) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  async #read(): Promise<void> {
    const { nats, service, stream, subjects } = this.#options;
    const manager = await jetstreamManager(nats, { checkAPI: false });
    const { created } = await manager.streams.info(stream);
    this.#created ??= created;
    if (this.#created !== created) {
      this.#replaced = true;
      throw new Error(`stream ${stream} was made anew at ${created}: the state has to be built anew`);
    }
    const info = await manager.consumers.add(stream, {
      name: `${service}-${nuid.next()}`,
      ack_policy: AckPolicy.None,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: this.#last + 1,
      filter_subjects: [...subjects],
      mem_storage: true,
      inactive_threshold: 30_000 * NANOS,
    });
    this.#missing = info.num_pending;
    this.#caughtUp = this.#missing === 0;
    this.#lag = info.num_pending;
    let place = 0;
    const messages = await jetstream(nats)
      .consumers.getConsumerFromInfo(info)
      .consume({
        ...PULLING,
        max_messages: 2000,
        callback: (message) => {
          if (this.#stopping || message.info.stream !== stream) return;
          if (message.info.deliverySequence !== ++place)
            throw new Error(`message ${place} of the reader is missing`);
          this.#take(message);
        },
      });
    this.#messages = messages;
    if (this.#stopping) messages.stop();
    this.#heardAt = performance.now();
    this.#trouble = undefined;
    void endWhenGone(messages, () => (this.#heardAt = performance.now()));
    const end = await messages.closed();
    if (end) throw end;
  }

  #take(message: JsMsg): void {
    const { subject, seq } = message;
    this.#heardAt = performance.now();
    const value = this.#parse(message);
    if (value !== undefined) this.#options.handle({ subject, seq, value });
    this.#last = seq;
    this.#lag = message.info.pending;
    if (!this.#caughtUp && --this.#missing <= 0) this.#caughtUp = true;
  }

  /** A message that breaks its contract is counted and put aside: it would block everything behind it for ever. */
  #parse(message: JsMsg): Value | undefined {
    const { subject, seq } = message;
    try {
      return this.#options.schema(subject).parse(message.json());
    } catch (error) {
      const { log, stream } = this.#options;
      log.error({ err: error, stream, subject, seq }, "not what its contract says, put aside");
      this.#putAside();
      return undefined;
    }
  }
}
