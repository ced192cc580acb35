import { at, container, GATEWAY, OMS, RISK, series, type AlertCase, type Family, type Labels } from "./case";

const up = series("up", at(OMS, "oms", 8099));
const healthy = series("container_healthy", container(OMS));
const created = series("container_created_time_seconds", container(OMS));
const needs = { needs: "nats,valkey-state" };
const critical: Labels = { ...OMS, ...needs, severity: "critical" };
const warning: Labels = { ...OMS, ...needs, severity: "warning" };
const info: Labels = { ...OMS, ...needs, severity: "info" };
const dashboard = "service-oms";

/** Requests of the order service: a route's counts and its durations' bounds, a minute's worth in each value. */
const requests = (
  status: string,
  values: string,
  labels: Labels = OMS,
): Readonly<Record<string, string>> => ({
  [series("http_request_duration_seconds_count", {
    ...at(labels, labels.service ?? "", 8099),
    ...{ method: "POST", route: "/orders", status },
  })]: values,
});
const within = (le: string, values: string, labels: Labels = OMS): Readonly<Record<string, string>> => ({
  [series("http_request_duration_seconds_bucket", {
    ...at(labels, labels.service ?? "", 8099),
    ...{ method: "POST", route: "/orders", status: "200", le },
  })]: values,
});

