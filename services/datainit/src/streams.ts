import { connect } from "@nats-io/transport-node";
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type ConsumerConfig,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { consumers as contractedConsumers, type ConsumerDefinition } from "../../contracts/consumers";
import { streams as contracted, type StreamDefinition } from "../../contracts/streams";
import { secret, text } from "../../kit/config";
import { inboxOf } from "../../contracts/subjects";
import { JobError, NotReadyError, readStore, untilReady, type JobContext } from "./job";
import { reasonOf } from "../../kit/outgoing";

const NANOS_PER_SECOND = 1_000_000_000;
const store = { name: "NATS", scheme: "nats", port: 4222 } as const;
const STREAM_NOT_FOUND = 10059;

/** Makes the JetStream streams and their durable consumers what the contracts say. */
export async function initStreams(context: JobContext): Promise<void> {
  const { address: servers, config } = readStore(
    store,
    { NATS_USERNAME: text(), NATS_PASSWORD: secret() },
    context.env,
  );
  const { NATS_USERNAME: user, NATS_PASSWORD: password } = config;
  const { connection, manager } = await untilReady(
    `NATS at ${servers}`,
    context.connectTimeoutMs,
    async () => {
      const connection = await connectOnce(servers, user, password.reveal());
      try {
        return { connection, manager: await openManager(connection) };
      } catch (error) {
        await connection.close();
        throw error;
      }
    },
  );
  try {
    await convergeStreams(manager, contracted, context.say);
    await convergeConsumers(manager, contractedConsumers, context.say);
  } finally {
    await connection.close();
  }
}

async function connectOnce(servers: string, user: string, pass: string): Promise<NatsConnection> {
  try {
    return await connect({
      servers,
      user,
      pass,
      name: "datainit",
      inboxPrefix: inboxOf(user),
      timeout: 5000,
      reconnect: false,
    });
  } catch (error) {
    const reason = reasonOf(error);
    if (/authorization|authentication|credentials/i.test(reason)) {
      throw new Error(`NATS at ${servers} refuses user ${user}: ${reason}`, { cause: error });
    }
    throw new NotReadyError(reason, { cause: error });
  }
}

