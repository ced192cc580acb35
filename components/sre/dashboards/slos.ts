import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, dashboardUrl, pageUid, type Platform } from "./dashboard";
import { metrics } from "./metrics";
import { timeseries } from "./panels";
import { max, min, series } from "./promql";
import { BUDGET_LIMITS, BURN_LIMITS, sloPanels } from "./slo-panels";
import { TO_PAGE } from "./system-overview";
import { table } from "./table";

const { rules } = metrics;

/** What every service promises, and how much of its error budget is left. */
export function slos({ services }: Platform): Dashboard {
  const promised = services.some(({ slo }) => slo !== undefined);
  const by = ["service"];
  const overview = table({
    title: "Every service, its worst promise",
    description: "Objective, what is left of the budget of thirty days, and how fast it goes.",
    label: "service",
    link: { title: "Page of ${__value.text}", url: dashboardUrl(pageUid("${__value.text}")) },
    columns: [
      { title: "Objective", expr: max(series(rules.sloObjective), by), unit: "percentunit" },
      {
        title: "Budget left",
        expr: min(series(rules.sloRemaining), by),
        unit: "percentunit",
        limits: BUDGET_LIMITS,
      },
      { title: "Burn rate", expr: max(series(rules.sloBurn), by), unit: "none", limits: BURN_LIMITS },
      { title: "Wrong, last hour", expr: max(series(rules.sloErrors1h), by), unit: "percentunit" },
      { title: "Wrong, last 3 days", expr: max(series(rules.sloErrors3d), by), unit: "percentunit" },
    ],
    height: 14,
  });
  const windows = [
    { window: "5 minutes", metric: rules.sloErrors5m },
    { window: "6 hours", metric: rules.sloErrors6h },
  ].map(({ window, metric }) =>
    timeseries({
      title: `What went wrong in ${window}`,
      description: `Share of the last ${window} that broke a promise, ten services with most. An alert compares a short window with a long one.`,
      unit: "percentunit",
      queries: [{ expr: `topk(10, ${max(series(metric), by)})`, legend: "{{service}}" }],
      links: [TO_PAGE],
      width: 12,
    }),
  );
  return dashboard({
    uid: "slos",
    title: "SLOs",
    description: "What every service promises over thirty days, and how much of its error budget is left.",
    kind: "platform",
    from: "now-6h",
    sections: [
      { title: "Promises", panels: promised ? [overview] : [] },
      { title: "Over time", panels: promised ? [...sloPanels({}, "{{service}} {{slo}}"), ...windows] : [] },
    ],
  });
}
