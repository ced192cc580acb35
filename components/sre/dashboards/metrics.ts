/**
 * Every metric that a dashboard may ask for, once, under the program that produces it. What is asked for under another
 * name does not compile; a test compares the queries with this table, so that no panel waits for what nobody measures.
 */

/** The series of a histogram. */
const histogram = <const N extends string>(name: N) =>
  ({ bucket: `${name}_bucket`, sum: `${name}_sum`, count: `${name}_count` }) as const;

export const metrics = {
  /** Prometheus itself, about each target; and what its rules record. */
  prometheus: {
    up: "up",
    scrapeDuration: "scrape_duration_seconds",
    alerts: "ALERTS",
    headSeries: "prometheus_tsdb_head_series",
    samples: "prometheus_tsdb_head_samples_appended_total",
    blocksBytes: "prometheus_tsdb_storage_blocks_bytes",
    ruleFailures: "prometheus_rule_evaluation_failures_total",
    notificationQueue: "prometheus_notifications_queue_length",
    httpRequests: "prometheus_http_requests_total",
    reloadSuccessful: "prometheus_config_last_reload_successful",
  },
  rules: {
    requests: "service:http_requests:rate5m",
    errors: "service:http_errors:ratio_rate5m",
    p95: "service:http_duration_seconds:p95_5m",
    memory: "service:memory:ratio",
    cpu: "service:cpu:ratio",
    sloErrors5m: "slo:sli_error:ratio_rate5m",
    sloErrors1h: "slo:sli_error:ratio_rate1h",
    sloErrors6h: "slo:sli_error:ratio_rate6h",
    sloErrors3d: "slo:sli_error:ratio_rate3d",
    sloObjective: "slo:objective:ratio",
    sloBurn: "slo:current_burn_rate:ratio",
    sloRemaining: "slo:error_budget_remaining:ratio",
  },
  /** services/kit and prom-client: every in-house service. */
  kit: {
    requests: histogram("http_request_duration_seconds"),
    inFlight: "http_requests_in_flight",
    residentBytes: "process_resident_memory_bytes",
    heapBytes: "nodejs_heap_size_used_bytes",
    lagP99: "nodejs_eventloop_lag_p99_seconds",
    collections: histogram("nodejs_gc_duration_seconds"),
    openFiles: "process_open_fds",
  },
  authn: { logins: "authn_logins_total" },
  marketDataGateway: { ticks: "market_data_gateway_ticks_total" },
  normalizer: {
    ticks: "normalizer_ticks_total",
    bars: "normalizer_bars_total",
    held: "normalizer_bars_held_count",
  },
  hotCache: { records: "hot_cache_records_total" },
  questdbWriter: { rows: "questdb_writer_rows_total", seconds: histogram("questdb_writer_write_seconds") },
  oms: {
    submits: "oms_submits_total",
    changes: "oms_changes_total",
    fills: "oms_fills_total",
    reports: "oms_reports_total",
    riskCheck: histogram("oms_risk_check_seconds"),
    open: "oms_open_orders",
    inMemory: "oms_orders_in_memory",
    unacknowledged: "oms_unacknowledged_records",
    unprojected: "oms_unprojected_orders",
  },
  risk: {
    orders: "risk_orders_total",
    check: histogram("risk_check_duration_seconds"),
    open: "risk_open_orders",
    reserved: "risk_reserved_orders",
    active: "risk_trading_active",
    lag: "risk_stream_lag_messages",
  },
  exeq: { routed: "exeq_orders_routed_total", parents: "exeq_parents_running_count" },
  liveGateway: {
    state: "live_gateway_trading_state",
    commands: "live_gateway_commands_total",
    venue: histogram("live_gateway_venue_request_seconds"),
  },
  prism: {
    events: "prism_events_total",
    fills: "prism_fills_total",
    ticks: "prism_ticks_total",
    refused: "prism_tick_messages_refused_total",
    commit: histogram("prism_commit_duration_seconds"),
    open: "prism_open_orders",
    readers: "prism_feed_readers",
    quoteAge: "prism_quote_age_seconds",
  },
  pnl: { lag: "pnl_stream_lag_messages", amount: "pnl_amount" },
  liveUpdates: { opened: "live_updates_opened_total", sockets: "live_updates_sockets" },
  traefik: {
    entryRequests: "traefik_entrypoint_requests_total",
    entrySeconds: histogram("traefik_entrypoint_request_duration_seconds"),
    requestBytes: "traefik_entrypoint_requests_bytes_total",
    responseBytes: "traefik_entrypoint_responses_bytes_total",
    connections: "traefik_open_connections",
    reloads: "traefik_config_reloads_total",
    serviceRequests: "traefik_service_requests_total",
    serviceSeconds: histogram("traefik_service_request_duration_seconds"),
  },
  /** engine-exporter: `service` is the workload that a container belongs to. */
  containers: {
    cpu: "container_cpu_seconds_total",
    cpuLimit: "container_cpu_limit_cores",
    throttled: "container_cpu_throttled_seconds_total",
    memory: "container_memory_working_set_bytes",
    memoryLimit: "container_memory_limit_bytes",
    received: "container_network_receive_bytes_total",
    sent: "container_network_transmit_bytes_total",
    started: "container_start_time_seconds",
    restarts: "container_restarts_total",
    oomKills: "container_oom_kills_total",
    running: "container_running",
    healthy: "container_healthy",
    pids: "container_pids",
  },
  blackbox: {
    success: "probe_success",
    seconds: "probe_duration_seconds",
    certificateEnds: "probe_ssl_earliest_cert_expiry",
  },
  node: {
    cpu: "node_cpu_seconds_total",
    load1: "node_load1",
    memoryTotal: "node_memory_MemTotal_bytes",
    memoryAvailable: "node_memory_MemAvailable_bytes",
    diskFree: "node_filesystem_avail_bytes",
    diskSize: "node_filesystem_size_bytes",
    diskRead: "node_disk_read_bytes_total",
    diskWritten: "node_disk_written_bytes_total",
    diskBusy: "node_disk_io_time_seconds_total",
    clockOffset: "node_timex_offset_seconds",
  },
  nats: {
    connections: "nats_connections",
    slow: "nats_slow_consumers_total",
    messagesIn: "nats_messages_in_total",
    messagesOut: "nats_messages_out_total",
    bytesIn: "nats_bytes_in_total",
    bytesOut: "nats_bytes_out_total",
    memory: "nats_memory_bytes",
    stored: "nats_jetstream_storage_used_bytes",
    storeLimit: "nats_jetstream_storage_limit_bytes",
    streamMessages: "nats_stream_messages",
    streamBytes: "nats_stream_bytes",
    pending: "nats_consumer_pending_messages",
    unacknowledged: "nats_consumer_ack_pending_messages",
    redelivered: "nats_consumer_redelivered_messages",
  },
  redis: {
    commands: "redis_commands_processed_total",
    hits: "redis_keyspace_hits_total",
    misses: "redis_keyspace_misses_total",
    memory: "redis_memory_used_bytes",
    memoryLimit: "redis_memory_max_bytes",
    clients: "redis_connected_clients",
    evicted: "redis_evicted_keys_total",
    expired: "redis_expired_keys_total",
    keys: "redis_db_keys",
  },
  postgres: {
    commits: "pg_stat_database_xact_commit",
    rollbacks: "pg_stat_database_xact_rollback",
    hits: "pg_stat_database_blks_hit",
    reads: "pg_stat_database_blks_read",
    backends: "pg_stat_database_numbackends",
    maxConnections: "pg_settings_max_connections",
    size: "pg_database_size_bytes",
    longest: "pg_stat_activity_max_tx_duration",
    deadlocks: "pg_stat_database_deadlocks",
    inserted: "pg_stat_database_tup_inserted",
    updated: "pg_stat_database_tup_updated",
    deleted: "pg_stat_database_tup_deleted",
  },
  questdb: {
    committedRows: "questdb_committed_rows_total",
    walRows: "questdb_wal_written_rows_total",
    appliedRows: "questdb_wal_apply_written_rows_total",
    suspended: "questdb_suspended_tables",
    queries: "questdb_json_queries_total",
    wireQueries: "questdb_pg_wire_queries_total",
    queryErrors: "questdb_query_error_counter_total",
    connections: "questdb_http_connections",
    memory: "questdb_memory_mem_used",
    resident: "questdb_memory_rss",
  },
  seaweedfs: {
    requests: "SeaweedFS_s3_request_total",
    seconds: histogram("SeaweedFS_s3_request_seconds"),
    disk: "SeaweedFS_volumeServer_resource",
    stored: "SeaweedFS_volumeServer_total_disk_size",
    volumes: "SeaweedFS_volumeServer_volumes",
  },
  opensearch: {
    status: "elasticsearch_cluster_health_status",
    heap: "elasticsearch_jvm_memory_used_bytes",
    heapLimit: "elasticsearch_jvm_memory_max_bytes",
    documents: "elasticsearch_indices_docs",
    size: "elasticsearch_indices_store_size_bytes",
    indexed: "elasticsearch_indices_indexing_index_total",
    searches: "elasticsearch_indices_search_query_total",
    searchSeconds: "elasticsearch_indices_search_query_time_seconds",
    tripped: "elasticsearch_breakers_tripped",
    rejected: "elasticsearch_thread_pool_rejected_count",
  },
  logShipper: { lines: "log_shipper_lines_total", lag: "log_shipper_lag_seconds" },
  clickhouse: {
    queries: "ClickHouseProfileEvents_Query",
    failed: "ClickHouseProfileEvents_FailedQuery",
    running: "ClickHouseMetrics_Query",
    memory: "ClickHouseMetrics_MemoryTracking",
    insertedRows: "ClickHouseProfileEvents_InsertedRows",
    selectedRows: "ClickHouseProfileEvents_SelectedRows",
    delayed: "ClickHouseProfileEvents_DelayedInserts",
    rejected: "ClickHouseProfileEvents_RejectedInserts",
    parts: "ClickHouseAsyncMetrics_MaxPartCountForPartition",
  },
  /** OPA has the kit's name for it, and other labels: code, handler, method. */
  opa: { requests: histogram("http_request_duration_seconds") },
  alertmanager: {
    alerts: "alertmanager_alerts",
    sent: "alertmanager_notifications_total",
    failed: "alertmanager_notifications_failed_total",
    latency: histogram("alertmanager_notification_latency_seconds"),
    silences: "alertmanager_silences",
  },
  grafana: { requests: histogram("grafana_http_request_duration_seconds") },
} as const;