const cases: readonly AlertCase[] = [
  {
    alert: "ServiceDown",
    name: "Prometheus cannot reach it for three minutes",
    series: { [up]: "1x4 0x20", [healthy]: "1x40" },
    quietAt: ["1m", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: critical,
        summary: "Orders is down",
        description: "oms does not run, does not answer, or is not ready, for more than 45 seconds.",
        dashboard,
      },
    ],
  },
  {
    alert: "ServiceDown",
    name: "it answers, but the engine finds it unhealthy",
    series: { [up]: "1x40", [healthy]: "1 0x20" },
    quietAt: ["45s"],
    firesAt: "1m",
    as: [
      {
        labels: critical,
        summary: "Orders is down",
        description: "oms does not run, does not answer, or is not ready, for more than 45 seconds.",
        dashboard,
      },
    ],
  },
  {
    alert: "ServiceDown",
    name: "a deployment replaces it: half a minute without it",
    series: { [up]: "1x4 0 0 1x20", [healthy]: "1x4 0 0 1x20" },
    quietAt: ["1m15s", "1m45s", "2m15s", "3m"],
  },
  {
    alert: "ServiceDown",
    name: "a deployment replaces it on a busy machine: it starts for more than a minute",
    series: { [up]: "1x4 0x5 1x20", [healthy]: "1x4 _ 0x4 1x20", [created]: "-1000x4 _ 90x30" },
    quietAt: ["1m15s", "2m", "2m15s", "2m30s", "4m"],
  },
  {
    alert: "ServiceDown",
    name: "what a deployment has made does not start",
    series: { [up]: "1x4 0x20", [healthy]: "1x4 _ 0x20", [created]: "-1000x4 _ 90x30" },
    quietAt: ["1m30s", "2m", "2m30s", "3m"],
    firesAt: "3m15s",
    as: [
      {
        labels: critical,
        summary: "Orders is down",
        description: "oms does not run, does not answer, or is not ready, for more than 45 seconds.",
        dashboard,
      },
    ],
  },
  {
    alert: "RestartLoop",
    name: "started anew every two minutes",
    series: {
      [series("container_start_time_seconds", container(OMS))]: "0x7 120x7 240x7 360x7 480x7 480x20",
    },
    quietAt: ["7m45s"],
    firesAt: "8m",
    as: [
      {
        labels: { ...container(OMS), ...needs, severity: "critical" },
        summary: "Orders restarts again and again",
        description: "oms was started 4 times within ten minutes.",
        dashboard,
      },
    ],
  },
  {
    alert: "ServiceRestarted",
    name: "once",
    series: { [series("container_start_time_seconds", container(OMS))]: "100x9 250x40" },
    quietAt: ["2m15s", "7m45s"],
    firesAt: "2m30s",
    as: [
      {
        labels: { ...container(OMS), ...needs, severity: "info" },
        summary: "Orders was restarted",
        description: "oms was started anew, by a deployment or after it had ended.",
        dashboard,
      },
    ],
  },
  {
    alert: "OutOfMemoryKill",
    name: "the kernel ends it once",
    series: { [series("container_oom_kills_total", container(OMS))]: "0x7 1x60" },
    quietAt: ["1m45s", "12m15s"],
    firesAt: "2m",
    as: [
      {
        labels: { ...container(OMS), ...needs, severity: "warning" },
        summary: "Orders was killed for want of memory",
        description: "oms met its limit of 768MiB and was ended by the kernel.",
        dashboard,
      },
    ],
  },
  {
    alert: "MemoryCritical",
    name: "91 % of its limit for more than five minutes",
    series: {
      [series("container_memory_working_set_bytes", container(OMS))]: "91x40",
      [series("container_memory_limit_bytes", container(OMS))]: "100x40",
    },
    quietAt: ["4m45s"],
    firesAt: "5m",
    as: [
      {
        labels: critical,
        summary: "Orders is about to run out of memory",
        description: "oms uses 91% of its 768MiB.",
        dashboard,
      },
    ],
  },
  {
    alert: "MemoryCritical",
    name: "90 % is not yet too much",
    series: {
      [series("container_memory_working_set_bytes", container(OMS))]: "90x40",
      [series("container_memory_limit_bytes", container(OMS))]: "100x40",
    },
    quietAt: ["10m"],
  },
  {
    alert: "ProcessorStarved",
    name: "95 % of its one processor for a quarter of an hour",
    series: {
      [series("container_cpu_seconds_total", container(OMS))]: "0+14.25x80",
      [series("container_cpu_limit_cores", container(OMS))]: "1x80",
    },
    // what it has used in two minutes is known after two minutes
    quietAt: ["15m"],
    firesAt: "17m",
    as: [
      {
        labels: info,
        summary: "Orders wants more processor than it may have",
        description: "oms uses 95% of its 1 processors.",
        dashboard,
      },
    ],
  },
  {
    alert: "ProcessorStarved",
    name: "busy, with something to spare",
    series: {
      [series("container_cpu_seconds_total", container(OMS))]: "0+13.2x80",
      [series("container_cpu_limit_cores", container(OMS))]: "1x80",
    },
    quietAt: ["20m"],
  },
  {
    alert: "RouteUnreachable",
    name: "a probe of its route fails",
    series: {
      [series("probe_success", {
        ...OMS,
        job: "blackbox",
        instance: "https://gateway:8443/api/orders/health",
        route: "/api/orders",
      })]: "1x4 0x20",
    },
    quietAt: ["1m", "2m"],
    firesAt: "2m15s",
    as: [
      {
        labels: {
          ...critical,
          job: "blackbox",
          instance: "https://gateway:8443/api/orders/health",
          route: "/api/orders",
        },
        summary: "/api/orders cannot be reached through the gateway",
        description: "A request to /api/orders through the gateway has failed for more than a minute.",
        dashboard,
      },
    ],
  },
  {
    alert: "HighErrorRate",
    name: "six of a hundred fail",
    series: { ...requests("200", "0+94x60"), ...requests("503", "0+6x60") },
    quietAt: ["2m"],
    firesAt: "2m15s",
    as: [
      {
        labels: critical,
        summary: "Orders fails many requests",
        description: "6% of the requests to oms were answered with 5xx.",
        dashboard,
      },
    ],
  },
  {
    alert: "HighErrorRate",
    name: "four of a hundred fail",
    series: { ...requests("200", "0+96x60"), ...requests("503", "0+4x60") },
    quietAt: ["10m"],
  },
  {
    alert: "HighErrorRate",
    name: "some have failed while its container was replaced, and none since then",
    series: { ...requests("200", "0+94x60"), ...requests("503", "0x8 90x60") },
    quietAt: ["2m30s", "4m", "5m"],
  },
  {
    alert: "HighErrorRate",
    name: "all of the two requests of an hour fail: too few to judge by",
    series: requests("503", "0x10 1x10 2x40"),
    quietAt: ["3m", "5m", "8m"],
  },
  {
    alert: "HighErrorRate",
    name: "the gateway answers for services that do not",
    series: Object.fromEntries(
      [
        ["200", "0+90x60"],
        ["502", "0+10x60"],
      ].map(([code = "", values = ""]) => [
        series("traefik_entrypoint_requests_total", {
          ...at(GATEWAY, "gateway", 8082),
          ...{ code, entrypoint: "websecure", method: "GET", protocol: "http" },
        }),
        values,
      ]),
    ),
    quietAt: ["2m"],
    firesAt: "2m15s",
    as: [
      {
        labels: { ...GATEWAY, severity: "critical" },
        summary: "Gateway fails many requests",
        description: "10% of the requests to gateway were answered with 5xx.",
        dashboard: "service-gateway",
      },
    ],
  },
  {
    alert: "ElevatedErrorRate",
    name: "two of a hundred fail",
    series: { ...requests("200", "0+98x60"), ...requests("500", "0+2x60") },
    quietAt: ["5m"],
    firesAt: "5m15s",
    as: [
      {
        labels: warning,
        summary: "Orders fails some requests",
        description: "2% of the requests to oms were answered with 5xx.",
        dashboard,
      },
    ],
  },
  {
    alert: "ElevatedErrorRate",
    name: "probes and scrapes that fail are nobody's requests, and error pages those of others",
    series: {
      ...requests("200", "0+98x60"),
      ...Object.fromEntries(
        ["/health/ready", "/errors/:status"].map((route) => [
          series("http_request_duration_seconds_count", {
            ...at(OMS, "oms", 8099),
            ...{ method: "GET", route, status: "503" },
          }),
          "0+100x60",
        ]),
      ),
    },
    quietAt: ["10m"],
  },
  {
    alert: "HighLatency",
    name: "half of all orders take between 50 and 100 ms",
    series: {
      ...requests("200", "0+100x80"),
      ...within("0.05", "0+50x80"),
      ...within("0.1", "0+100x80"),
      ...within("+Inf", "0+100x80"),
    },
    quietAt: ["10m"],
    firesAt: "10m15s",
    as: [
      {
        labels: warning,
        summary: "Orders is slow",
        description: "One request of twenty to oms takes longer than 95ms; 50ms is expected.",
        dashboard,
      },
    ],
  },
  {
    alert: "HighLatency",
    name: "96 of a hundred are within 50 ms",
    series: {
      ...requests("200", "0+100x80"),
      ...within("0.05", "0+96x80"),
      ...within("0.1", "0+100x80"),
      ...within("+Inf", "0+100x80"),
    },
    quietAt: ["15m"],
  },
  {
    alert: "HighLatency",
    name: "risk's 5 ms are promised for its checks, not for its pages",
    series: {
      ...requests("200", "0+100x80", RISK),
      ...within("0.1", "0+0x80", RISK),
      ...within("0.25", "0+100x80", RISK),
      ...within("+Inf", "0+100x80", RISK),
    },
    quietAt: ["10m"],
    firesAt: "10m15s",
    as: [
      {
        labels: { ...RISK, needs: "nats,opa,valkey-state", severity: "warning" },
        summary: "Risk is slow",
        description: "One request of twenty to risk takes longer than 242.5ms; 200ms is expected.",
        dashboard: "service-risk",
      },
    ],
  },
];

export const SERVICE_CASES: Family = {
  name: "services",
  of: ["oms", "risk", "gateway"],
  every: "15s",
  cases,
};
