import { DeliverPolicy, jetstream } from "@nats-io/jetstream";
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import { patterns, subjects } from "../../contracts";
import type { Log } from "../../kit";
import { streamFacts } from "../../kit/follow";
import type { Hub } from "./hub";
import {
  ofAlerts,
  ofBars,
  ofConfirmed,
  ofControl,
  ofMetrics,
  ofOrders,
  ofPending,
  ofPnl,
  ofPosition,
  ofTicks,
  type News,
} from "./news";

/** Messages with fills that are read again at the start, or after a lost connection. */
const FILLS_AGAIN = 1000;
const RETRY_MS = 1000;

type Read = (value: unknown) => readonly News[];

/**
 * From the bus to the channels. It hears the subjects themselves, which is quick and keeps nothing on the server; what
 * was said while it was not listening it gets from the streams where the last message of a subject says it all (quotes,
 * bars) or the last few do (fills), and from the services that own the state for the rest.
 */
export class Bus {
  readonly #nats: NatsConnection;
  readonly #hub: Hub;
  readonly #log: Log;
  /** Fills that come while older ones are read again: told after those. */
  #held: News[] | undefined;
  #catchingUp: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #ready = false;

  constructor(nats: NatsConnection, hub: Hub, log: Log) {
    this.#nats = nats;
    this.#hub = hub;
    this.#log = log;
  }

  /** @throws until it has what was so before it listened */
  check(): void {
    if (!this.#ready) throw new Error("what was said before is not read yet");
  }

  start(): void {
    const { orders } = subjects;
    this.#hear(patterns.ticks, ofTicks);
    this.#hear(patterns.bars, ofBars);
    this.#hear(orders.pending, ofPending);
    for (const subject of Object.values(orders))
      if (subject !== orders.pending) this.#hear(subject, ofOrders);
    this.#hear(subjects.fills.confirmed, ofConfirmed);
    this.#hear(subjects.positionsUpdated, (value) => [ofPosition(value)]);
    this.#hear(subjects.pnlUpdate, (value) => [ofPnl(value)]);
    this.#hear(subjects.risk.alert, ofAlerts);
    this.#hear(subjects.risk.metrics, ofMetrics);
    this.#hear(subjects.control.halt, (value) => [ofControl(value)]);
    this.#hear(subjects.control.resume, (value) => [ofControl(value)]);
    void this.#watch();
    this.#catchUp();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#catchingUp;
  }

  #hear(subject: string, read: Read): void {
    this.#nats.subscribe(subject, { callback: (error, message) => this.#take(error, message, read) });
  }

  #take(error: Error | null, message: Msg, read: Read): void {
    try {
      if (error) throw error;
      for (const news of read(message.json())) {
        if (this.#held && news.channel.kind === "fills") this.#held.push(news);
        else this.#tell(news);
      }
    } catch (failure) {
      this.#log.error({ err: failure, subject: message.subject }, "not what its contract says, left out");
    }
  }

  #tell({ channel, change }: News): void {
    // an account's orders, positions and sums are fetched when somebody looks; until then they are nobody's news
    const fetched = channel.account !== undefined && channel.kind !== "fills";
    if (fetched || channel.kind === "risk") this.#hub.publishIfOpen(channel, change);
    else this.#hub.publish(channel, change);
  }

  /** After a connection was lost, nobody knows what was missed. */
  async #watch(): Promise<void> {
    for await (const status of this.#nats.status())
      if (status.type === "reconnect") {
        this.#hub.reload();
        this.#catchUp();
      }
  }

  #catchUp(): void {
    this.#again = true;
    this.#catchingUp ??= this.#catchUpAll().finally(() => (this.#catchingUp = undefined));
  }

  async #catchUpAll(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      this.#held ??= [];
      try {
        await this.#replay(
          "MARKET",
          [patterns.ticks],
          { deliver_policy: DeliverPolicy.LastPerSubject },
          ofTicks,
        );
        await this.#replay(
          "MARKET",
          [patterns.bars],
          { deliver_policy: DeliverPolicy.LastPerSubject },
          ofBars,
        );
        await this.#fills();
        this.#ready = true;
        const held = this.#held;
        this.#held = undefined;
        held.forEach((news) => this.#tell(news));
      } catch (error) {
        this.#log.warn({ reason: (error as Error).message }, "not read again yet, trying again");
        this.#again = true;
        if (!this.#stopped) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #fills(): Promise<void> {
    const { firstSeq, lastSeq } = await streamFacts(this.#nats, "FILLS");
    if (lastSeq === 0) return;
    const opt_start_seq = Math.max(1, firstSeq, lastSeq - FILLS_AGAIN + 1);
    const from = { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq };
    await this.#replay("FILLS", [subjects.fills.confirmed], from, (value) =>
      ofConfirmed(value).filter(({ channel }) => channel.kind === "fills"),
    );
  }

  async #replay(
    stream: string,
    filter_subjects: string[],
    from: { readonly deliver_policy: DeliverPolicy; readonly opt_start_seq?: number },
    read: Read,
  ): Promise<void> {
    const consumer = await jetstream(this.#nats).consumers.get(stream, { filter_subjects, ...from });
    for (let more = true; more && !this.#stopped;) {
      more = false;
      for await (const message of await consumer.fetch({ max_messages: 500, expires: 1000 })) {
        more = message.info.pending > 0;
        try {
          read(message.json()).forEach((news) => this.#tell(news));
        } catch (error) {
          this.#log.error({ err: error, subject: message.subject }, "not what its contract says, left out");
        }
        if (!more) break;
      }
    }
    await consumer.delete();
  }
}
