import { stringify } from "yaml";
import type { Need, ServiceSpec, Workload } from "../../model/service";

/** critical: somebody is woken. warning: somebody looks today. info: it is on record. */
export type Severity = "critical" | "warning" | "info";

export interface Recording {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Alert {
  /** Also the name of its page in docs/operations/runbooks. */
  readonly alert: string;
  readonly severity: Severity;
  readonly expr: string;
  /** How long it must hold. @default it fires at once: what it sees is over before it would be seen again */
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** One line, for a phone. */
  readonly summary: string;
  /** What was seen, with the value. */
  readonly description: string;
  /** Uid of the dashboard that shows it. */
  readonly dashboard: string;
}

export interface RuleGroup {
  readonly name: string;
  /** Time between evaluations. @default Prometheus' own, 15 s */
  readonly interval?: string;
  readonly rules: readonly (Recording | Alert)[];
}

export const isAlert = (rule: Recording | Alert): rule is Alert => "alert" in rule;

/** Where an alert's page is, below the checkout. */
export const runbookOf = (alert: string): string => `docs/operations/runbooks/${alert}.md`;

/** What every series of a service carries; alerts are grouped and routed by it. */
export function serviceLabels(service: ServiceSpec): Readonly<Record<string, string>> {
  const { name, capability, tier, lanes } = service;
  return { service: name, capability, tier, lane: lanes[0] ?? "none" };
}

/** Those of its labels that need somebody at night when the service is of a high tier, and else by day. */
export const pageable = ({ tier }: ServiceSpec): Severity =>
  tier === "P0" || tier === "P1" ? "critical" : "warning";

/**
 * True when a counter with labels has counted within a window. Such a series is not there before the first thing that
 * it counts, and `increase` sees nothing in a series that begins with 1: what was not there a window ago counts too.
 * @param series selector of one counter
 */
export const hasCounted = (series: string, window: string): string =>
  `increase(${series}[${window}]) > 0 or (${series} unless ${series} offset ${window}) > 0`;

/** A series, which may have labels already, and one more of them. @param matcher `service="oms"` */
export const selected = (series: string, matcher: string): string =>
  series.endsWith("}") ? `${series.slice(0, -1)},${matcher}}` : `${series}{${matcher}}`;

/** A number of things for a description: `increase` extrapolates, and nobody met 1.05 deadlocks. */
export const COUNT = '{{ $value | printf "%.0f" }}';

/** The stores that a service stands on, so that a store that is down speaks for all of them. */
export function storesOf(service: Workload): readonly string[] {
  const stores = (needs: readonly Need[]): readonly string[] =>
    needs.flatMap(({ target }) =>
      target.kind === "job" ? stores(target.needs) : target.gate ? [target.name] : [],
    );
  return [...new Set(stores(service.needs))].sort();
}

/** What the alerts of a service carry: whose they are, and which stores' alerts speak for them. */
export function alertLabels(
  service: ServiceSpec,
  more: Alert["labels"] = {},
): Readonly<Record<string, string>> {
  const stores = storesOf(service);
  return { ...serviceLabels(service), ...(stores.length > 0 ? { needs: stores.join(",") } : {}), ...more };
}

/** A rule file as Prometheus reads it. */
export function renderRules(groups: readonly RuleGroup[]): string {
  return stringify(
    {
      groups: groups
        .filter(({ rules }) => rules.length > 0)
        .map(({ name, interval, rules }) => ({
          name,
          ...(interval === undefined ? {} : { interval }),
          rules: rules.map((rule) => (isAlert(rule) ? renderAlert(rule) : rule)),
        })),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

function renderAlert({ alert, severity, expr, for: held, labels, summary, description, dashboard }: Alert) {
  return {
    alert,
    expr,
    ...(held === undefined ? {} : { for: held }),
    labels: { severity, ...labels },
    annotations: { summary, description, dashboard, runbook_url: runbookOf(alert) },
  };
}
