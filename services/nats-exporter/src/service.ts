import { exportMetrics, milliseconds, url, type ServiceDefinition } from "../../kit";
import { families } from "./families";
import { readMonitor } from "./monitor";

const fields = {
  NATS_MONITOR_URL: url("http"),
  /** Shorter than any scrape: Prometheus shall hear "cannot be read", not wait for it. */
  READ_TIMEOUT_MS: milliseconds(3000),
};

/** It is ready though NATS is away: `nats_up` says so, and an exporter that went with it could not. */
export const natsExporter: ServiceDefinition<typeof fields> = {
  name: "nats-exporter",
  version: "0.1.0",
  description: "What NATS says of itself on its monitoring port, as metrics.",
  port: 7777,
  config: fields,
  setup: ({ config, metrics, log }) =>
    exportMetrics({
      registry: metrics,
      up: { name: "nats_up", help: "1 when the monitoring port of NATS could be read." },
      families,
      read: () => readMonitor(config.NATS_MONITOR_URL, config.READ_TIMEOUT_MS),
      log,
    }),
};
