import { parseDuration, type Duration } from "../../../model/units";
import { metrics } from "./metrics";
import type { Limit, Unplaced } from "./panel";
import { heatmap, timeseries } from "./panels";
import { quantile, rate, series, sum } from "./promql";

const { kit, traefik, blackbox, opa } = metrics;

/** Shares of requests that go wrong; a service promises less than one in a thousand. */
export const ERROR_LIMITS: readonly Limit[] = [
  { from: 0, color: "green" },
  { from: 0.01, color: "yellow" },
  { from: 0.05, color: "red" },
];

/** Rate, errors and duration of an in-house service, by what it measures itself. */
export function kitRequests(job: string, p95?: Duration): readonly Unplaced[] {
  const labels = { job };
  return [
    timeseries({
      title: "Requests, by route",
      description: "Answered a second, its own health checks and scrapes among them.",
      unit: "reqps",
      queries: [
        { expr: sum(rate(kit.requests.count, labels), ["method", "route"]), legend: "{{method}} {{route}}" },
      ],
      stacked: true,
    }),
    timeseries({
      title: "Answers, by status",
      description: "5xx are its own faults, 4xx its callers'.",
      unit: "reqps",
      queries: [{ expr: sum(rate(kit.requests.count, labels), ["status"]), legend: "{{status}}" }],
      stacked: true,
    }),
    timeseries({
      title: "How long answers take",
      description:
        p95 === undefined
          ? "Half, 95 and 99 of 100 answers come within this time."
          : `Half, 95 and 99 of 100 answers come within this time. The line is its promise: 95 within ${p95}.`,
      unit: "s",
      queries: quantiles((share) => quantile(share, kit.requests.bucket, labels)),
      ...(p95 === undefined ? {} : { limits: promise(p95) }),
    }),
    heatmap({
      title: "How answer times are spread",
      description:
        "Answers a second, by how long they took. Two bands are two kinds of requests, or a slow dependency.",
      unit: "s",
      queries: [{ expr: sum(rate(kit.requests.bucket, labels), ["le"]), legend: "{{le}}" }],
    }),
    timeseries({
      title: "Slowest routes",
      description: "95 of 100 answers of a route come within this time.",
      unit: "s",
      queries: [{ expr: quantile(0.95, kit.requests.bucket, labels, ["route"]), legend: "{{route}}" }],
    }),
    timeseries({
      title: "In flight",
      description: "Received and not yet answered. A steady climb is a dependency that does not answer.",
      unit: "none",
      queries: [{ expr: series(kit.inFlight, labels), legend: "requests" }],
    }),
  ];
}

/** The Node.js process of an in-house service. */
export function kitProcess(job: string): readonly Unplaced[] {
  const labels = { job };
  return [
    timeseries({
      title: "Event loop lag",
      description:
        "99 of 100 turns begin no later than this. High: something computes for too long at a time.",
      unit: "s",
      queries: [{ expr: series(kit.lagP99, labels), legend: "p99" }],
    }),
    timeseries({
      title: "Heap",
      description:
        "JavaScript's own memory, and all of the process. A climb that no collection ends is a leak.",
      unit: "bytes",
      queries: [
        { expr: series(kit.heapBytes, labels), legend: "heap in use" },
        { expr: series(kit.residentBytes, labels), legend: "resident" },
      ],
    }),
    timeseries({
      title: "Garbage collection",
      description: "Seconds a second that went into it, by kind.",
      unit: "percentunit",
      queries: [{ expr: sum(rate(kit.collections.sum, labels), ["kind"]), legend: "{{kind}}" }],
    }),
    timeseries({
      title: "Open files",
      description: "Sockets and files of the process. A steady climb is connections that nobody closes.",
      unit: "none",
      queries: [{ expr: series(kit.openFiles, labels), legend: "files" }],
    }),
  ];
}

/** A routed service as the gateway saw it: what its users got, the time on the way included. */
export function atTheGateway(service: string): readonly Unplaced[] {
  const labels = { job: "gateway", exported_service: `${service}@file` };
  const probed = { job: "blackbox", service };
  return [
    timeseries({
      title: "Answers to users, by status",
      description:
        "Through the gateway, a second. Statuses of the gateway's own (429, 502, 504) are among them.",
      unit: "reqps",
      queries: [{ expr: sum(rate(traefik.serviceRequests, labels), ["code"]), legend: "{{code}}" }],
      stacked: true,
    }),
    timeseries({
      title: "How long users wait",
      description: "From the gateway's first byte in to its last byte out.",
      unit: "s",
      queries: quantiles((share) => quantile(share, traefik.serviceSeconds.bucket, labels)),
    }),
    timeseries({
      title: "Probe of its route",
      description: "1 while its public health word answers through the gateway, 0 while it does not.",
      unit: "none",
      queries: [{ expr: series(blackbox.success, probed), legend: "answers" }],
      max: 1,
    }),
  ];
}

/** Open Policy Agent measures its requests by handler. */
export function opaRequests(job: string): readonly Unplaced[] {
  const labels = { job };
  return [
    timeseries({
      title: "Decisions and other requests",
      description: "Answered a second, by what was asked.",
      unit: "reqps",
      queries: [{ expr: sum(rate(opa.requests.count, labels), ["handler"]), legend: "{{handler}}" }],
      stacked: true,
    }),
    timeseries({
      title: "Answers, by status",
      description: "401 and 403: a caller without its token, or one that asked for what it may not.",
      unit: "reqps",
      queries: [{ expr: sum(rate(opa.requests.count, labels), ["code"]), legend: "{{code}}" }],
      stacked: true,
    }),
    timeseries({
      title: "How long answers take",
      description: "Half, 95 and 99 of 100 answers come within this time.",
      unit: "s",
      queries: quantiles((share) => quantile(share, opa.requests.bucket, labels)),
    }),
  ];
}

/** p50, p95 and p99. */
export function quantiles(
  of: (share: number) => string,
): readonly { readonly expr: string; readonly legend: string }[] {
  return [0.5, 0.95, 0.99].map((share) => ({ expr: of(share), legend: `p${Math.round(share * 100)}` }));
}

/** A line where the promise ends. */
export function promise(p95: Duration): readonly Limit[] {
  return [
    { from: 0, color: "green" },
    { from: parseDuration(p95) / 1000, color: "red" },
  ];
}
