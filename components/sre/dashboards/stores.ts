import { metrics } from "./metrics";
import type { Unplaced } from "./panel";
import { stat, timeseries } from "./panels";
import { max, quantile, rate, series, sum, type Labels } from "./promql";
import { quantiles } from "./requests";

/** Panels of a store, of its own or its exporter's metrics. @param service name of the store's spec */
export type StorePanels = (service: string) => readonly Unplaced[];

const RATE_LIMITS = [
  { from: 0, color: "green" },
  { from: 1, color: "red" },
] as const;

export const natsPanels: StorePanels = (service) => {
  const { nats } = metrics;
  const labels = { service };
  return [
    timeseries({
      title: "Messages through the bus",
      description: "In and out a second. Out is more than in where several services hear the same subject.",
      unit: "mps",
      queries: [
        { expr: rate(nats.messagesIn, labels), legend: "in" },
        { expr: rate(nats.messagesOut, labels), legend: "out" },
      ],
    }),
    timeseries({
      title: "Bytes through the bus",
      description: "In and out a second.",
      unit: "binBps",
      queries: [
        { expr: rate(nats.bytesIn, labels), legend: "in" },
        { expr: rate(nats.bytesOut, labels), legend: "out" },
      ],
    }),
    timeseries({
      title: "Connections and slow consumers",
      description: "A slow consumer did not take its messages and was cut off: its service reads too slowly.",
      unit: "none",
      queries: [
        { expr: series(nats.connections, labels), legend: "connections" },
        { expr: series(nats.slow, labels), legend: "slow consumers since the start" },
      ],
    }),
    timeseries({
      title: "Waiting for a consumer",
      description:
        "Messages of a stream that a durable consumer has not been given. A climb: its service is behind.",
      unit: "none",
      queries: [{ expr: sum(series(nats.pending, labels), ["consumer"]), legend: "{{consumer}}" }],
    }),
    timeseries({
      title: "Given and not acknowledged",
      description: "At work in a consumer's service; what stays is delivered again.",
      unit: "none",
      queries: [{ expr: sum(series(nats.unacknowledged, labels), ["consumer"]), legend: "{{consumer}}" }],
    }),
    timeseries({
      title: "JetStream's store",
      description: "On disk, and what the server allows. Full, it refuses orders.",
      unit: "bytes",
      queries: [
        { expr: series(nats.stored, labels), legend: "used" },
        { expr: series(nats.storeLimit, labels), legend: "limit" },
      ],
    }),
    timeseries({
      title: "Streams, by size",
      description: "On disk. A stream that gives way at its limit stays level there.",
      unit: "bytes",
      queries: [{ expr: sum(series(nats.streamBytes, labels), ["stream"]), legend: "{{stream}}" }],
      stacked: true,
    }),
    timeseries({
      title: "Delivered again",
      description: "Messages that a consumer has been given more than once and not acknowledged yet.",
      unit: "none",
      queries: [{ expr: sum(series(nats.redelivered, labels), ["consumer"]), legend: "{{consumer}}" }],
    }),
    timeseries({
      title: "Memory of the server",
      description: "As the server counts it.",
      unit: "bytes",
      queries: [{ expr: series(nats.memory, labels), legend: "memory" }],
    }),
  ];
};

export const valkeyPanels: StorePanels = (service) => {
  const { redis } = metrics;
  const labels = { service };
  const [hits, misses] = [rate(redis.hits, labels), rate(redis.misses, labels)];
  return [
    timeseries({
      title: "Commands",
      description: "Processed a second.",
      unit: "ops",
      queries: [{ expr: rate(redis.commands, labels), legend: "commands" }],
    }),
    timeseries({
      title: "Lookups that hit",
      description: "Share of reads that found their key. For a cache, low means that it helps little.",
      unit: "percentunit",
      queries: [{ expr: `${hits} / (${hits} + ${misses})`, legend: "hit rate" }],
      max: 1,
    }),
    timeseries({
      title: "Memory for keys",
      description:
        "In use, and its own limit. At the limit a cache drops keys, and a state store refuses writes.",
      unit: "bytes",
      queries: [
        { expr: series(redis.memory, labels), legend: "used" },
        { expr: series(redis.memoryLimit, labels), legend: "limit" },
      ],
    }),
    timeseries({
      title: "Keys",
      description: "In all databases.",
      unit: "none",
      queries: [{ expr: sum(series(redis.keys, labels)), legend: "keys" }],
    }),
    timeseries({
      title: "Keys that went",
      description: "A second: evicted for want of memory (never from a state store), or expired.",
      unit: "ops",
      queries: [
        { expr: rate(redis.evicted, labels), legend: "evicted" },
        { expr: rate(redis.expired, labels), legend: "expired" },
      ],
    }),
    timeseries({
      title: "Clients",
      description: "Connected. A steady climb is connections that nobody closes.",
      unit: "none",
      queries: [{ expr: series(redis.clients, labels), legend: "clients" }],
    }),
  ];
};

