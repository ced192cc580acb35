import type { ServiceSpec } from "../../model/service";
import { parseDuration } from "../../model/units";
import { serviceLabels, type Recording, type RuleGroup } from "./rule";

/** A promise of a service over 30 days, as the share of what must be good. */
export type Slo =
  | {
      readonly name: "availability";
      readonly objective: number;
      /** One sentence for people. */
      readonly promise: string;
    }
  | {
      readonly name: "latency";
      readonly objective: number;
      readonly promise: string;
      /** Histogram that is asked, in seconds. */
      readonly histogram: string;
      /** Upper bound of the bucket of what is fast enough, seconds. */
      readonly within: number;
    };

/** The windows of the burn rates, and that of the budget. */
export const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d"] as const;
export type Window = (typeof WINDOWS)[number];
const PERIOD: Window = "30d";

/**
 * How often each window is computed: what changes slowly need not be computed often, but within the five minutes after
 * which Prometheus takes a series for gone.
 */
const INTERVALS: readonly (readonly [string, readonly Window[]])[] = [
  ["30s", ["5m", "30m", "1h"]],
  ["1m", ["2h", "6h", "1d", "3d", "30d"]],
];
/** A point each so often is enough of what was recorded every 30 s; it bounds what a window of days reads. */
const STEP: Readonly<Record<Window, string | undefined>> = {
  "5m": undefined,
  "30m": undefined,
  "1h": undefined,
  "2h": undefined,
  "6h": undefined,
  "1d": "1m",
  "3d": "2m",
  "30d": "10m",
};
const HOURS: Readonly<Record<Window, number>> = {
  "5m": 1 / 12,
  "30m": 0.5,
  "1h": 1,
  "2h": 2,
  "6h": 6,
  "1d": 24,
  "3d": 72,
  "30d": 720,
};

/** What a spec's `slo` promises. A p95 of 50 ms is: 95 of 100 requests within 50 ms. */
export function slosOf(service: ServiceSpec): readonly Slo[] {
  const { slo, name } = service;
  if (!slo) return [];
  const { availability, latency } = slo;
  return [
    {
      name: "availability",
      objective: Number((availability / 100).toFixed(6)),
      promise: `${name} is there in ${availability} % of all minutes`,
    },
    ...(latency === undefined
      ? []
      : [
          {
            name: "latency" as const,
            objective: 0.95,
            promise: `95 % of what ${name} is asked is answered within ${latency.p95}`,
            histogram: latency.histogram ?? "http_request_duration_seconds",
            within: parseDuration(latency.p95) / 1000,
          },
        ]),
  ];
}

/**
 * What the alerts and the dashboard of the promises read. A minute in which a service answered once is a good one:
 * replacing a container breaks no promise, and a service that nobody asks at night keeps its.
 */
export function sloGroups(services: readonly ServiceSpec[]): readonly RuleGroup[] {
  const promised = services.flatMap((service) => slosOf(service).map((slo) => ({ service, slo })));
  return [
    {
      name: "slo-base",
      rules: [
        // by name alone: what is read over days must not break when a service moves to another lane or tier
        { record: "service:available:1m", expr: "max by (service) (max_over_time(service:up:now[1m]))" },
        ...promised.flatMap(({ service, slo }) => baseRules(service, slo)),
      ],
    },
    ...INTERVALS.map(([interval, windows]): RuleGroup => ({
      name: `slo-every-${interval}`,
      interval,
      rules: promised.flatMap(({ service, slo }) =>
        windows.flatMap((window) => windowRules(service, slo, window)),
      ),
    })),
    {
      name: "slo-budget",
      interval: "1m",
      rules: promised.length === 0 ? [] : BUDGET_RULES,
    },
  ];
}

const labelsOf = (service: ServiceSpec, slo: Slo): Readonly<Record<string, string>> => ({
  ...serviceLabels(service),
  slo: slo.name,
});

function baseRules(service: ServiceSpec, slo: Slo): readonly Recording[] {
  const labels = labelsOf(service, slo);
  const objective: Recording = { record: "slo:objective:ratio", expr: `vector(${slo.objective})`, labels };
  if (slo.name === "availability") return [objective];
  const named = { service: service.name, slo: slo.name };
  const rate = (series: string, more: string): string =>
    `sum(rate(${slo.histogram}_${series}{service="${service.name}",route!~"${INTERNAL_ROUTES}"${more}}[5m]))`;
  return [
    objective,
    { record: "slo:events_good:rate5m", expr: rate("bucket", `,le="${slo.within}"`), labels: named },
    { record: "slo:events_total:rate5m", expr: rate("count", ""), labels: named },
  ];
}

/**
 * Probes and scrapes are nobody's requests. What the gateway asks for where a service does not answer is told with that
 * service's status: who writes the page has not failed.
 */
export const INTERNAL_ROUTES = "/health.*|/metrics|/openapi.json|/errors/:status";

function windowRules(service: ServiceSpec, slo: Slo, window: Window): readonly Recording[] {
  const labels = labelsOf(service, slo);
  const record = `slo:sli_error:ratio_rate${window}`;
  if (slo.name === "availability") {
    const available = `service:available:1m{service="${service.name}"}`;
    return [{ record, expr: overWindow(window, (over) => `1 - avg_over_time(${available}${over})`), labels }];
  }
  const of = `{service="${service.name}",slo="latency"}`;
  if (window === "5m") {
    return [{ record, expr: `1 - slo:events_good:rate5m${of} / slo:events_total:rate5m${of}`, labels }];
  }
  const share = (over: string): string =>
    `1 - sum_over_time(slo:events_good:rate5m${of}${over}) / sum_over_time(slo:events_total:rate5m${of}${over})`;
  const mean = (over: string): string => `avg_over_time(slo:events_total:rate5m${of}${over})`;
  return [
    { record, expr: overWindow(window, share), labels },
    {
      record: `slo:events:count${window}`,
      expr: `(${overWindow(window, mean)}) * ${HOURS[window] * 3600}`,
      labels,
    },
  ];
}

/**
 * What `expr` says of the window. Points of a step lie on its multiples, so that of a long step there may be none yet
 * on a platform of today: it is asked of the last hour until there is one.
 */
function overWindow(window: Window, expr: (over: string) => string): string {
  const step = STEP[window];
  const long = expr(`[${window}${step === undefined ? "" : `:${step}`}]`);
  return window === PERIOD ? `(${long}) or (${expr("[1h]")})` : long;
}

const BUDGET_RULES: readonly Recording[] = [
  { record: "slo:error_budget:ratio", expr: "1 - slo:objective:ratio" },
  { record: "slo:current_burn_rate:ratio", expr: "slo:sli_error:ratio_rate5m / slo:error_budget:ratio" },
  {
    record: "slo:error_budget_remaining:ratio",
    expr: `1 - slo:sli_error:ratio_rate${PERIOD} / slo:error_budget:ratio`,
  },
];
