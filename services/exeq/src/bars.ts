import { DeliverPolicy, jetstream, type ConsumerMessages } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { z } from "zod";
import { bar } from "../../contracts/messages";
import { batchOf } from "../../contracts/batch";
import type { Log } from "../../kit";
import type { VolumeProfiles } from "./profile";

const bars = z.union([batchOf(bar), bar.transform((one) => [one])]);
/** One token for the symbol: the 1m bars of all of them. */
const SUBJECT = "market.bar.1m.*";
const RETRY_MS = 1000;

/**
 * Reads the 1m bars that the stream holds, and then those that come, into the profiles. An ordered consumer: what is
 * in memory only must be read from the beginning by every new process.
 *
 * @returns stops it
 */
export function followBars(nats: NatsConnection, profiles: VolumeProfiles, log: Log): () => Promise<void> {
  let stopping = false;
  let messages: ConsumerMessages | undefined;
  const follow = async (): Promise<void> => {
    let from: number | undefined;
    while (!stopping) {
      try {
        const consumer = await jetstream(nats).consumers.get("MARKET", {
          filter_subjects: [SUBJECT],
          ...(from === undefined
            ? { deliver_policy: DeliverPolicy.All }
            : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: from }),
        });
        messages = await consumer.consume({ max_messages: 500 });
        if (stopping) messages.stop();
        for await (const message of messages) {
          from = message.seq + 1;
          const read = bars.safeParse(message.json());
          if (read.success) read.data.forEach((each) => profiles.add(each));
          else log.warn({ subject: message.subject, seq: message.seq }, "not a bar, ignored");
        }
      } catch (error) {
        if (!stopping) log.warn({ reason: (error as Error).message }, "bars: beginning again");
      }
      if (!stopping) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  };
  const running = follow();
  return async () => {
    stopping = true;
    messages?.stop();
    await running;
  };
}
