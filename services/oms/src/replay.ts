import { DeliverPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { Log } from "../../kit";

/** A stream as the server has it. */
export interface StreamFacts {
  /** When it was made: another one of the same name is another log. */
  readonly created: string;
  readonly last: number;
}

/** @throws when the server does not say in time */
export async function factsOf(nats: NatsConnection, stream: string): Promise<StreamFacts> {
  const manager = await jetstreamManager(nats, { checkAPI: false });
  const { created, state } = await manager.streams.info(stream);
  return { created, last: state.last_seq };
}

export interface ReplayOptions {
  readonly nats: NatsConnection;
  readonly stream: string;
  readonly subjects: readonly string[];
  /** The first message to read. */
  readonly from: number;
  readonly log: Log;
  readonly take: (subject: string, records: readonly unknown[]) => Promise<void>;
}

/** No message for so long while there are some to come: begin again. */
const SILENCE_MS = 10_000;

/**
 * Reads a stream in its order up to where it ends now.
 *
 * @returns messages read
 * @throws when the connection is lost for long
 */
export async function replay(options: ReplayOptions): Promise<number> {
  const { nats, stream, subjects, from, log, take } = options;
  const consumer = await jetstream(nats).consumers.get(stream, {
    filter_subjects: [...subjects],
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: Math.max(1, from),
  });
  const { num_pending } = await consumer.info();
  if (num_pending === 0) return 0;
  const messages = await consumer.consume({ max_messages: 200, expires: SILENCE_MS });
  let heard = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - heard > 2 * SILENCE_MS) messages.stop(new Error(`${stream}: nothing heard`));
  }, 1000);
  let read = 0;
  try {
    for await (const message of messages) {
      const records = recordsOf(message.string());
      if (records) await take(message.subject, records);
      else log.error({ stream, seq: message.seq }, "no list of records, passed over");
      read++;
      heard = Date.now();
      if (message.info.pending === 0) return read;
    }
    throw new Error(`${stream}: reading ended after ${read} of ${num_pending} messages`);
  } finally {
    clearInterval(watch);
    messages.stop();
    await consumer.delete().catch(() => undefined);
  }
}

function recordsOf(text: string): readonly unknown[] | undefined {
  try {
    const records: unknown = JSON.parse(text);
    return Array.isArray(records) ? records : undefined;
  } catch {
    return undefined;
  }
}
