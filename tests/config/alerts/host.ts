import { at, series, type AlertCase, type Family, type Labels } from "./case";

const exporter: Labels = at(
  { service: "node-exporter", capability: "sre", tier: "P1", lane: "backend" },
  "node-exporter",
  9100,
);
const host = (severity: string): Labels => ({ ...exporter, service: "host", scope: "host", severity });
const dashboard = "infrastructure-health";

const mount: Labels = {
  ...exporter,
  ...{ device: "/dev/vda", device_error: "", fstype: "ext4", mountpoint: "/opt/t26" },
};
/** A disk of 1000 bytes. */
const disk = (free: string): Readonly<Record<string, string>> => ({
  [series("node_filesystem_avail_bytes", mount)]: free,
  [series("node_filesystem_size_bytes", mount)]: "1000x2000",
});
const onDisk = (severity: string): Labels => {
  const { device_error: _none, ...labels } = mount;
  return { ...labels, ...host(severity) };
};
const memory = (available: string): Readonly<Record<string, string>> => ({
  [series("node_memory_MemAvailable_bytes", exporter)]: available,
  [series("node_memory_MemTotal_bytes", exporter)]: "1000x200",
});
const processors = (idle: string): Readonly<Record<string, string>> => ({
  [series("node_cpu_seconds_total", { ...exporter, cpu: "0", mode: "idle" })]: idle,
  [series("node_cpu_seconds_total", { ...exporter, cpu: "1", mode: "idle" })]: idle,
  [series("node_cpu_seconds_total", { ...exporter, cpu: "1", mode: "user" })]: "0+15x200",
});
const clock = (offset: string, synchronised: string): Readonly<Record<string, string>> => ({
  [series("node_timex_offset_seconds", exporter)]: offset,
  [series("node_timex_sync_status", exporter)]: synchronised,
});

const cases: readonly AlertCase[] = [
  {
    alert: "DiskSpaceCritical",
    name: "9 % are free",
    series: disk("100x3 90x20"),
    quietAt: ["45s", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: onDisk("critical"),
        summary: "The disk of the volumes is almost full",
        description: "9% of it is free. When it is full, stores stop and orders are refused.",
        dashboard,
      },
    ],
  },
  {
    alert: "DiskSpaceLow",
    name: "19 % are free",
    series: disk("200x3 190x40"),
    quietAt: ["45s", "5m45s"],
    firesAt: "6m",
    as: [
      {
        labels: onDisk("warning"),
        summary: "The disk of the volumes is filling up",
        description: "19% of it is free.",
        dashboard,
      },
    ],
  },
  {
    alert: "HostMemoryCritical",
    name: "4 % is available",
    series: memory("50x3 40x20"),
    quietAt: ["45s", "2m45s"],
    firesAt: "3m",
    as: [
      {
        labels: host("critical"),
        summary: "The host is almost out of memory",
        description: "4% is available. The kernel will end the program that uses most.",
        dashboard,
      },
    ],
  },
  {
    alert: "HostMemoryLow",
    name: "9 % is available",
    series: memory("100x3 90x60"),
    quietAt: ["45s", "10m45s"],
    firesAt: "11m",
    as: [
      {
        labels: host("warning"),
        summary: "The host has little memory left",
        description: "9% is available.",
        dashboard,
      },
    ],
  },
  {
    alert: "HostProcessorsBusy",
    name: "3 % of both processors is idle",
    series: processors("0+0.45x200"),
    quietAt: ["30m"],
    firesAt: "36m",
    as: [
      {
        labels: { service: "host", scope: "host", severity: "info" },
        summary: "All processors have been busy for half an hour",
        description: "97% of the processors' time is used.",
        dashboard,
      },
    ],
  },
  {
    alert: "HostProcessorsBusy",
    name: "10 % is idle, once everything has started",
    series: processors("0x20 1.5+1.5x180"),
    quietAt: ["45m"],
  },
  {
    alert: "ClockSkew",
    name: "80 ms behind its time servers",
    series: clock("-0.04x3 -0.08x40", "1x60"),
    quietAt: ["45s", "5m45s"],
    firesAt: "6m",
    as: [
      {
        labels: host("warning"),
        summary: "The host's clock is wrong",
        description: "It differs by 80ms from its time servers. Orders and ticks carry wrong times.",
        dashboard,
      },
    ],
  },
  {
    alert: "ClockSkew",
    name: "what it is told by no time server means nothing",
    series: clock("2x60", "0x60"),
    quietAt: ["10m"],
  },
  {
    alert: "ClockNotSynchronised",
    name: "no time server for ten minutes, and ten more",
    series: clock("0x120", "1x3 0x100"),
    quietAt: ["20m"],
    firesAt: "21m",
    as: [
      {
        labels: host("info"),
        summary: "Nothing keeps the host's clock right",
        description: "The kernel knows of no time server. Install chrony or systemd-timesyncd on the host.",
        dashboard,
      },
    ],
  },
  {
    alert: "ClockNotSynchronised",
    name: "lost once, and found again",
    series: clock("0x120", "1x8 0 1x100"),
    quietAt: ["11m", "13m", "20m"],
  },
];

/** What takes hours. */
const slowCases: readonly AlertCase[] = [
  {
    alert: "DiskWillFill",
    name: "49 % are free, and each hour 3 % less",
    every: "5m",
    series: disk("700-2.5x300"),
    // less than half of it is free after 6h45m
    quietAt: ["6h40m", "7h10m"],
    firesAt: "7h15m",
    as: [
      {
        labels: onDisk("warning"),
        summary: "The disk of the volumes will be full within a day",
        description: "At the pace of the last six hours nothing is free in 24 hours.",
        dashboard,
      },
    ],
  },
  {
    alert: "DiskWillFill",
    name: "a new platform's stores make their files: a lot at first, and then hardly anything",
    every: "5m",
    series: disk("230-1.3x12 214-0.02x300"),
    quietAt: ["35m", "1h", "3h", "5h", "6h", "8h"],
  },
  {
    alert: "DiskWillFill",
    name: "49 % are free, and each hour 1 % less: two days",
    every: "5m",
    series: disk("490-0.8x300"),
    quietAt: ["8h"],
  },
];

export const HOST_CASES: Family = { name: "host", of: ["node-exporter"], every: "15s", cases };
export const HOST_SLOW_CASES: Family = {
  name: "host, in hours",
  of: ["node-exporter"],
  every: "5m",
  cases: slowCases,
};
