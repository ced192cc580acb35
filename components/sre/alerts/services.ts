import type { ServiceSpec } from "../../../model/service";
import { parseDuration } from "../../../model/units";
import { alertLabels, pageable, type Alert } from "../rule";

/** Where a service says nothing of latency: the plan's 200 ms. */
const USUAL_P95 = "200ms";

/** A host that is short of something answers late: one scrape that failed must not begin the wait anew. */
const lately = (series: string): string => `last_over_time(${series}[1m])`;

/**
 * What is watched of every service, whatever it does. Thresholds come from its spec: the memory limit, the p95 that it
 * promises, its tier.
 */
export function serviceAlerts(service: ServiceSpec, isMeasuredByRequests: boolean): readonly Alert[] {
  const { name, title } = service;
  const of = `{service="${name}"}`;
  const common = {
    labels: alertLabels(service),
    dashboard: `service-${name}`,
  };
  const alert = (rule: Omit<Alert, "labels" | "dashboard">): Alert => ({ ...rule, ...common });
  return [
    alert({
      alert: "ServiceDown",
      severity: pageable(service),
      expr: `service:up:now${of} == 0 ${unlessNew(name)}`,
      for: "45s",
      summary: `${title} is down`,
      description: `${name} does not run, does not answer, or is not ready, for more than 45 seconds.`,
    }),
    alert({
      alert: "RestartLoop",
      severity: pageable(service),
      expr: `changes(container_start_time_seconds${of}[10m]) > 3`,
      summary: `${title} restarts again and again`,
      description: `${name} was started {{ $value }} times within ten minutes.`,
    }),
    alert({
      alert: "ServiceRestarted",
      severity: "info",
      expr: `changes(container_start_time_seconds${of}[5m]) > 0`,
      summary: `${title} was restarted`,
      description: `${name} was started anew, by a deployment or after it had ended.`,
    }),
    alert({
      alert: "OutOfMemoryKill",
      severity: "warning",
      expr: `increase(container_oom_kills_total${of}[10m]) > 0`,
      summary: `${title} was killed for want of memory`,
      description: `${name} met its limit of ${service.resources.memory} and was ended by the kernel.`,
    }),
    alert({
      alert: "MemoryCritical",
      severity: pageable(service),
      expr: `${lately(`service:memory:ratio${of}`)} > 0.9`,
      for: "5m",
      summary: `${title} is about to run out of memory`,
      description: `${name} uses {{ $value | humanizePercentage }} of its ${service.resources.memory}.`,
    }),
    alert({
      alert: "ProcessorStarved",
      severity: "info",
      expr: `${lately(`service:cpu:ratio${of}`)} > 0.9`,
      for: "15m",
      summary: `${title} wants more processor than it may have`,
      description: `${name} uses {{ $value | humanizePercentage }} of its ${service.resources.cpus} processors.`,
    }),
    ...(service.route ? [routeAlert(service, common)] : []),
    ...(isMeasuredByRequests ? requestAlerts(service, alert) : []),
  ];
}

/**
 * A container that `up` has just made, in place of another or as the first, is starting, and not down. One that the engine
 * restarts, or that somebody stops, is no new one.
 */
const unlessNew = (name: string): string =>
  `unless on (service) time() - container_created_time_seconds{service="${name}"} < 60`;

function routeAlert(service: ServiceSpec, common: Pick<Alert, "labels" | "dashboard">): Alert {
  const path = service.route?.path ?? "/";
  return {
    ...common,
    alert: "RouteUnreachable",
    severity: pageable(service),
    expr: `probe_success{service="${service.name}"} == 0 ${unlessNew(service.name)}`,
    for: "1m",
    summary: `${path} cannot be reached through the gateway`,
    description: `A request to ${path} through the gateway has failed for more than a minute.`,
  };
}

function requestAlerts(
  service: ServiceSpec,
  alert: (rule: Omit<Alert, "labels" | "dashboard">) => Alert,
): readonly Alert[] {
  const { name, title } = service;
  const of = `{service="${name}"}`;
  const promised = service.slo?.latency;
  // a promise about a histogram of its own says nothing of its requests
  const p95 = promised && promised.histogram === undefined ? promised.p95 : USUAL_P95;
  const heard = `service:http_requests:rate5m${of} > 0.05`;
  return [
    alert({
      alert: "HighErrorRate",
      severity: pageable(service),
      // the last minute too: a container that was replaced has failed some, and does not any more
      expr: `service:http_errors:ratio_rate5m${of} > 0.05 and service:http_errors:ratio_rate1m${of} > 0.05 and ${heard}`,
      for: "2m",
      summary: `${title} fails many requests`,
      description: `{{ $value | humanizePercentage }} of the requests to ${name} were answered with 5xx.`,
    }),
    alert({
      alert: "ElevatedErrorRate",
      severity: "warning",
      expr: `service:http_errors:ratio_rate5m${of} > 0.01 and ${heard}`,
      for: "5m",
      summary: `${title} fails some requests`,
      description: `{{ $value | humanizePercentage }} of the requests to ${name} were answered with 5xx.`,
    }),
    alert({
      alert: "HighLatency",
      severity: "warning",
      expr: `service:http_duration_seconds:p95_5m${of} > ${parseDuration(p95) / 1000} and ${heard}`,
      for: "10m",
      summary: `${title} is slow`,
      description: `One request of twenty to ${name} takes longer than {{ $value | humanizeDuration }}; ${p95} is expected.`,
    }),
  ];
}
