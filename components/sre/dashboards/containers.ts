import { metrics } from "./metrics";
import type { Limit, Unplaced, Words } from "./panel";
import { stat, timeseries } from "./panels";
import { increase, rate, series, sum, type Labels } from "./promql";

const { containers, rules } = metrics;

export const RUNNING: Words = {
  0: { text: "stopped", color: "red" },
  1: { text: "running", color: "green" },
};
export const HEALTHY: Words = { 0: { text: "unwell", color: "red" }, 1: { text: "well", color: "green" } };

/** Shares of a limit that a container was given. */
export const SHARE_LIMITS: readonly Limit[] = [
  { from: 0, color: "green" },
  { from: 0.8, color: "yellow" },
  { from: 0.9, color: "red" },
];

/** Whether it runs, since when, and how near it is to its limits. */
export function containerNow(labels: Labels): readonly Unplaced[] {
  return [
    stat({
      title: "Container",
      description: "Whether the engine runs it. Stopped: `./trade2026 status` says why.",
      unit: "none",
      queries: [{ expr: series(containers.running, labels), legend: "running" }],
      words: RUNNING,
    }),
    stat({
      title: "Health check",
      description: "The container's own probe, as the engine last saw it.",
      unit: "none",
      queries: [{ expr: series(containers.healthy, labels), legend: "health" }],
      words: HEALTHY,
    }),
    stat({
      title: "Up for",
      description: "Since it was last started. Short after a deployment; short at other times is a restart.",
      unit: "dtdurations",
      queries: [{ expr: `time() - ${series(containers.started, labels)}`, legend: "up for" }],
    }),
    stat({
      title: "Restarts, last hour",
      description: "Times that the engine started it again by itself.",
      unit: "none",
      queries: [{ expr: increase(containers.restarts, labels, "1h"), legend: "restarts" }],
      limits: [
        { from: 0, color: "green" },
        { from: 1, color: "orange" },
        { from: 3, color: "red" },
      ],
    }),
    stat({
      title: "Memory of its limit",
      description: "Working set over the limit in its spec. At 1 the kernel ends it.",
      unit: "percentunit",
      queries: [{ expr: series(rules.memory, labels), legend: "memory" }],
      limits: SHARE_LIMITS,
    }),
    stat({
      title: "CPU of its limit",
      description: "Used over the limit in its spec. At 1 it is slowed down.",
      unit: "percentunit",
      queries: [{ expr: series(rules.cpu, labels), legend: "CPU" }],
      limits: SHARE_LIMITS,
    }),
  ];
}

/** What it takes of the machine, over time. */
export function containerResources(labels: Labels): readonly Unplaced[] {
  return [
    timeseries({
      title: "CPU",
      description: "Processors in use, and the limit that the spec gives.",
      unit: "none",
      queries: [
        { expr: sum(rate(containers.cpu, labels)), legend: "used" },
        { expr: series(containers.cpuLimit, labels), legend: "limit" },
      ],
    }),
    timeseries({
      title: "CPU throttled",
      description: "Seconds a second that it was ready to work and kept from it by its limit.",
      unit: "percentunit",
      queries: [{ expr: rate(containers.throttled, labels), legend: "throttled" }],
    }),
    timeseries({
      title: "Memory",
      description: "Working set, and the limit that the spec gives. At the limit the kernel ends it.",
      unit: "bytes",
      queries: [
        { expr: series(containers.memory, labels), legend: "working set" },
        { expr: series(containers.memoryLimit, labels), legend: "limit" },
      ],
    }),
    timeseries({
      title: "Network in, by lane",
      description: "Received on each of its networks.",
      unit: "binBps",
      queries: [{ expr: sum(rate(containers.received, labels), ["lane"]), legend: "{{lane}}" }],
    }),
    timeseries({
      title: "Network out, by lane",
      description: "Sent on each of its networks.",
      unit: "binBps",
      queries: [{ expr: sum(rate(containers.sent, labels), ["lane"]), legend: "{{lane}}" }],
    }),
    timeseries({
      title: "Processes and kills",
      description:
        "Processes and threads in the container; and how often the kernel took one for want of memory.",
      unit: "none",
      queries: [
        { expr: series(containers.pids, labels), legend: "processes and threads" },
        { expr: series(containers.oomKills, labels), legend: "ended for want of memory" },
      ],
    }),
  ];
}
