import type { ServiceSpec } from "../../../model/service";
import { streams } from "../../../services/contracts/streams";
import { EXPORTERS } from "../exporters";
import { alertLabels, COUNT, pageable, selected, type Alert } from "../rule";

/** What is particular to a store; `of` selects its series. */
type StoreRule = Omit<Alert, "labels" | "dashboard" | "expr" | "severity"> & {
  readonly severity: Alert["severity"] | "by tier";
  readonly expr: (of: string) => string;
};

/** Alerts of one store by its name, or of all whose exporter speaks of them. A store that is not there has none. */
export function storeAlerts(service: ServiceSpec): readonly Alert[] {
  const word = service.metrics.kind === "exporter" ? service.metrics.exporter : service.name;
  return (RULES[word] ?? [])
    .filter(({ alert }) =>
      service.data.length > 0 ? !OF_A_CACHE.includes(alert) : !OF_A_STATE.includes(alert),
    )
    .map(({ expr, severity, ...rule }) => ({
      ...rule,
      severity: severity === "by tier" ? pageable(service) : severity,
      expr: expr(`service="${service.name}"`),
      labels: alertLabels(service),
      dashboard: `service-${service.name}`,
    }));
}

/** A cache is full most of the time, and forgets what was not asked for; a state must do neither. */
const OF_A_CACHE = ["CacheMissesOften"];
const OF_A_STATE = ["StoreMemoryHigh", "ValkeyCannotSave"];

const unreachable = (title: string, exporter: string): StoreRule => ({
  alert: "StoreUnreachable",
  severity: "by tier",
  expr: (of) => `${selected(EXPORTERS[exporter]?.up ?? "up", of)} == 0`,
  for: "30s",
  summary: `${title} answers nobody`,
  description: `The exporter cannot log in to {{ $labels.service }}, or gets no answer.`,
});