/** JetStream answers a little later than the server does; without permission it never does. */
async function openManager(connection: NatsConnection): Promise<JetStreamManager> {
  try {
    return await jetstreamManager(connection, { timeout: 5000 });
  } catch (error) {
    throw new NotReadyError(`JetStream: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * @throws {JobError} when a stream cannot become what is wanted without losing what it holds; then nothing at all is
 * changed. Or when the server did something else than it was asked.
 */
export async function convergeStreams(
  manager: JetStreamManager,
  wanted: readonly StreamDefinition[],
  say: (line: string) => void,
): Promise<void> {
  const present = new Map<string, StreamInfo | undefined>();
  for (const stream of wanted) {
    present.set(stream.name, await infoOf(manager, stream.name));
  }
  const losses = wanted.flatMap((stream) => {
    const info = present.get(stream.name);
    return info ? lossesOf(stream, info) : [];
  });
  if (losses.length > 0) {
    throw new JobError("refused, because messages would be lost", losses);
  }
  for (const stream of wanted) {
    const info = present.get(stream.name);
    const config = configOf(stream);
    if (info === undefined) {
      await manager.streams.add({ name: stream.name, ...config });
    } else if (differences(stream, info.config).length > 0) {
      await manager.streams.update(stream.name, config);
    }
    const after = await manager.streams.info(stream.name);
    const still = differences(stream, after.config);
    if (still.length > 0) {
      throw new JobError(`${stream.name}: the server did not do as asked`, still);
    }
    const what = info === undefined ? "created" : differences(stream, info.config).join(", ") || "as wanted";
    say(`${stream.name} ${what} (${after.state.messages} messages)`);
  }
}

async function infoOf(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === STREAM_NOT_FOUND) {
      return undefined;
    }
    throw error;
  }
}

/** What the server is told; everything else is its default. */
export function configOf(stream: StreamDefinition) {
  return {
    description: stream.description,
    subjects: [...stream.subjects],
    retention: stream.retention === "workqueue" ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
    storage: StorageType.File,
    max_age: stream.maxAgeSeconds * NANOS_PER_SECOND,
    max_bytes: stream.maxBytes,
    discard: stream.discard === "new" ? DiscardPolicy.New : DiscardPolicy.Old,
    duplicate_window: stream.dedupSeconds * NANOS_PER_SECOND,
    num_replicas: 1,
  } satisfies Partial<StreamConfig>;
}

/** "field old -> new" for each field that is not as wanted. */
export function differences(stream: StreamDefinition, actual: StreamConfig): readonly string[] {
  return Object.entries(configOf(stream)).flatMap(([field, wanted]) => {
    const value = actual[field as keyof StreamConfig];
    const [now, then] = [textOf(value), textOf(wanted)];
    return now === then ? [] : [`${field} ${now} -> ${then}`];
  });
}

function textOf(value: unknown): string {
  return JSON.stringify(Array.isArray(value) ? [...value].sort() : value) ?? "unset";
}

/** Changes that the server refuses, or does by dropping messages, each with the way out. */
export function lossesOf(stream: StreamDefinition, { config, state }: StreamInfo): readonly string[] {
  const wanted = configOf(stream);
  const wayOut = `save it (nats stream backup ${stream.name}), remove it (nats stream rm ${stream.name}), and run this again`;
  const losses: string[] = [];
  for (const field of ["retention", "storage"] as const) {
    if (config[field] !== wanted[field]) {
      losses.push(
        `${stream.name} has ${field} ${config[field]}, wanted ${wanted[field]}: a stream cannot change that; ${wayOut}`,
      );
    }
  }
  if (state.bytes > wanted.max_bytes) {
    losses.push(
      `${stream.name} holds ${state.bytes} bytes, wanted is at most ${wanted.max_bytes}; raise the limit, or ${wayOut}`,
    );
  }
  const oldestMs = Date.parse(state.first_ts);
  if (
    state.messages > 0 &&
    shorter(wanted.max_age, config.max_age) &&
    Date.now() - oldestMs > stream.maxAgeSeconds * 1000
  ) {
    losses.push(
      `${stream.name} holds messages since ${state.first_ts}, wanted is ${stream.maxAgeSeconds} s; keep the longer age, or ${wayOut}`,
    );
  }
  return losses;
}

/** An age of 0 means for ever. */
function shorter(wanted: number, actual: number): boolean {
  return wanted !== 0 && (actual === 0 || wanted < actual);
}

/**
 * Makes each consumer, or changes it in place, so that it keeps its place in the stream. One that is not in the
 * contracts any more stays: whatever it has not read is somebody's to decide about.
 */
export async function convergeConsumers(
  manager: JetStreamManager,
  wanted: readonly ConsumerDefinition[],
  say: (line: string) => void,
): Promise<void> {
  for (const consumer of wanted) {
    const config = consumerConfigOf(consumer);
    // the server takes an equal definition as done, and changes what may change
    const { num_pending } = await manager.consumers.add(consumer.stream, config);
    say(`${consumer.stream} > ${consumer.name} (${num_pending} to read)`);
  }
}

/** What the server is told; everything else is its default. */
export function consumerConfigOf(consumer: ConsumerDefinition) {
  return {
    durable_name: consumer.name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: consumer.deliver === "all" ? DeliverPolicy.All : DeliverPolicy.New,
    filter_subjects: [...consumer.subjects],
    ack_wait: consumer.ackWaitSeconds * NANOS_PER_SECOND,
    max_ack_pending: consumer.maxAckPending,
    max_deliver: -1,
  } satisfies Partial<ConsumerConfig>;
}