export const postgresPanels: StorePanels = (service) => {
  const { postgres } = metrics;
  // template1 and its like hold nothing of ours
  const labels: Labels = { service, datname: { unlike: "template.*|" } };
  const [hits, reads] = [sum(rate(postgres.hits, labels)), sum(rate(postgres.reads, labels))];
  return [
    timeseries({
      title: "Transactions",
      description: "Committed and rolled back a second, by database.",
      unit: "ops",
      queries: [
        { expr: sum(rate(postgres.commits, labels), ["datname"]), legend: "{{datname}} committed" },
        { expr: sum(rate(postgres.rollbacks, labels), ["datname"]), legend: "{{datname}} rolled back" },
      ],
    }),
    timeseries({
      title: "Rows changed",
      description: "Inserted, updated and deleted a second.",
      unit: "rowsps",
      queries: [
        { expr: sum(rate(postgres.inserted, labels)), legend: "inserted" },
        { expr: sum(rate(postgres.updated, labels)), legend: "updated" },
        { expr: sum(rate(postgres.deleted, labels)), legend: "deleted" },
      ],
    }),
    timeseries({
      title: "Connections",
      description: "By database, and how many the server takes.",
      unit: "none",
      queries: [
        { expr: sum(series(postgres.backends, labels), ["datname"]), legend: "{{datname}}" },
        { expr: max(series(postgres.maxConnections, { service })), legend: "limit" },
      ],
    }),
    timeseries({
      title: "Blocks found in memory",
      description: "Share of block reads that needed no disk. Below 0.9 for long: more memory, or an index.",
      unit: "percentunit",
      queries: [{ expr: `${hits} / (${hits} + ${reads})`, legend: "hit rate" }],
      max: 1,
    }),
    timeseries({
      title: "Longest transaction",
      description: "How long the oldest one has been open. It keeps old rows from being cleared away.",
      unit: "s",
      queries: [{ expr: max(series(postgres.longest, labels), ["datname"]), legend: "{{datname}}" }],
    }),
    timeseries({
      title: "Size and deadlocks",
      description: "Bytes of each database.",
      unit: "bytes",
      queries: [{ expr: max(series(postgres.size, labels), ["datname"]), legend: "{{datname}}" }],
      stacked: true,
    }),
    stat({
      title: "Deadlocks, last minutes",
      description: "Transactions a second that were ended because each waited for the other.",
      unit: "ops",
      queries: [{ expr: sum(rate(postgres.deadlocks, labels)), legend: "deadlocks" }],
      limits: RATE_LIMITS,
    }),
  ];
};

export const questdbPanels: StorePanels = (service) => {
  const { questdb } = metrics;
  const labels = { service };
  return [
    timeseries({
      title: "Rows",
      description:
        "Written to the log, and applied to the tables. Applied below written for long: it falls behind.",
      unit: "rowsps",
      queries: [
        { expr: rate(questdb.walRows, labels), legend: "written" },
        { expr: rate(questdb.appliedRows, labels), legend: "applied" },
        { expr: rate(questdb.committedRows, labels), legend: "committed without a log" },
      ],
    }),
    timeseries({
      title: "Queries",
      description: "A second, over HTTP and over the PostgreSQL protocol; and those that failed.",
      unit: "ops",
      queries: [
        { expr: rate(questdb.queries, labels), legend: "HTTP" },
        { expr: rate(questdb.wireQueries, labels), legend: "PostgreSQL" },
        { expr: rate(questdb.queryErrors, labels), legend: "failed" },
      ],
    }),
    stat({
      title: "Suspended tables",
      description:
        "Tables that take no rows any more, because applying the log to them failed. Resume them by hand.",
      unit: "none",
      queries: [{ expr: series(questdb.suspended, labels), legend: "tables" }],
      limits: RATE_LIMITS,
    }),
    timeseries({
      title: "Memory of the store",
      description: "Mapped and native memory that it counts, and its resident set.",
      unit: "bytes",
      queries: [
        { expr: series(questdb.memory, labels), legend: "counted" },
        { expr: series(questdb.resident, labels), legend: "resident" },
      ],
    }),
    timeseries({
      title: "HTTP connections",
      description: "Open ones, of writers and of readers.",
      unit: "none",
      queries: [{ expr: series(questdb.connections, labels), legend: "connections" }],
    }),
  ];
};

export const objectStorePanels: StorePanels = (service) => {
  const { seaweedfs } = metrics;
  const labels = { service };
  return [
    timeseries({
      title: "S3 requests",
      description: "A second, by kind and status.",
      unit: "reqps",
      queries: [
        { expr: sum(rate(seaweedfs.requests, labels), ["type", "code"]), legend: "{{type}} {{code}}" },
      ],
      stacked: true,
    }),
    timeseries({
      title: "How long S3 requests take",
      description: "Half, 95 and 99 of 100 come within this time.",
      unit: "s",
      queries: quantiles((share) => quantile(share, seaweedfs.seconds.bucket, labels)),
    }),
    timeseries({
      title: "Disk under it",
      description: "Used and available. Without room it refuses uploads.",
      unit: "bytes",
      queries: [
        { expr: sum(series(seaweedfs.disk, { ...labels, type: "used" })), legend: "used" },
        { expr: sum(series(seaweedfs.disk, { ...labels, type: "avail" })), legend: "available" },
      ],
    }),
    timeseries({
      title: "Stored",
      description: "Bytes of objects, and of deleted ones that wait to be cleared away.",
      unit: "bytes",
      queries: [{ expr: sum(series(seaweedfs.stored, labels), ["type"]), legend: "{{type}}" }],
    }),
    timeseries({
      title: "Volumes",
      description: "Files that objects are packed into.",
      unit: "none",
      queries: [{ expr: sum(series(seaweedfs.volumes, labels)), legend: "volumes" }],
    }),
  ];
};
