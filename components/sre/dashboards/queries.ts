import type { Dashboard, Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";

/** A query as Prometheus gets it. */
export interface DashboardQuery {
  /** Its uid. */
  readonly dashboard: string;
  /** Title of the panel. */
  readonly panel: string;
  readonly expr: string;
}

/** Never less than four scrapes, as Grafana chooses it for a graph of an hour. */
const RATE_INTERVAL = "1m";

/** Every query of a dashboard, with Grafana's variables replaced: what Prometheus would be asked at first sight. */
export function queriesOf(dashboard: Dashboard): readonly DashboardQuery[] {
  const { uid = "", panels = [], templating } = dashboard;
  const values = new Map<string, string>([["__rate_interval", RATE_INTERVAL]]);
  for (const { name, type, options = [] } of templating.list ?? [])
    if (type === "custom") values.set(name, options.map(({ value }) => String(value)).join("|"));
  return panels.flatMap((panel) =>
    expressionsOf(panel).map((expr) => ({
      dashboard: uid,
      panel: panel.title ?? "",
      expr: expr.replaceAll(/\$(\w+)/g, (variable, name: string) => values.get(name) ?? variable),
    })),
  );
}

function expressionsOf(panel: Panel | RowPanel): readonly string[] {
  if (!("targets" in panel) || panel.targets === undefined) return [];
  return panel.targets.flatMap((target) =>
    "expr" in target && typeof target.expr === "string" ? [target.expr] : [],
  );
}
