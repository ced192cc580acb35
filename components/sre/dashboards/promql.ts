import type { Metric } from "./metrics";

/** How a label must be: equal to a text, or (un)like a regular expression. */
export type Match = string | { readonly like: string } | { readonly unlike: string };
export type Labels = Readonly<Record<string, Match>>;

/** Grafana's own choice for the graph's width, and never less than four scrapes. */
const WINDOW = "$__rate_interval";

/** `metric{label="…"}` */
export function series(metric: Metric, labels: Labels = {}): string {
  const matchers = Object.entries(labels).map(([label, match]) =>
    typeof match === "string"
      ? `${label}=${quoted(match)}`
      : "like" in match
        ? `${label}=~${quoted(match.like)}`
        : `${label}!~${quoted(match.unlike)}`,
  );
  return matchers.length === 0 ? metric : `${metric}{${matchers.join(",")}}`;
}

/** Per second. */
export function rate(metric: Metric, labels: Labels = {}): string {
  return `rate(${series(metric, labels)}[${WINDOW}])`;
}

/** How much a counter has grown within a fixed time. */
export function increase(metric: Metric, labels: Labels, window: string): string {
  return `increase(${series(metric, labels)}[${window}])`;
}

export function sum(expression: string, by: readonly string[] = []): string {
  return aggregate("sum", expression, by);
}

export function max(expression: string, by: readonly string[] = []): string {
  return aggregate("max", expression, by);
}

export function min(expression: string, by: readonly string[] = []): string {
  return aggregate("min", expression, by);
}

export function count(expression: string, by: readonly string[] = []): string {
  return aggregate("count", expression, by);
}

function aggregate(operator: string, expression: string, by: readonly string[]): string {
  return by.length === 0 ? `${operator}(${expression})` : `${operator} by (${by.join(", ")}) (${expression})`;
}

/** Of a histogram: the value that a share of its observations stayed below. */
export function quantile(
  share: number,
  bucket: Metric & `${string}_bucket`,
  labels: Labels = {},
  by: readonly string[] = [],
): string {
  return `histogram_quantile(${share}, ${sum(rate(bucket, labels), [...by, "le"])})`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
