import { metrics } from "./metrics";
import type { StorePanels } from "./stores";
import { stat, timeseries } from "./panels";
import { max, min, quantile, rate, series, sum } from "./promql";
import { quantiles } from "./requests";

/** Traefik, by entry point. @param job name of the gateway's spec */
export const gatewayPanels: StorePanels = (job) => {
  const { traefik } = metrics;
  const labels = { job };
  return [
    timeseries({
      title: "Requests, by entry point and status",
      description: "Answered a second, whatever answered them.",
      unit: "reqps",
      queries: [
        {
          expr: sum(rate(traefik.entryRequests, labels), ["entrypoint", "code"]),
          legend: "{{entrypoint}} {{code}}",
        },
      ],
      stacked: true,
    }),
    timeseries({
      title: "How long answers take",
      description: "Half, 95 and 99 of 100 answers are out within this time.",
      unit: "s",
      queries: quantiles((share) => quantile(share, traefik.entrySeconds.bucket, labels)),
    }),
    timeseries({
      title: "Open connections",
      description: "By entry point.",
      unit: "none",
      queries: [{ expr: sum(series(traefik.connections, labels), ["entrypoint"]), legend: "{{entrypoint}}" }],
    }),
    timeseries({
      title: "Bodies through it",
      description: "Of requests and of answers, a second.",
      unit: "binBps",
      queries: [
        { expr: sum(rate(traefik.requestBytes, labels)), legend: "requests" },
        { expr: sum(rate(traefik.responseBytes, labels)), legend: "answers" },
      ],
    }),
    timeseries({
      title: "Configurations read",
      description: "Since it began. One more after each change of routes or certificates.",
      unit: "none",
      queries: [{ expr: series(traefik.reloads, labels), legend: "read" }],
    }),
  ];
};

/** The host, as far as a container may look at it. */
export const hostPanels: StorePanels = (job) => {
  const { node } = metrics;
  const labels = { job };
  // one disk is mounted at many places, and what only lies in memory is no disk
  const disks = { ...labels, fstype: { unlike: "tmpfs|overlay|squashfs" } };
  return [
    timeseries({
      title: "CPU of the host",
      description: "Share of all processors, by what they did. Steal is what the machine's own host took.",
      unit: "percentunit",
      queries: [
        {
          expr: `avg by (mode) (${rate(node.cpu, { ...labels, mode: { unlike: "idle" } })})`,
          legend: "{{mode}}",
        },
      ],
      max: 1,
      stacked: true,
    }),
    timeseries({
      title: "Load",
      description:
        "Processes that run or want to, on average over a minute. Above the number of processors they wait.",
      unit: "none",
      queries: [{ expr: series(node.load1, labels), legend: "load" }],
    }),
    timeseries({
      title: "Memory of the host",
      description: "All of it, and what is there for more.",
      unit: "bytes",
      queries: [
        { expr: series(node.memoryTotal, labels), legend: "total" },
        { expr: series(node.memoryAvailable, labels), legend: "available" },
      ],
    }),
    timeseries({
      title: "Free disk",
      description: "Share that is free, by disk. Below 0.2 it wants attention, below 0.1 at once.",
      unit: "percentunit",
      queries: [
        {
          expr: `${min(series(node.diskFree, disks), ["device"])} / ${max(series(node.diskSize, disks), ["device"])}`,
          legend: "{{device}}",
        },
      ],
      max: 1,
      limits: [
        { from: 0, color: "red" },
        { from: 0.1, color: "yellow" },
        { from: 0.2, color: "green" },
      ],
    }),
    timeseries({
      title: "Disk traffic",
      description: "Read and written a second.",
      unit: "binBps",
      queries: [
        { expr: sum(rate(node.diskRead, labels)), legend: "read" },
        { expr: sum(rate(node.diskWritten, labels)), legend: "written" },
      ],
    }),
    timeseries({
      title: "Disk busy",
      description: "Share of the time in which a disk had something to do.",
      unit: "percentunit",
      queries: [{ expr: rate(node.diskBusy, labels), legend: "{{device}}" }],
      max: 1,
    }),
    timeseries({
      title: "Clock",
      description: "How far it is off, as the kernel knows. Orders are stamped by it.",
      unit: "s",
      queries: [{ expr: series(node.clockOffset, labels), legend: "offset" }],
      signed: true,
    }),
  ];
};

