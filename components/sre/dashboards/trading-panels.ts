import { metrics } from "./metrics";
import type { Unplaced, Words } from "./panel";
import { heatmap, stat, timeseries } from "./panels";
import { quantile, rate, series, sum } from "./promql";
import { quantiles } from "./requests";

const { oms, risk, exeq, liveGateway, prism, pnl, liveUpdates, authn } = metrics;
const job = (name: string) => ({ job: name });

const TRADING_STATE: Words = {
  0: { text: "ACTIVE", color: "green" },
  1: { text: "REDUCING", color: "orange" },
  2: { text: "HALTED", color: "red" },
};
const ACTIVE: Words = { 0: { text: "held up", color: "red" }, 1: { text: "ACTIVE", color: "green" } };

export const omsPanels = {
  orders: () =>
    timeseries({
      title: "Orders, by outcome",
      description: "Sent by clients a second. Anything but accepted is the word of the refusal.",
      unit: "ops",
      queries: [{ expr: sum(rate(oms.submits, job("oms")), ["outcome"]), legend: "{{outcome}}" }],
      stacked: true,
    }),
  fills: () =>
    timeseries({
      title: "Fills, by outcome",
      description: "Told by venues a second. Overfill, mismatch, illegal and unknown want a person.",
      unit: "ops",
      queries: [{ expr: sum(rate(oms.fills, job("oms")), ["outcome"]), legend: "{{outcome}}" }],
      stacked: true,
    }),
  changes: () =>
    timeseries({
      title: "Cancels and replaces",
      description: "A second, by what became of them.",
      unit: "ops",
      queries: [
        { expr: sum(rate(oms.changes, job("oms")), ["change", "outcome"]), legend: "{{change}} {{outcome}}" },
      ],
    }),
  reports: () =>
    timeseries({
      title: "Reports of venues",
      description: "A second, by kind and what they did. Refused and unknown want a person.",
      unit: "ops",
      queries: [
        { expr: sum(rate(oms.reports, job("oms")), ["kind", "outcome"]), legend: "{{kind}} {{outcome}}" },
      ],
    }),
  book: () =>
    timeseries({
      title: "Orders in the book",
      description: "Those that have not ended, and all that are in memory.",
      unit: "none",
      queries: [
        { expr: series(oms.open, job("oms")), legend: "open" },
        { expr: series(oms.inMemory, job("oms")), legend: "in memory" },
      ],
    }),
  behind: () =>
    timeseries({
      title: "Not written yet",
      description:
        "Changes that the log does not have, orders that Valkey does not have. More than moments: look there.",
      unit: "none",
      queries: [
        { expr: series(oms.unacknowledged, job("oms")), legend: "records for the log" },
        { expr: series(oms.unprojected, job("oms")), legend: "orders for Valkey" },
      ],
    }),
  riskAnswers: () =>
    timeseries({
      title: "Risk's answer, as orders wait for it",
      description: "Half, 95 and 99 of 100 answers of risk come within this time, the bus included.",
      unit: "s",
      queries: quantiles((share) => quantile(share, oms.riskCheck.bucket, job("oms"))),
    }),
  riskSpread: () =>
    heatmap({
      title: "How risk's answers are spread",
      description: "Answers a second, by how long an order waited for them.",
      unit: "s",
      queries: [{ expr: sum(rate(oms.riskCheck.bucket, job("oms")), ["le"]), legend: "{{le}}" }],
    }),
} as const;

export const riskPanels = {
  rules: () =>
    timeseries({
      title: "Orders judged, by rule",
      description: "A second. `none` is what passed; anything else is the rule that refused.",
      unit: "ops",
      queries: [{ expr: sum(rate(risk.orders, job("risk")), ["rule"]), legend: "{{rule}}" }],
      stacked: true,
    }),
  check: () =>
    timeseries({
      title: "How long a check takes",
      description: "Inside risk, whatever the number of its orders. 99 of 100 belong below 1.5 ms.",
      unit: "s",
      queries: quantiles((share) => quantile(share, risk.check.bucket, job("risk"))),
      limits: [
        { from: 0, color: "green" },
        { from: 0.0015, color: "red" },
      ],
    }),
  open: () =>
    timeseries({
      title: "Orders that count",
      description: "Open ones, and approved ones that the log does not show yet.",
      unit: "none",
      queries: [
        { expr: series(risk.open, job("risk")), legend: "open" },
        { expr: series(risk.reserved, job("risk")), legend: "reserved" },
      ],
    }),
  lag: () =>
    timeseries({
      title: "Risk behind its streams",
      description:
        "Messages that it has not counted yet. Until they are, its limits are too kind or too strict.",
      unit: "none",
      queries: [{ expr: sum(series(risk.lag, job("risk")), ["stream"]), legend: "{{stream}}" }],
    }),
  active: () =>
    stat({
      title: "Trading, as risk has it",
      description: "Whether risk lets orders pass that open something.",
      unit: "none",
      queries: [{ expr: series(risk.active, job("risk")), legend: "trading" }],
      words: ACTIVE,
    }),
} as const;

