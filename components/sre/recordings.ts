import type { ServiceSpec } from "../../model/service";
import { selected, serviceLabels, type Recording, type RuleGroup } from "./rule";
import { INTERNAL_ROUTES } from "./slo";
import type { Scrape } from "./scrape";

const BY = "by (service, capability, tier, lane)";
const KIT = `http_request_duration_seconds`;
// OPA has a histogram of that name too, without routes
const asked = `{route!="",route!~"${INTERNAL_ROUTES}"}`;
const failed = `{route!="",route!~"${INTERNAL_ROUTES}",status=~"5.."}`;

/** Whose requests are counted, and where: by the kit in the service itself, or by Traefik at its entry points. */
export function requestsOf(service: ServiceSpec): "kit" | "traefik" | undefined {
  if (service.metrics.kind !== "endpoint") return undefined;
  if (service.image.kind === "inHouse") return "kit";
  return service.image.name === "traefik" ? "traefik" : undefined;
}

/** What alerts and dashboards read of every service: is it there, requests, errors, durations, use of its limits. */
export function recordingGroups(
  scrapes: readonly Scrape[],
  services: readonly ServiceSpec[],
): readonly RuleGroup[] {
  return [
    { name: "up", rules: services.map((service) => upRule(service, scrapes)) },
    { name: "requests", rules: [...REQUEST_RULES, ...QUANTILE_RULES] },
    { name: "resources", rules: RESOURCE_RULES },
  ];
}

/**
 * 1 while it is there: everything that can tell says so. Prometheus reaches it, its exporter does, and the engine finds
 * it running and healthy. What does not answer at the moment says nothing.
 */
function upRule(service: ServiceSpec, scrapes: readonly Scrape[]): Recording {
  const name = service.name;
  const own = scrapes.filter((scrape) => scrape.service === name);
  const asks = scrapes.some(({ job, service: of }) => job === name && of !== name);
  const seen = [
    ...(asks ? [`up{job="${name}"}`] : []),
    ...own.map(({ job, up }) =>
      up === undefined ? `up{job="${job}",service="${name}"}` : selected(up, `service="${name}"`),
    ),
    `container_healthy{service="${name}"}`,
  ];
  return {
    record: "service:up:now",
    expr: `min(${seen.join(" or ")})`,
    labels: serviceLabels(service),
  };
}

const TRAEFIK = "traefik_entrypoint_requests_total";
// a socket is a request that takes hours
const TRAEFIK_SECONDS = `traefik_entrypoint_request_duration_seconds_bucket{protocol!~"websocket|sse"}`;
const rates = (series: string, window = "5m", more = ""): string =>
  `sum by (service, capability, tier, lane${more}) (rate(${series}[${window}]))`;

/** Share of what failed. Nothing that failed is none of it, not no answer. */
function failedShare(failures: string, requests: string, window: string): string {
  const all = rates(requests, window);
  return `(${rates(failures, window)} or 0 * ${all}) / ${all}`;
}

const REQUEST_RULES: readonly Recording[] = [
  { record: "service:http_requests:rate5m", expr: `${rates(`${KIT}_count${asked}`)} or ${rates(TRAEFIK)}` },
  ...["1m", "5m"].map((window) => ({
    record: `service:http_errors:ratio_rate${window}`,
    expr: [
      failedShare(`${KIT}_count${failed}`, `${KIT}_count${asked}`, window),
      failedShare(`${TRAEFIK}{code=~"5.."}`, TRAEFIK, window),
    ].join(" or "),
  })),
  {
    record: "service:http_duration_seconds:bucket_rate5m",
    expr: `${rates(`${KIT}_bucket${asked}`, "5m", ", le")} or ${rates(TRAEFIK_SECONDS, "5m", ", le")}`,
  },
];

const QUANTILE_RULES: readonly Recording[] = [0.5, 0.95, 0.99].map((quantile) => ({
  record: `service:http_duration_seconds:p${quantile * 100}_5m`,
  expr: `histogram_quantile(${quantile}, service:http_duration_seconds:bucket_rate5m)`,
}));

const RESOURCE_RULES: readonly Recording[] = [
  {
    record: "service:memory:ratio",
    expr: `max ${BY} (container_memory_working_set_bytes) / max ${BY} (container_memory_limit_bytes)`,
  },
  {
    record: "service:cpu:ratio",
    expr: `sum ${BY} (rate(container_cpu_seconds_total[2m])) / max ${BY} (container_cpu_limit_cores)`,
  },
];