export type Producer = keyof typeof metrics;
type Names<T> = T extends string ? T : { [K in keyof T]: Names<T[K]> }[keyof T];
/** Name of a metric that somebody produces. */
export type Metric = Names<typeof metrics>;

/** The same as lists, by producer. */
export const knownMetrics: Readonly<Record<Producer, readonly string[]>> = Object.fromEntries(
  Object.entries(metrics).map(([producer, group]) => [
    producer,
    Object.values<string | ReturnType<typeof histogram>>(group).flatMap((entry) =>
      typeof entry === "string" ? [entry] : Object.values(entry),
    ),
  ]),
) as Record<Producer, string[]>;

/**
 * Counters with labels that do not exist before the first thing that they count: a platform that has only just begun
 * has no series for them, and that is the truth. What has to happen first.
 */
export const appearsWith: Partial<Readonly<Record<Metric, string>>> = {
  [metrics.authn.logins]: "a login with a password",
  [metrics.oms.submits]: "an order",
  [metrics.oms.changes]: "a cancelled or replaced order",
  [metrics.oms.fills]: "a fill",
  [metrics.oms.reports]: "an order that a venue answered",
  [metrics.risk.orders]: "an order",
  [metrics.liveGateway.commands]: "an order that went to a venue",
  [metrics.liveGateway.venue.bucket]: "an order that went to a venue",
  [metrics.liveGateway.venue.count]: "an order that went to a venue",
  [metrics.prism.events]: "an order at the paper venue",
  [metrics.prism.fills]: "a fill at the paper venue",
  [metrics.liveUpdates.opened]: "a browser's socket",
  [metrics.seaweedfs.requests]: "a request to the object store",
  [metrics.seaweedfs.seconds.bucket]: "a request to the object store",
};
