import { at, container, OMS, series, type AlertCase, type Family, type Labels } from "./case";

const oms = at(OMS, "oms", 8099);
const labels = (slo: string, severity: string): Labels => ({
  ...OMS,
  ...{ needs: "nats,valkey-state", slo, severity },
});
const dashboard = "slos";

/** There for six hours, then away for some quarters of a minute, and there again. */
const away = (quarters: number): Readonly<Record<string, string>> => ({
  [series("up", oms)]: `1x1439 0x${quarters - 1} 1x400`,
  [series("container_healthy", container(OMS))]: "1x2000",
});
const answered = (all: string, fast: string): Readonly<Record<string, string>> => {
  const of = { ...oms, method: "POST", route: "/orders", status: "200" };
  return {
    [series("up", oms)]: "1x800",
    [series("http_request_duration_seconds_count", of)]: all,
    [series("http_request_duration_seconds_bucket", { ...of, le: "0.05" })]: fast,
    [series("http_request_duration_seconds_bucket", { ...of, le: "0.1" })]: all,
    [series("http_request_duration_seconds_bucket", { ...of, le: "+Inf" })]: all,
  };
};

const cases: readonly AlertCase[] = [
  {
    alert: "ErrorBudgetBurnsFast",
    name: "away for three minutes: a minute that had no good moment is a bad one",
    series: away(12),
    // four bad quarters are 1.66 % of the last hour: 14.4 times of 0.1 % are 1.44 %
    quietAt: ["5h", "6h1m30s", "6h9m"],
    firesAt: "6h1m45s",
    as: [
      {
        labels: labels("availability", "critical"),
        summary: "Orders breaks its promise of availability",
        description:
          "oms is there in 99.9 % of all minutes. 1.66% were bad lately: at this pace the budget of 30 days is gone within days.",
        dashboard,
      },
    ],
  },
  {
    alert: "ErrorBudgetBurnsFast",
    name: "a deployment replaces it: away for a minute and a half",
    series: away(7),
    quietAt: ["6h1m30s", "6h2m", "6h3m"],
  },
  {
    alert: "ErrorBudgetBurnsFast",
    name: "a platform that has only just begun had nothing before",
    series: { [series("up", oms)]: "0x12 1x200" },
    quietAt: ["2m", "6m", "9m", "10m", "36m", "40m"],
  },
  {
    alert: "ErrorBudgetBurnsFast",
    name: "every order takes longer than 50 ms",
    series: answered("0+100x60", "0x60"),
    // it is known for nine minutes
    quietAt: ["8m"],
    firesAt: "10m",
    as: [
      {
        labels: labels("latency", "critical"),
        summary: "Orders breaks its promise of latency",
        description:
          "95 % of what oms is asked is answered within 50ms. 100% were bad lately: at this pace the budget of 30 days is gone within days.",
        dashboard,
      },
    ],
  },
  {
    alert: "ErrorBudgetBurnsFast",
    name: "29 of a hundred: 6 times of 5 % are 30 %",
    series: answered("0+100x60", "0+71x60"),
    quietAt: ["10m", "15m"],
  },
  {
    alert: "ErrorBudgetBurnsFast",
    name: "every order is slow, and there are ten an hour: too few to judge by",
    series: answered("0x23 1x23 2x23 3x23 4x23 5x23", "0x150"),
    quietAt: ["15m", "30m"],
  },
  {
    alert: "ErrorBudgetBurnsSlowly",
    name: "a platform that has only just begun had nothing before",
    series: { [series("up", oms)]: "0x12 1x800" },
    quietAt: ["10m", "1h", "2h10m", "2h30m"],
  },
  {
    alert: "ErrorBudgetBurnsSlowly",
    name: "away for five minutes, an hour ago",
    series: away(20),
    // the windows of two hours and of a day do not look at every moment
    quietAt: ["5h", "6h1m"],
    firesAt: "7h",
    as: [
      {
        labels: labels("availability", "warning"),
        summary: "Orders breaks its promise of availability",
        description:
          "oms is there in 99.9 % of all minutes. 0.9501% were bad lately: at this pace the budget of 30 days is gone before its end.",
        dashboard,
      },
    ],
  },
  {
    alert: "ErrorBudgetBurnsSlowly",
    name: "29 of a hundred are slow: 3 times of 5 % are 15 %",
    series: answered("0+100x700", "0+71x700"),
    // it is known for two hours and a quarter
    quietAt: ["2h10m"],
    firesAt: "2h20m",
    as: [
      {
        labels: labels("latency", "warning"),
        summary: "Orders breaks its promise of latency",
        description:
          "95 % of what oms is asked is answered within 50ms. 29% were bad lately: at this pace the budget of 30 days is gone before its end.",
        dashboard,
      },
    ],
  },
  {
    alert: "ErrorBudgetBurnsSlowly",
    name: "four of a hundred are slow, as promised",
    series: answered("0+100x700", "0+96x700"),
    quietAt: ["2h20m"],
  },
];

export const SLO_CASES: Family = { name: "promises", of: ["oms"], every: "15s", cases };
