import { LOG_INDICES } from "../../contracts/log-store";

export const templateName = "logs";

/**
 * What a line of log is (contracts/log-store.ts); log-shipper writes them, one index a day. What a program says beside
 * its message is one field with a tree in it, searched as `fields.order_id`: a service that logs a new name in every line
 * must not fill the cluster with mappings.
 */
export const logsTemplate = {
  index_patterns: [LOG_INDICES],
  priority: 200,
  /** Raise it with every change. */
  version: 2,
  template: {
    settings: {
      number_of_shards: 1,
      number_of_replicas: 0,
      refresh_interval: "5s",
      codec: "best_compression",
    },
    mappings: {
      dynamic: "false",
      properties: {
        "@timestamp": { type: "date_nanos" },
        level: { type: "keyword" },
        service: { type: "keyword" },
        capability: { type: "keyword" },
        lanes: { type: "keyword" },
        container: { type: "keyword" },
        stream: { type: "keyword" },
        message: { type: "text" },
        fields: { type: "flat_object" },
      },
    },
  },
} as const;