const RULES: Readonly<Record<string, readonly StoreRule[]>> = {
  nats: [
    unreachable("NATS", "nats"),
    {
      alert: "ConsumerLags",
      severity: "critical",
      expr: (of) =>
        `max by (service, capability, tier, lane, stream, consumer) (nats_consumer_pending_messages{${of}}) > 1000`,
      for: "1m",
      summary: "{{ $labels.consumer }} does not keep up",
      description: "{{ $value }} messages of {{ $labels.stream }} wait for it for more than a minute.",
    },
    {
      alert: "ConsumerStuck",
      severity: "critical",
      expr: (of) =>
        `max by (service, capability, tier, lane, stream, consumer) (nats_consumer_redelivered_messages{${of}}) > 0`,
      // one message that succeeds at its second or third time is what redelivery is for
      for: "2m",
      summary: "{{ $labels.consumer }} gets the same messages again and again",
      description:
        "{{ $value }} messages of {{ $labels.stream }} were handed out more than once, and are still not acknowledged.",
    },
    {
      alert: "BusStorageHigh",
      severity: "warning",
      expr: (of) =>
        `nats_jetstream_storage_used_bytes{${of}} / nats_jetstream_storage_limit_bytes{${of}} > 0.8`,
      for: "5m",
      summary: "The streams fill the storage of NATS",
      description:
        "{{ $value | humanizePercentage }} of what JetStream may use is used. Full streams refuse orders.",
    },
    {
      alert: "BusStorageCritical",
      severity: "critical",
      expr: (of) =>
        `nats_jetstream_storage_used_bytes{${of}} / nats_jetstream_storage_limit_bytes{${of}} > 0.95`,
      for: "1m",
      summary: "The storage of NATS is full",
      description:
        "{{ $value | humanizePercentage }} of what JetStream may use is used. Full streams refuse orders.",
    },
    {
      alert: "StreamAlmostFull",
      severity: "critical",
      // long before JetStream's own storage is full: together the streams may take no more than that
      expr: (of) =>
        streams
          .filter(({ discard }) => discard === "new")
          .map(({ name, maxBytes }) => `nats_stream_bytes{${of},stream="${name}"} / ${maxBytes} > 0.9`)
          .join(" or "),
      for: "5m",
      summary: "The stream {{ $labels.stream }} is almost full",
      description:
        "{{ $value | humanizePercentage }} of what it may hold. It refuses what is new when it is full, as what is in it must not be lost.",
    },
    {
      alert: "SlowConsumers",
      severity: "warning",
      expr: (of) => `increase(nats_slow_consumers_total{${of}}[5m]) > 0`,
      summary: "NATS has cut off a client that reads too slowly",
      description: `${COUNT} times within five minutes; what it subscribed to is lost for it, streams are not.`,
    },
  ],
  redis: [
    unreachable("Valkey", "redis"),
    {
      alert: "StoreMemoryHigh",
      severity: "by tier",
      expr: (of) => `redis_memory_used_bytes{${of}} / redis_memory_max_bytes{${of}} > 0.9`,
      for: "5m",
      summary: "Valkey is almost full",
      description:
        "{{ $value | humanizePercentage }} of its maxmemory. When it is full, it refuses writes: orders are not taken.",
    },
    {
      alert: "ValkeyCannotSave",
      severity: "critical",
      expr: (of) => `redis_aof_last_write_status{${of}} == 0`,
      for: "30s",
      summary: "Valkey cannot write its log to the disk",
      description: "State would be lost with the container: look at the disk.",
    },
    {
      alert: "CacheMissesOften",
      severity: "warning",
      expr: (of) =>
        `rate(redis_keyspace_misses_total{${of}}[10m]) / (rate(redis_keyspace_hits_total{${of}}[10m]) + rate(redis_keyspace_misses_total{${of}}[10m])) > 0.5 and rate(redis_keyspace_misses_total{${of}}[10m]) > 1`,
      for: "15m",
      summary: "The cache misses more than it hits",
      description: "{{ $value | humanizePercentage }} of the questions found nothing.",
    },
  ],
  postgres: [
    unreachable("PostgreSQL", "postgres"),
    {
      alert: "StoreConnectionsHigh",
      severity: "warning",
      expr: (of) =>
        `sum by (service, capability, tier, lane) (pg_stat_activity_count{${of}}) / max by (service, capability, tier, lane) (pg_settings_max_connections{${of}}) > 0.8`,
      for: "5m",
      summary: "PostgreSQL is running out of connections",
      description: "{{ $value | humanizePercentage }} of its connections are in use.",
    },
    {
      alert: "SlowQueries",
      severity: "warning",
      expr: (of) =>
        `max by (service, capability, tier, lane, datname) (pg_stat_activity_max_tx_duration{${of},state="active"}) > 60`,
      for: "1m",
      summary: "A statement runs for more than a minute",
      description:
        "A transaction in {{ $labels.datname }} has been at work for {{ $value | humanizeDuration }}.",
    },
    {
      alert: "Deadlocks",
      severity: "warning",
      expr: (of) => `increase(pg_stat_database_deadlocks{${of}}[10m]) > 0`,
      summary: "Transactions block each other",
      description: `${COUNT} deadlocks in {{ $labels.datname }} within ten minutes.`,
    },
  ],
  questdb: [
    {
      alert: "TableSuspended",
      severity: "critical",
      expr: (of) => `questdb_suspended_tables{${of}} > 0`,
      for: "30s",
      summary: "QuestDB has stopped to apply writes to a table",
      description: "{{ $value }} tables are suspended: what is written to them waits in their logs.",
    },
    {
      alert: "StoreFails",
      severity: "warning",
      expr: (of) => `increase(questdb_unhandled_errors_total{${of}}[10m]) > 0`,
      summary: "QuestDB met an error that it did not expect",
      description: `${COUNT} times within ten minutes.`,
    },
  ],
  s3: [
    {
      alert: "StoreDiskFails",
      severity: "by tier",
      expr: (of) => `SeaweedFS_volumeServer_disk_error_status{${of}} > 0`,
      for: "30s",
      summary: "The object store cannot read or write its disk",
      description: "SeaweedFS reports an error of {{ $labels.name }}.",
    },
    {
      alert: "StoreReadOnly",
      severity: "warning",
      expr: (of) =>
        `sum by (service, capability, tier, lane) (SeaweedFS_volumeServer_read_only_volumes{${of}}) > 0`,
      for: "2m",
      summary: "The object store takes no more objects",
      description: "{{ $value }} of its volumes are read-only, as when its disk is full.",
    },
  ],
  opensearch: [
    unreachable("OpenSearch", "opensearch"),
    {
      alert: "ClusterRed",
      severity: "warning",
      expr: (of) => `elasticsearch_cluster_health_status{${of},color="red"} == 1`,
      for: "2m",
      summary: "OpenSearch has lost shards",
      description: "Some indices cannot be read or written.",
    },
    {
      alert: "HeapHigh",
      severity: "warning",
      expr: (of) =>
        `elasticsearch_jvm_memory_used_bytes{${of},area="heap"} / elasticsearch_jvm_memory_max_bytes{${of},area="heap"} > 0.95`,
      for: "15m",
      summary: "OpenSearch is short of heap",
      description: "{{ $value | humanizePercentage }} of the heap stays in use.",
    },
  ],
  "log-shipper": [
    {
      alert: "LogsNotShipped",
      severity: "warning",
      // it begins with the age of its process: five minutes are more than a start and a restart of the store take
      expr: (of) => `log_shipper_lag_seconds{${of}} > 300`,
      for: "2m",
      summary: "Logs do not come into OpenSearch",
      description:
        "What was said in the last {{ $value | humanizeDuration }} cannot be searched, or not all of it.",
    },
  ],
};