export const exeqPanels = {
  routed: () =>
    timeseries({
      title: "Orders routed",
      description: "Put into the queue of their venue, a second.",
      unit: "ops",
      queries: [{ expr: rate(exeq.routed, job("exeq")), legend: "routed" }],
    }),
  parents: () =>
    timeseries({
      title: "Algorithms at work",
      description: "Parent orders (TWAP, VWAP, ICEBERG) that still have slices to send.",
      unit: "none",
      queries: [{ expr: series(exeq.parents, job("exeq")), legend: "parents" }],
    }),
} as const;

export const liveGatewayPanels = {
  state: () =>
    stat({
      title: "Trading, at the way to venues",
      description: "What stands there now: `./trade2026 trading` says who set it, and why.",
      unit: "none",
      queries: [{ expr: series(liveGateway.state, job("live-gateway")), legend: "trading" }],
      words: TRADING_STATE,
    }),
  commands: () =>
    timeseries({
      title: "Commands to venues",
      description: "Of the work queue, a second: sent, or refused here by caps, breaker or trading state.",
      unit: "ops",
      queries: [
        {
          expr: sum(rate(liveGateway.commands, job("live-gateway")), ["kind", "outcome"]),
          legend: "{{kind}} {{outcome}}",
        },
      ],
    }),
  venue: () =>
    timeseries({
      title: "How long venues take to answer",
      description: "95 of 100 answers come within this time, by venue and request.",
      unit: "s",
      queries: [
        {
          expr: quantile(0.95, liveGateway.venue.bucket, job("live-gateway"), ["venue", "request"]),
          legend: "{{venue}} {{request}}",
        },
      ],
    }),
} as const;

export const prismPanels = {
  fills: () =>
    timeseries({
      title: "Fills of the paper venue",
      description: "A second, by what they were against: another order, or the quote.",
      unit: "ops",
      queries: [{ expr: sum(rate(prism.fills, job("prism")), ["against"]), legend: "against {{against}}" }],
    }),
  events: () =>
    timeseries({
      title: "Events of the execution feed",
      description: "A second, by kind.",
      unit: "ops",
      queries: [{ expr: sum(rate(prism.events, job("prism")), ["kind"]), legend: "{{kind}}" }],
    }),
  commit: () =>
    timeseries({
      title: "How long a commit takes",
      description: "Of a group of changes to disk, its sync included. Slow: the disk is.",
      unit: "s",
      queries: quantiles((share) => quantile(share, prism.commit.bucket, job("prism"))),
    }),
  open: () =>
    timeseries({
      title: "Orders at the paper venue",
      description: "That rest or wait for their stop; and who reads the execution feed.",
      unit: "none",
      queries: [
        { expr: series(prism.open, job("prism")), legend: "open orders" },
        { expr: series(prism.readers, job("prism")), legend: "readers of the feed" },
      ],
    }),
} as const;

export const pnlPanels = {
  amount: () =>
    timeseries({
      title: "Profit and loss",
      description:
        "Of all accounts together, in the currency that they trade in. To watch, not to settle by.",
      unit: "short",
      queries: ["realized", "unrealized", "commission"].map((part) => ({
        expr: series(pnl.amount, { job: "pnl", part }),
        legend: part,
      })),
      signed: true,
    }),
  exposure: () =>
    timeseries({
      title: "Exposure",
      description: "Market value of all positions, long and short added up.",
      unit: "short",
      queries: [{ expr: series(pnl.amount, { job: "pnl", part: "exposure" }), legend: "exposure" }],
    }),
  lag: () =>
    timeseries({
      title: "Profit and loss behind its stream",
      description: "Fills that are not counted yet. While there are some, the numbers beside are old.",
      unit: "none",
      queries: [{ expr: sum(series(pnl.lag, job("pnl")), ["stream"]), legend: "{{stream}}" }],
    }),
} as const;

export const liveUpdatesPanels = {
  sockets: () =>
    timeseries({
      title: "Browsers",
      description: "Open sockets.",
      unit: "none",
      queries: [{ expr: series(liveUpdates.sockets, job("live-updates")), legend: "sockets" }],
    }),
  opened: () =>
    timeseries({
      title: "Sockets asked for",
      description: "A second, by outcome. `full`: more browsers than it lets in.",
      unit: "ops",
      queries: [
        { expr: sum(rate(liveUpdates.opened, job("live-updates")), ["outcome"]), legend: "{{outcome}}" },
      ],
    }),
} as const;

export const authnPanels = {
  logins: () =>
    timeseries({
      title: "Passwords checked",
      description: "A second, by outcome. Many wrong or throttled ones: somebody is guessing.",
      unit: "ops",
      queries: [{ expr: sum(rate(authn.logins, job("authn")), ["outcome"]), legend: "{{outcome}}" }],
    }),
} as const;

/** All of a group. */
export function allOf(group: Readonly<Record<string, () => Unplaced>>): readonly Unplaced[] {
  return Object.values(group).map((panel) => panel());
}