export const prometheusPanels: StorePanels = (job) => {
  const { prometheus } = metrics;
  const labels = { job };
  return [
    timeseries({
      title: "Series",
      description:
        "That it holds in memory. Its memory grows with them; a jump is a label with too many values.",
      unit: "short",
      queries: [{ expr: series(prometheus.headSeries, labels), legend: "series" }],
    }),
    timeseries({
      title: "Samples",
      description: "Taken in a second.",
      unit: "ops",
      queries: [{ expr: rate(prometheus.samples, labels), legend: "samples" }],
    }),
    timeseries({
      title: "On disk",
      description: "Of finished blocks. They go by age, or when there are too many.",
      unit: "bytes",
      queries: [{ expr: series(prometheus.blocksBytes, labels), legend: "blocks" }],
    }),
    timeseries({
      title: "Targets",
      description: "Share of the targets of each job that answer. Below 1: something is not measured.",
      unit: "percentunit",
      queries: [{ expr: `avg by (job) (${series(prometheus.up)})`, legend: "{{job}}" }],
      max: 1,
    }),
    timeseries({
      title: "Rules that fail",
      description: "Evaluations a second that ended in an error; and alerts that wait to be sent.",
      unit: "none",
      queries: [
        { expr: sum(rate(prometheus.ruleFailures, labels)), legend: "failed a second" },
        { expr: series(prometheus.notificationQueue, labels), legend: "alerts waiting" },
      ],
    }),
    timeseries({
      title: "Requests",
      description: "A second, of Grafana, rules and people, by status.",
      unit: "reqps",
      queries: [{ expr: sum(rate(prometheus.httpRequests, labels), ["code"]), legend: "{{code}}" }],
    }),
    stat({
      title: "Configuration",
      description: "Whether the last one could be read. If not, it goes on with the one before.",
      unit: "none",
      queries: [{ expr: series(prometheus.reloadSuccessful, labels), legend: "last reload" }],
      words: { 0: { text: "refused", color: "red" }, 1: { text: "in force", color: "green" } },
    }),
  ];
};

export const alertmanagerPanels: StorePanels = (job) => {
  const { alertmanager } = metrics;
  const labels = { job };
  return [
    timeseries({
      title: "Alerts it holds",
      description: "Active, or suppressed by a silence, a mute time or another alert.",
      unit: "none",
      queries: [{ expr: sum(series(alertmanager.alerts, labels), ["state"]), legend: "{{state}}" }],
    }),
    timeseries({
      title: "Notifications",
      description: "A second, by the way that they went.",
      unit: "ops",
      queries: [{ expr: sum(rate(alertmanager.sent, labels), ["integration"]), legend: "{{integration}}" }],
    }),
    timeseries({
      title: "Notifications that failed",
      description: "A second, by way. Nobody hears of what fails here: mend it first.",
      unit: "ops",
      queries: [{ expr: sum(rate(alertmanager.failed, labels), ["integration"]), legend: "{{integration}}" }],
    }),
    timeseries({
      title: "How long a notification takes",
      description: "95 of 100 are taken by the other side within this time.",
      unit: "s",
      queries: [
        {
          expr: quantile(0.95, alertmanager.latency.bucket, labels, ["integration"]),
          legend: "{{integration}}",
        },
      ],
    }),
    timeseries({
      title: "Silences",
      description: "By state.",
      unit: "none",
      queries: [{ expr: sum(series(alertmanager.silences, labels), ["state"]), legend: "{{state}}" }],
    }),
  ];
};

export const grafanaPanels: StorePanels = (job) => {
  const { grafana } = metrics;
  const labels = { job };
  return [
    timeseries({
      title: "Requests, by status",
      description: "Of browsers, a second.",
      unit: "reqps",
      queries: [
        { expr: sum(rate(grafana.requests.count, labels), ["status_code"]), legend: "{{status_code}}" },
      ],
      stacked: true,
    }),
    timeseries({
      title: "How long answers take",
      description: "Half, 95 and 99 of 100 answers come within this time.",
      unit: "s",
      queries: quantiles((share) => quantile(share, grafana.requests.bucket, labels)),
    }),
  ];
};

/** Public routes, asked from within like a user would. */
export const probePanels: StorePanels = () => {
  const { blackbox } = metrics;
  const labels = { job: "blackbox" };
  return [
    timeseries({
      title: "Routes that answer",
      description: "1 while a public route answers through the gateway, 0 while it does not.",
      unit: "none",
      queries: [{ expr: min(series(blackbox.success, labels), ["service"]), legend: "{{service}}" }],
      max: 1,
    }),
    timeseries({
      title: "How long a route takes",
      description: "From the first byte out to the last byte in, TLS included.",
      unit: "s",
      queries: [{ expr: max(series(blackbox.seconds, labels), ["service"]), legend: "{{service}}" }],
    }),
    stat({
      title: "Certificate ends in",
      description: "Of the gateway's certificate that ends first. `./trade2026 ca renew` issues new ones.",
      unit: "dtdurations",
      queries: [{ expr: `${min(series(blackbox.certificateEnds, labels))} - time()`, legend: "left" }],
      limits: [
        { from: 0, color: "red" },
        { from: 604_800, color: "yellow" },
        { from: 2_592_000, color: "green" },
      ],
    }),
  ];
};
