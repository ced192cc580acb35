import type { Family, Sample } from "../../kit";
import type { JetStreamFacts, Reading, ServerFacts, StreamFacts } from "./monitor";

type Kind = Family<Reading>["kind"];

/** Every metric, each with where its value comes from. */
export const families: readonly Family<Reading>[] = [
  {
    name: "nats_info",
    help: "Version of the server; always 1.",
    kind: "gauge",
    labels: ["version"],
    samples: ({ server }) => [{ value: 1, labels: { version: server.version } }],
  },
  server("gauge", "nats_start_time_seconds", "When the server started, since 1970.", ({ start }) => start),
  server("gauge", "nats_connections", "Clients that are connected.", (facts) => facts.connections),
  server(
    "gauge",
    "nats_connections_limit",
    "Clients that may be connected.",
    (facts) => facts.max_connections,
  ),
  server("gauge", "nats_subscriptions", "Subscriptions of all clients.", (facts) => facts.subscriptions),
  server(
    "counter",
    "nats_slow_consumers_total",
    "Connections that were cut because their client did not read fast enough.",
    (facts) => facts.slow_consumers,
  ),
  server(
    "counter",
    "nats_messages_in_total",
    "Messages that clients have published.",
    (facts) => facts.in_msgs,
  ),
  server(
    "counter",
    "nats_messages_out_total",
    "Messages that were delivered to clients.",
    (facts) => facts.out_msgs,
  ),
  server("counter", "nats_bytes_in_total", "Bytes that clients have published.", (facts) => facts.in_bytes),
  server(
    "counter",
    "nats_bytes_out_total",
    "Bytes that were delivered to clients.",
    (facts) => facts.out_bytes,
  ),
  server("gauge", "nats_memory_bytes", "Resident memory of the server.", (facts) => facts.mem),

  jetstream(
    "gauge",
    "nats_jetstream_storage_used_bytes",
    "Bytes of all streams on disk.",
    ({ storage }) => storage,
  ),
  jetstream(
    "gauge",
    "nats_jetstream_storage_limit_bytes",
    "Bytes that streams may take on disk.",
    ({ config }) => config.max_storage,
  ),
  jetstream(
    "gauge",
    "nats_jetstream_memory_used_bytes",
    "Bytes of all streams in memory.",
    ({ memory }) => memory,
  ),
  jetstream(
    "gauge",
    "nats_jetstream_memory_limit_bytes",
    "Bytes that streams may take in memory.",
    ({ config }) => config.max_memory,
  ),
  jetstream(
    "counter",
    "nats_jetstream_api_requests_total",
    "Requests to the JetStream API.",
    ({ api }) => api.total,
  ),
  jetstream(
    "counter",
    "nats_jetstream_api_errors_total",
    "Requests to the JetStream API that failed.",
    ({ api }) => api.errors,
  ),

  stream("nats_stream_messages", "Messages in a stream.", ({ messages }) => messages),
  stream("nats_stream_bytes", "Bytes of a stream.", ({ bytes }) => bytes),
  stream(
    "nats_stream_consumers",
    "Consumers of a stream, durable or not.",
    ({ consumer_count }) => consumer_count,
  ),
  stream(
    "nats_stream_first_timestamp_seconds",
    "When the oldest message of a stream was stored, since 1970; absent while it was never written to.",
    ({ first_ts }) => first_ts,
  ),
  stream(
    "nats_stream_last_timestamp_seconds",
    "When the newest message of a stream was stored, since 1970; absent while it was never written to.",
    ({ last_ts }) => last_ts,
  ),

  consumer(
    "nats_consumer_pending_messages",
    "Messages that a durable consumer has not been given yet.",
    ({ num_pending }) => num_pending,
  ),
  consumer(
    "nats_consumer_ack_pending_messages",
    "Messages that a durable consumer was given and has not acknowledged.",
    ({ num_ack_pending }) => num_ack_pending,
  ),
  consumer(
    "nats_consumer_redelivered_messages",
    "Messages without acknowledgement that a durable consumer was given more than once.",
    ({ num_redelivered }) => num_redelivered,
  ),
];

function server(
  kind: Kind,
  name: string,
  help: string,
  value: (facts: ServerFacts) => number | undefined,
): Family<Reading> {
  return { name, help, kind, samples: (reading) => given(value(reading.server)) };
}

function jetstream(
  kind: Kind,
  name: string,
  help: string,
  value: (facts: JetStreamFacts) => number,
): Family<Reading> {
  return {
    name,
    help,
    kind,
    samples: (reading) => given(reading.jetstream && value(reading.jetstream)),
  };
}

function stream(
  name: string,
  help: string,
  value: (state: StreamFacts["state"]) => number | undefined,
): Family<Reading> {
  return {
    name,
    help,
    kind: "gauge",
    labels: ["stream"],
    samples: (reading) =>
      streamsOf(reading).flatMap(({ name: of, state }) => given(value(state), { stream: of })),
  };
}

/** Durable ones only: the others have a new name at every connection, and with it would come new series for ever. */
function consumer(
  name: string,
  help: string,
  value: (facts: StreamFacts["consumer_detail"][number]) => number,
): Family<Reading> {
  return {
    name,
    help,
    kind: "gauge",
    labels: ["stream", "consumer"],
    samples: (reading) =>
      streamsOf(reading).flatMap(({ name: of, consumer_detail }) =>
        consumer_detail
          .filter(({ config }) => config.durable_name !== undefined)
          .map((facts) => ({ value: value(facts), labels: { stream: of, consumer: facts.name } })),
      ),
  };
}

function streamsOf({ jetstream: facts }: Reading): readonly StreamFacts[] {
  return (facts?.account_details ?? []).flatMap(({ stream_detail }) => stream_detail);
}

function given(value: number | undefined, labels?: Sample["labels"]): readonly Sample[] {
  return value === undefined ? [] : [{ value, ...(labels === undefined ? {} : { labels }) }];
}
