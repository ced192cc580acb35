import { setTimeout as wait } from "node:timers/promises";
import type { NatsConnectionImpl } from "@nats-io/nats-core/internal";
import { createInbox, millis, nanos, type Msg, type NatsConnection } from "@nats-io/nats-core";

/** A message as a reader of a stream gets it. */
export class Pulled {
  /** Place in the stream. */
  readonly seq: number;
  /** Place among all that this reader was given, from 1. */
  readonly delivery: number;
  readonly redelivered: boolean;
  /** When the stream took it, in milliseconds since 1970 UTC. */
  readonly at: number;
  /** Messages for this reader behind it. */
  readonly pending: number;
  readonly #message: Msg;

  /** @throws when it comes from no reader */
  constructor(message: Msg) {
    this.#message = message;
    // the server's reply subject: $JS.ACK.[<domain>.<account>.]<stream>.<consumer>.<times>.<seq>.<delivery>.<ns>.<pending>[.<random>]
    const tokens = (message.reply ?? "").split(".");
    if (tokens.length < 9 || tokens[0] !== "$JS" || tokens[1] !== "ACK")
      throw new Error(`${message.subject}: not from a reader of a stream (reply ${String(message.reply)})`);
    const from = tokens.length === 9 ? 4 : 6;
    const numbers = tokens.slice(from, from + 5).map(Number);
    const [times, seq, delivery, nanoseconds, pending] = numbers as [number, number, number, number, number];
    this.redelivered = times > 1;
    this.seq = seq;
    this.delivery = delivery;
    this.at = millis(nanoseconds);
    this.pending = pending;
  }

  get subject(): string {
    return this.#message.subject;
  }

  json(): unknown {
    return this.#message.json();
  }

  ack(): void {
    this.#message.respond("+ACK");
  }

  /** @param afterMs at once by default */
  again(afterMs?: number): void {
    this.#message.respond(afterMs === undefined ? "-NAK" : `-NAK {"delay":${nanos(afterMs)}}`);
  }

  /** It never comes again. */
  putAside(reason: string): void {
    this.#message.respond(`+TERM ${reason}`);
  }
}

export interface PullOptions {
  readonly nats: NatsConnection;
  readonly stream: string;
  readonly consumer: string;
  /** Messages of one turn. */
  readonly most: number;
  /** Turns are at least so far apart, in milliseconds; what comes alone waits for nothing. */
  readonly everyMs: number;
  /** What waited, oldest first. The next turn comes when it returns. */
  readonly take: (messages: readonly Pulled[]) => Promise<void> | void;
  /** One that came, and that nobody will take any more. */
  readonly leave?: (message: Pulled) => void;
  /** The server was heard: there is nothing new, or there is. */
  readonly onHeard?: () => void;
}

/** The server ends a question after so long, and says every second that it is there. */
const EXPIRES_MS = 10_000;
const HEARTBEAT_MS = 1000;
const SILENCE_MS = 2.5 * HEARTBEAT_MS;
/** Before the next question when there was nothing: a server with other questions to answer says so at once. */
const NOTHING_MS = 50;
/** For what is on its way when reading ends; without a connection nothing is. */
const LAST_MS = 500;

/**
 * Reads a consumer in turns: the server is asked for all that waits, or for the next message when nothing does. Between
 * two turns nobody is woken, neither here nor in the server, whatever the stream takes meanwhile: one message costs
 * both of them about as much as a hundred together.
 *
 * A question is `no_wait` with an expiry: answered with what is there as soon as there is something (NATS 2.10,
 * consumer.go, processNextMsgRequest). The client library's own readers ask for messages one by one as they come.
 */
