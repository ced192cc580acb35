import {
  at,
  LOG_SHIPPER,
  OPENSEARCH,
  POSTGRES,
  QUESTDB,
  S3,
  series,
  VALKEY_CACHE,
  VALKEY_STATE,
  type AlertCase,
  type Family,
  type Labels,
} from "./case";

const postgres = at(POSTGRES, "postgres-exporter", 9187);
const state = at(VALKEY_STATE, "valkey-exporter", 9121);
const cache = at(VALKEY_CACHE, "valkey-exporter", 9121);
const questdb = at(QUESTDB, "questdb", 9003);
const s3 = at(S3, "s3", 9327);
const opensearch = at(OPENSEARCH, "opensearch-exporter", 9114);
const shipper = at(LOG_SHIPPER, "log-shipper", 9106);
const as = (severity: string, labels: Labels): Labels => ({ ...labels, severity });

/** Connections by the state that they are in. */
const connections = (idle: string): Readonly<Record<string, string>> => ({
  [series("pg_stat_activity_count", { ...postgres, datname: "platform", state: "idle" })]: idle,
  [series("pg_stat_activity_count", { ...postgres, datname: "platform", state: "active" })]: "10x60",
  [series("pg_settings_max_connections", { ...postgres, server: "postgres:5432" })]: "200x60",
});
const asked = (hits: string, misses: string): Readonly<Record<string, string>> => ({
  [series("redis_keyspace_hits_total", cache)]: hits,
  [series("redis_keyspace_misses_total", cache)]: misses,
});
const valkeyMemory = (of: Labels, used: string): Readonly<Record<string, string>> => ({
  [series("redis_memory_used_bytes", of)]: used,
  [series("redis_memory_max_bytes", of)]: "100x60",
});
const heap = (used: string): Readonly<Record<string, string>> => ({
  [series("elasticsearch_jvm_memory_used_bytes", { ...opensearch, area: "heap" })]: used,
  [series("elasticsearch_jvm_memory_used_bytes", { ...opensearch, area: "non-heap" })]: "99x100",
  [series("elasticsearch_jvm_memory_max_bytes", { ...opensearch, area: "heap" })]: "100x100",
});

