import type { ConsumeOptions, ConsumerMessages } from "@nats-io/jetstream";

/**
 * How a stream is read. The server says every second that it is there; and after a lost connection the next messages
 * are asked for at once: to ask for the reader first, as is the client's default, costs half a minute whenever the
 * server comes back before its streams do.
 */
export const PULLING = {
  expires: 10_000,
  idle_heartbeat: 1000,
  bind: true,
} as const satisfies ConsumeOptions;

/** After these a reader is made anew. */
const GONE: ReadonlySet<string> = new Set([
  "heartbeats_missed",
  "consumer_deleted",
  "consumer_not_found",
  "stream_not_found",
  "no_responders",
]);

/** Ends the reading, with the reason, as soon as nobody delivers any more. */
export async function endWhenGone(messages: ConsumerMessages, onHeartbeat?: () => void): Promise<void> {
  for await (const { type } of messages.status()) {
    if (type === "heartbeat") onHeartbeat?.();
    else if (GONE.has(type)) messages.stop(new Error(`the reader is gone (${type})`));
  }
}
