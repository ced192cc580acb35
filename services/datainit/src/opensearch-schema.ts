/** Logs are written to the alias; `POST /<alias>/_rollover` begins the next index, without any plugin. */
export const logsAlias = "trade2026-logs";
export const templateName = "trade2026-logs";
export const firstIndex = `${logsAlias}-000001`;

/**
 * What a line of log is. Fields beyond these are kept and shown but not searched: a service that logs a new name in
 * every line must not fill the cluster with mappings.
 */
export const logsTemplate = {
  index_patterns: [`${logsAlias}-*`],
  priority: 200,
  /** Raise it with every change. */
  version: 1,
  template: {
    settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: "5s" },
    mappings: {
      dynamic: "false",
      properties: {
        "@timestamp": { type: "date" },
        level: { type: "keyword" },
        service: { type: "keyword" },
        version: { type: "keyword" },
        container: { type: "keyword" },
        lane: { type: "keyword" },
        message: { type: "text" },
        request_id: { type: "keyword" },
        order_id: { type: "keyword" },
        trace_id: { type: "keyword" },
        status: { type: "integer" },
        duration_ms: { type: "float" },
      },
    },
  },
} as const;
