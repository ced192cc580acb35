import { metrics } from "./metrics";
import type { Limit, Unplaced } from "./panel";
import { stat, timeseries } from "./panels";
import { series, type Labels } from "./promql";

const { rules } = metrics;

/** Of an error budget, what is left. */
const LEFT: readonly Limit[] = [
  { from: 0, color: "red" },
  { from: 0.1, color: "orange" },
  { from: 0.5, color: "green" },
];

/** How fast a budget burns: at 1 it is gone when its thirty days are; at 14.4 somebody is woken. */
const BURN: readonly Limit[] = [
  { from: 0, color: "green" },
  { from: 1, color: "yellow" },
  { from: 6, color: "orange" },
  { from: 14.4, color: "red" },
];

/** @param name legend of a series: `{{slo}}` where all are of one service */
export function sloPanels(labels: Labels, name: string): readonly Unplaced[] {
  return [
    timeseries({
      title: "Error budget left",
      description:
        "Of the last thirty days: at 0 the promise is broken. What burned comes back after thirty days.",
      unit: "percentunit",
      queries: [{ expr: series(rules.sloRemaining, labels), legend: name }],
      limits: LEFT,
      signed: true,
      max: 1,
    }),
    timeseries({
      title: "Burn rate",
      description: "How fast the budget goes now; at 1 it lasts exactly thirty days, at 14.4 two days.",
      unit: "none",
      queries: [{ expr: series(rules.sloBurn, labels), legend: name }],
      limits: BURN,
    }),
    timeseries({
      title: "What went wrong",
      description: "Share of the last hour that broke the promise.",
      unit: "percentunit",
      queries: [{ expr: series(rules.sloErrors1h, labels), legend: name }],
    }),
  ];
}

/** The budget as one number for each SLO. */
export function budgetStat(labels: Labels): Unplaced {
  return stat({
    title: "Error budget now",
    description: "Of thirty days, by SLO. At 0 the promise is broken.",
    unit: "percentunit",
    queries: [{ expr: series(rules.sloRemaining, labels), legend: "{{slo}}" }],
    limits: LEFT,
    named: true,
    width: 8,
    height: 6,
  });
}

export { BURN as BURN_LIMITS, LEFT as BUDGET_LIMITS };
