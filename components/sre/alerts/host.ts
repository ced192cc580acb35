import type { Alert } from "../rule";

/** The disk that the engine keeps its volumes on, as the node exporter sees it. */
const DISK = `mountpoint="/opt/t26"`;
const FREE = `node_filesystem_avail_bytes{${DISK}} / node_filesystem_size_bytes{${DISK}}`;

const host = { labels: { service: "host", scope: "host" }, dashboard: "infrastructure-health" } as const;

/** The machine that everything runs on. Shares of what it has, never absolute numbers. */
export const HOST_ALERTS: readonly Alert[] = [
  {
    ...host,
    alert: "DiskSpaceCritical",
    severity: "critical",
    expr: `${FREE} < 0.1`,
    for: "1m",
    summary: "The disk of the volumes is almost full",
    description:
      "{{ $value | humanizePercentage }} of it is free. When it is full, stores stop and orders are refused.",
  },
  {
    ...host,
    alert: "DiskSpaceLow",
    severity: "warning",
    expr: `${FREE} < 0.2`,
    for: "5m",
    summary: "The disk of the volumes is filling up",
    description: "{{ $value | humanizePercentage }} of it is free.",
  },
  {
    ...host,
    alert: "DiskWillFill",
    severity: "warning",
    // a straight line through six hours, not through the first half hour of a new platform, whose stores make their
    // files then; and a disk with half of it free does not worry anybody yet
    expr: `predict_linear(node_filesystem_avail_bytes{${DISK}}[6h], 24 * 3600) < 0 and ${FREE} < 0.5 and node_filesystem_avail_bytes{${DISK}} offset 5h`,
    for: "30m",
    summary: "The disk of the volumes will be full within a day",
    description: "At the pace of the last six hours nothing is free in 24 hours.",
  },
  {
    ...host,
    alert: "HostMemoryCritical",
    severity: "critical",
    expr: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.05",
    for: "2m",
    summary: "The host is almost out of memory",
    description:
      "{{ $value | humanizePercentage }} is available. The kernel will end the program that uses most.",
  },
  {
    ...host,
    alert: "HostMemoryLow",
    severity: "warning",
    expr: "node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < 0.1",
    for: "10m",
    summary: "The host has little memory left",
    description: "{{ $value | humanizePercentage }} is available.",
  },
  {
    ...host,
    alert: "HostProcessorsBusy",
    severity: "info",
    expr: `1 - avg(rate(node_cpu_seconds_total{mode="idle"}[5m])) > 0.95`,
    for: "30m",
    summary: "All processors have been busy for half an hour",
    description: "{{ $value | humanizePercentage }} of the processors' time is used.",
  },
  {
    ...host,
    alert: "ClockSkew",
    severity: "warning",
    expr: "abs(node_timex_offset_seconds) > 0.05 and node_timex_sync_status == 1",
    for: "5m",
    summary: "The host's clock is wrong",
    description:
      "It differs by {{ $value | humanizeDuration }} from its time servers. Orders and ticks carry wrong times.",
  },
  {
    ...host,
    alert: "ClockNotSynchronised",
    severity: "info",
    expr: "max_over_time(node_timex_sync_status[10m]) == 0",
    for: "10m",
    summary: "Nothing keeps the host's clock right",
    description: "The kernel knows of no time server. Install chrony or systemd-timesyncd on the host.",
  },
];