export class Pulls {
  readonly #options: PullOptions;
  readonly #inbox: string;
  #question = 0;
  #asking = false;
  #messages: Pulled[] = [];
  #heardAt = -Infinity;
  #stopping = false;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(options: PullOptions) {
    this.#options = options;
    // of the user's own: nobody else may hear there
    const { options: connection } = options.nats as NatsConnectionImpl;
    this.#inbox = createInbox(connection.inboxPrefix);
  }

  /** What is being handled ends in order; what comes after this comes again. */
  stop(): void {
    this.#stopping = true;
    this.#wake();
  }

  /**
   * @returns when it was stopped
   * @throws when nobody delivers any more: no such consumer, a lost connection, a silent server; and what `take` throws
   */
  async run(): Promise<void> {
    const { nats, everyMs, take } = this.#options;
    const subscription = nats.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => {
        if (error) this.#fail(error);
        else this.#hear(message);
      },
    });
    const watch = setInterval(() => this.#watch(), HEARTBEAT_MS / 2);
    const statuses = this.#followConnection();
    try {
      while (!this.#stopping) {
        const messages = await this.#ask();
        const next = performance.now() + (messages.length > 0 ? everyMs : NOTHING_MS);
        if (messages.length > 0) await take(messages);
        await this.#rest(next - performance.now());
      }
    } finally {
      this.#stopping = true;
      clearInterval(watch);
      statuses.stop();
      if (!nats.isClosed())
        await Promise.race([
          subscription.drain().catch(() => undefined),
          wait(LAST_MS, undefined, { ref: false }),
        ]);
    }
  }

  /** @returns what waited; nothing when there was nothing until the question expired, or when it is over */
  async #ask(): Promise<readonly Pulled[]> {
    const { nats, stream, consumer, most } = this.#options;
    if (this.#failure) throw this.#failure;
    const question = ++this.#question;
    this.#messages = [];
    this.#asking = true;
    this.#heardAt = performance.now();
    nats.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
      JSON.stringify({
        batch: most,
        no_wait: true,
        // the first one is answered at once: whether there is such a reader is known then
        ...(question === 1 ? {} : { expires: nanos(EXPIRES_MS), idle_heartbeat: nanos(HEARTBEAT_MS) }),
      }),
      { reply: `${this.#inbox}.${question}` },
    );
    while (this.#asking && !this.#stopping && !this.#failure) await this.#interrupted();
    if (this.#failure) {
      if (!nats.isClosed()) this.#messages.forEach((message) => this.#options.leave?.(message));
      throw this.#failure;
    }
    return this.#messages;
  }

  async #rest(ms: number): Promise<void> {
    if (ms <= 0 || this.#stopping || this.#failure) return;
    const timer = setTimeout(() => this.#wake(), ms);
    await this.#interrupted();
    clearTimeout(timer);
  }

  /** @returns when something has changed */
  #interrupted(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve));
  }

  #hear(message: Msg): void {
    this.#heardAt = performance.now();
    if (message.subject.startsWith(this.#inbox)) {
      this.#hearStatus(message);
      return;
    }
    const pulled = new Pulled(message);
    if (this.#stopping || this.#failure) {
      this.#options.leave?.(pulled);
      return;
    }
    this.#options.onHeard?.();
    this.#messages.push(pulled);
    if (this.#messages.length === this.#options.most) this.#answered();
  }

  #hearStatus(message: Msg): void {
    const { code = 0, description = "" } = message.headers ?? {};
    if (message.subject !== `${this.#inbox}.${this.#question}`) return;
    switch (code) {
      case 100:
        this.#options.onHeard?.();
        return;
      // expired, or answered with what there was
      case 404:
      case 408:
        this.#options.onHeard?.();
        this.#answered();
        return;
      case 503:
        this.#fail(new Error(`the server has no ${this.#options.consumer} of ${this.#options.stream}`));
        return;
      default:
        this.#fail(new Error(`the server says ${code} ${description}`));
    }
  }

  #answered(): void {
    this.#asking = false;
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  #watch(): void {
    if (this.#asking && performance.now() - this.#heardAt > SILENCE_MS)
      this.#fail(new Error(`nothing heard of the server for ${SILENCE_MS} ms`));
  }

  /** A question is gone with its connection. */
  #followConnection(): { readonly stop: () => void } {
    // a queue, of which the client's types show one half
    const statuses = this.#options.nats.status() as ReturnType<NatsConnection["status"]> & {
      stop: () => void;
    };
    void (async () => {
      for await (const { type } of statuses)
        if (type === "disconnect" || type === "close") this.#fail(new Error("the connection was lost"));
    })();
    return statuses;
  }
}