const cases: readonly AlertCase[] = [
  {
    alert: "StoreUnreachable",
    name: "PostgreSQL lets the exporter in no more",
    series: { [series("pg_up", postgres)]: "1x3 0x20" },
    quietAt: ["45s", "1m15s"],
    firesAt: "1m30s",
    as: [
      {
        labels: as("critical", postgres),
        summary: "PostgreSQL answers nobody",
        description: "The exporter cannot log in to postgres, or gets no answer.",
        dashboard: "service-postgres",
      },
    ],
  },
  {
    alert: "StoreUnreachable",
    name: "one of the two Valkeys",
    series: { [series("redis_up", state)]: "0x20", [series("redis_up", cache)]: "1x20" },
    quietAt: ["15s"],
    firesAt: "30s",
    as: [
      {
        labels: as("critical", state),
        summary: "Valkey answers nobody",
        description: "The exporter cannot log in to valkey-state, or gets no answer.",
        dashboard: "service-valkey-state",
      },
    ],
  },
  {
    alert: "StoreUnreachable",
    name: "OpenSearch, whose exporter says it of each of its collectors",
    series: {
      [series("elasticsearch_scrape_success", { ...opensearch, collector: "cluster-info" })]: "0x20",
      [series("elasticsearch_scrape_success", { ...opensearch, collector: "indices" })]: "1x20",
    },
    quietAt: ["15s"],
    firesAt: "30s",
    as: [
      {
        labels: as("warning", { ...opensearch, collector: "cluster-info" }),
        summary: "OpenSearch answers nobody",
        description: "The exporter cannot log in to opensearch, or gets no answer.",
        dashboard: "service-opensearch",
      },
    ],
  },
  {
    alert: "StoreMemoryHigh",
    name: "the state at 91 % of its maxmemory",
    series: valkeyMemory(state, "90x3 91x40"),
    quietAt: ["45s", "5m45s"],
    firesAt: "6m",
    as: [
      {
        labels: as("critical", state),
        summary: "Valkey is almost full",
        description: "91% of its maxmemory. When it is full, it refuses writes: orders are not taken.",
        dashboard: "service-valkey-state",
      },
    ],
  },
  {
    alert: "StoreMemoryHigh",
    name: "a cache is full, as caches are",
    series: valkeyMemory(cache, "100x60"),
    quietAt: ["10m"],
  },
  {
    alert: "ValkeyCannotSave",
    name: "its log cannot be written",
    series: { [series("redis_aof_last_write_status", state)]: "1x3 0x20" },
    quietAt: ["45s", "1m15s"],
    firesAt: "1m30s",
    as: [
      {
        labels: as("critical", state),
        summary: "Valkey cannot write its log to the disk",
        description: "State would be lost with the container: look at the disk.",
        dashboard: "service-valkey-state",
      },
    ],
  },
  {
    alert: "CacheMissesOften",
    name: "six of ten questions find nothing",
    series: asked("0+40x100", "0+60x100"),
    // in ten minutes it is known how often it is asked
    quietAt: ["15m"],
    firesAt: "20m",
    as: [
      {
        labels: as("warning", cache),
        summary: "The cache misses more than it hits",
        description: "60% of the questions found nothing.",
        dashboard: "service-valkey-cache",
      },
    ],
  },
  {
    alert: "CacheMissesOften",
    name: "all of very few questions find nothing",
    series: asked("0x100", "0+10x100"),
    quietAt: ["20m"],
  },
  {
    alert: "StoreConnectionsHigh",
    name: "162 of 200",
    series: connections("150x3 152x40"),
    quietAt: ["45s", "5m45s"],
    firesAt: "6m",
    as: [
      {
        labels: as("warning", POSTGRES),
        summary: "PostgreSQL is running out of connections",
        description: "81% of its connections are in use.",
        dashboard: "service-postgres",
      },
    ],
  },
  {
    alert: "SlowQueries",
    name: "a statement that does not end",
    series: {
      [series("pg_stat_activity_max_tx_duration", {
        ...postgres,
        ...{ datname: "platform", state: "active", usename: "platform" },
      })]: "0+15x40",
    },
    // it is at work for longer than a minute after 1m15s
    quietAt: ["1m15s", "2m"],
    firesAt: "2m15s",
    as: [
      {
        labels: as("warning", { ...POSTGRES, datname: "platform" }),
        summary: "A statement runs for more than a minute",
        description: "A transaction in platform has been at work for 2m 15s.",
        dashboard: "service-postgres",
      },
    ],
  },
  {
    alert: "SlowQueries",
    name: "a connection that waits between two statements",
    series: {
      [series("pg_stat_activity_max_tx_duration", {
        ...postgres,
        ...{ datname: "platform", state: "idle in transaction", usename: "platform" },
      })]: "0+15x40",
    },
    quietAt: ["5m"],
  },
  {
    alert: "Deadlocks",
    name: "two within a minute",
    series: {
      [series("pg_stat_database_deadlocks", { ...postgres, datid: "16384", datname: "platform" })]:
        "3x8 4 5x60",
    },
    quietAt: ["2m", "13m"],
    firesAt: "2m30s",
    as: [
      {
        labels: as("warning", { ...postgres, datid: "16384", datname: "platform" }),
        summary: "Transactions block each other",
        description: "2 deadlocks in platform within ten minutes.",
        dashboard: "service-postgres",
      },
    ],
  },
  {
    alert: "TableSuspended",
    name: "one table",
    series: { [series("questdb_suspended_tables", questdb)]: "0x3 1x20" },
    quietAt: ["45s", "1m15s"],
    firesAt: "1m30s",
    as: [
      {
        labels: as("critical", questdb),
        summary: "QuestDB has stopped to apply writes to a table",
        description: "1 tables are suspended: what is written to them waits in their logs.",
        dashboard: "service-questdb",
      },
    ],
  },
  {
    alert: "StoreFails",
    name: "one error",
    series: { [series("questdb_unhandled_errors_total", questdb)]: "0x8 1x60" },
    quietAt: ["2m", "13m"],
    firesAt: "2m15s",
    as: [
      {
        labels: as("warning", questdb),
        summary: "QuestDB met an error that it did not expect",
        description: "1 times within ten minutes.",
        dashboard: "service-questdb",
      },
    ],
  },
  {
    alert: "StoreDiskFails",
    name: "the disk of the objects",
    series: {
      [series("SeaweedFS_volumeServer_disk_error_status", { ...s3, name: "/data", type: "error" })]:
        "0x3 1x20",
    },
    quietAt: ["45s", "1m15s"],
    firesAt: "1m30s",
    as: [
      {
        labels: as("critical", { ...s3, name: "/data", type: "error" }),
        summary: "The object store cannot read or write its disk",
        description: "SeaweedFS reports an error of /data.",
        dashboard: "service-s3",
      },
    ],
  },
  {
    alert: "StoreReadOnly",
    name: "two volumes",
    series: {
      [series("SeaweedFS_volumeServer_read_only_volumes", {
        ...s3,
        ...{ collection: "backups", type: "noWriteOrDelete" },
      })]: "0x3 2x20",
    },
    quietAt: ["45s", "2m45s"],
    firesAt: "3m",
    as: [
      {
        labels: as("warning", S3),
        summary: "The object store takes no more objects",
        description: "2 of its volumes are read-only, as when its disk is full.",
        dashboard: "service-s3",
      },
    ],
  },
  {
    alert: "ClusterRed",
    name: "from green to red",
    series: {
      [series("elasticsearch_cluster_health_status", {
        ...opensearch,
        cluster: "trade2026",
        color: "green",
      })]: "1x3 0x20",
      [series("elasticsearch_cluster_health_status", { ...opensearch, cluster: "trade2026", color: "red" })]:
        "0x3 1x20",
    },
    quietAt: ["45s", "2m45s"],
    firesAt: "3m",
    as: [
      {
        labels: as("warning", { ...opensearch, cluster: "trade2026", color: "red" }),
        summary: "OpenSearch has lost shards",
        description: "Some indices cannot be read or written.",
        dashboard: "service-opensearch",
      },
    ],
  },
  {
    alert: "ClusterRed",
    name: "yellow, as it is with one node",
    series: {
      [series("elasticsearch_cluster_health_status", {
        ...opensearch,
        cluster: "trade2026",
        color: "yellow",
      })]: "1x40",
      [series("elasticsearch_cluster_health_status", { ...opensearch, cluster: "trade2026", color: "red" })]:
        "0x40",
    },
    quietAt: ["5m"],
  },
  {
    alert: "HeapHigh",
    name: "96 % stays in use",
    series: heap("95x3 96x80"),
    quietAt: ["45s", "15m45s"],
    firesAt: "16m",
    as: [
      {
        labels: as("warning", { ...opensearch, area: "heap" }),
        summary: "OpenSearch is short of heap",
        description: "96% of the heap stays in use.",
        dashboard: "service-opensearch",
      },
    ],
  },
  {
    alert: "LogsNotShipped",
    name: "nothing is stored for more than five minutes",
    series: { [series("log_shipper_lag_seconds", shipper)]: "5x3 300 301+15x20" },
    quietAt: ["1m", "3m"],
    firesAt: "3m15s",
    as: [
      {
        labels: as("warning", { ...shipper, needs: "opensearch" }),
        summary: "Logs do not come into OpenSearch",
        description: "What was said in the last 7m 1s cannot be searched, or not all of it.",
        dashboard: "service-log-shipper",
      },
    ],
  },
  {
    alert: "LogsNotShipped",
    name: "OpenSearch was started anew, and all is caught up",
    series: { [series("log_shipper_lag_seconds", shipper)]: "5 250+15x8 6x20" },
    quietAt: ["1m30s", "2m", "3m"],
  },
];

export const STORE_CASES: Family = {
  name: "stores",
  of: ["valkey-state", "valkey-cache", "postgres", "questdb", "s3", "opensearch", "log-shipper"],
  every: "15s",
  cases,
};
