/** Words of PromQL that are no metrics. */
const WORDS = new Set([
  ...[
    "sum",
    "max",
    "min",
    "avg",
    "count",
    "topk",
    "by",
    "bool",
    "rate",
    "increase",
    "histogram_quantile",
    "time",
  ],
  ...["and", "or", "unless", "on", "ignoring", "group_left", "group_right", "without", "offset"],
]);

/** Names of the metrics that a query asks for. */
export function metricsIn(expr: string): readonly string[] {
  const bare = expr
    .replaceAll(/\{[^}]*\}/g, " ")
    .replaceAll(/\[[^\]]*\]/g, " ")
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, " ");
  return (bare.match(/[a-zA-Z_:][\w:]*/g) ?? []).filter((word) => !WORDS.has(word));
}
