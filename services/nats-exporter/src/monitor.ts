import { z } from "zod";

/** Bytes, messages, connections: never negative. */
const amount = z.number().nonnegative();
/** Seconds since 1970; undefined for the year 1, which is how the server says "never". */
const moment = z
  .string()
  .transform((text) => Date.parse(text) / 1000)
  .refine((seconds) => !Number.isNaN(seconds), { error: "is no time" })
  .transform((seconds) => (seconds < 0 ? undefined : seconds));

const varz = z.object({
  version: z.string(),
  start: moment,
  connections: amount,
  max_connections: amount,
  subscriptions: amount,
  slow_consumers: amount,
  in_msgs: amount,
  out_msgs: amount,
  in_bytes: amount,
  out_bytes: amount,
  mem: amount,
});

const consumer = z.object({
  name: z.string(),
  config: z.object({ durable_name: z.string().optional() }),
  num_pending: amount,
  num_ack_pending: amount,
  num_redelivered: amount,
});

const stream = z.object({
  name: z.string(),
  state: z.object({
    messages: amount,
    bytes: amount,
    first_ts: moment,
    last_ts: moment,
    consumer_count: amount,
  }),
  consumer_detail: z.array(consumer).default([]),
});

const jsz = z.object({
  memory: amount,
  storage: amount,
  config: z.object({ max_memory: amount, max_storage: amount }),
  api: z.object({ total: amount, errors: amount }),
  account_details: z.array(z.object({ stream_detail: z.array(stream).default([]) })).default([]),
});
/** The answer of a server without JetStream. */
const disabled = z.object({ disabled: z.literal(true) });

export type ServerFacts = z.output<typeof varz>;
export type JetStreamFacts = z.output<typeof jsz>;
export type StreamFacts = z.output<typeof stream>;

/** What the server says of itself, as of one moment. */
export interface Reading {
  readonly server: ServerFacts;
  /** Absent where JetStream is off. */
  readonly jetstream?: JetStreamFacts;
}

/**
 * Reads the monitoring port. https://docs.nats.io/running-a-nats-service/nats_admin/monitoring
 *
 * @param base of the monitoring port, `http://nats:8222`
 * @param timeoutMs for both questions together, which are asked at the same time
 * @throws when it does not answer in time, with another status than 200, or something else than it should
 */
export async function readMonitor(base: string, timeoutMs: number): Promise<Reading> {
  const signal = AbortSignal.timeout(timeoutMs);
  const [server, jetstream] = await Promise.all([
    ask(`${base}/varz`, varz, signal),
    // config: tells a durable consumer from one with a name made up for one connection
    ask(`${base}/jsz?streams=true&consumers=true&config=true`, z.union([disabled, jsz]), signal),
  ]);
  return "disabled" in jetstream ? { server } : { server, jetstream };
}

async function ask<T extends z.ZodType>(
  address: string,
  schema: T,
  signal: AbortSignal,
): Promise<z.output<T>> {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const parsed = schema.safeParse(await response.json());
  if (!parsed.success)
    throw new Error(`${address} answered something else than expected: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
