import { metrics } from "./metrics";
import { stat, timeseries } from "./panels";
import { count, max, quantile, rate, series, sum } from "./promql";
import { quantiles } from "./requests";

const { marketDataGateway, normalizer, hotCache, questdbWriter, prism, nats } = metrics;
const job = (name: string) => ({ job: name });

/** A symbol without a tick for so many seconds counts as silent. */
const SILENT_S = 10;

export const marketDataGatewayPanels = {
  ticks: () =>
    timeseries({
      title: "Ticks in, by venue",
      description:
        "A second: stored on the bus, dropped because it did not keep up, or unknown whether it has them.",
      unit: "ops",
      queries: [
        {
          expr: sum(rate(marketDataGateway.ticks, job("market-data-gateway")), ["venue", "outcome"]),
          legend: "{{venue}} {{outcome}}",
        },
      ],
      stacked: true,
    }),
} as const;

export const normalizerPanels = {
  ticks: () =>
    timeseries({
      title: "Ticks normalised",
      description: "A second: new ones, repetitions, and those that came too late for their bar.",
      unit: "ops",
      queries: [{ expr: sum(rate(normalizer.ticks, job("normalizer")), ["outcome"]), legend: "{{outcome}}" }],
      stacked: true,
    }),
  bars: () =>
    timeseries({
      title: "Bars told",
      description: "A second, by interval: for the first time, or corrected by a late tick.",
      unit: "ops",
      queries: [
        {
          expr: sum(rate(normalizer.bars, job("normalizer")), ["interval", "kind"]),
          legend: "{{interval}} {{kind}}",
        },
      ],
    }),
  held: () =>
    timeseries({
      title: "Bars held open",
      description: "That a tick could still change.",
      unit: "none",
      queries: [{ expr: series(normalizer.held, job("normalizer")), legend: "bars" }],
    }),
} as const;

export const hotCachePanels = {
  records: () =>
    timeseries({
      title: "Quotes and bars for the cache",
      description: "A second: stored, overtaken by a newer one before, or not understood.",
      unit: "ops",
      queries: [
        {
          expr: sum(rate(hotCache.records, job("hot-cache")), ["kind", "outcome"]),
          legend: "{{kind}} {{outcome}}",
        },
      ],
    }),
} as const;

export const questdbWriterPanels = {
  rows: () =>
    timeseries({
      title: "Rows into QuestDB",
      description: "A second, by table: written, or put aside because the table cannot hold them.",
      unit: "rowsps",
      queries: [
        {
          expr: sum(rate(questdbWriter.rows, job("questdb-writer")), ["table", "outcome"]),
          legend: "{{table}} {{outcome}}",
        },
      ],
      stacked: true,
    }),
  seconds: () =>
    timeseries({
      title: "How long QuestDB takes for a batch",
      description: "Half, 95 and 99 of 100 batches are taken within this time.",
      unit: "s",
      queries: quantiles((share) => quantile(share, questdbWriter.seconds.bucket, job("questdb-writer"))),
    }),
} as const;

/** What the paper venue heard of the ticks: the last place on their way, and so the measure of it. */
export const quotePanels = {
  age: () =>
    timeseries({
      title: "Age of the last tick, by symbol",
      description:
        "Since it was heard at the end of its way. A line that climbs is a gap in that symbol's ticks.",
      unit: "s",
      queries: [{ expr: max(series(prism.quoteAge, job("prism")), ["symbol"]), legend: "{{symbol}}" }],
      limits: [
        { from: 0, color: "green" },
        { from: SILENT_S, color: "red" },
      ],
      width: 16,
    }),
  oldest: () =>
    stat({
      title: "Oldest tick",
      description: "Of the symbol that has been silent longest.",
      unit: "s",
      queries: [{ expr: max(series(prism.quoteAge, job("prism"))), legend: "oldest" }],
      limits: [
        { from: 0, color: "green" },
        { from: 2, color: "yellow" },
        { from: SILENT_S, color: "red" },
      ],
    }),
  known: () =>
    stat({
      title: "Symbols known",
      description: "That a tick has ever been heard of since the paper venue began.",
      unit: "none",
      queries: [{ expr: count(series(prism.quoteAge, job("prism"))), legend: "symbols" }],
    }),
  fresh: () =>
    stat({
      title: "Symbols with fresh ticks",
      description: `Share of the known symbols whose last tick is younger than ${SILENT_S} seconds.`,
      unit: "percentunit",
      queries: [
        {
          expr: `sum(${series(prism.quoteAge, job("prism"))} < bool ${SILENT_S}) / ${count(series(prism.quoteAge, job("prism")))}`,
          legend: "fresh",
        },
      ],
      limits: [
        { from: 0, color: "red" },
        { from: 0.9, color: "yellow" },
        { from: 0.99, color: "green" },
      ],
    }),
  ticks: () =>
    timeseries({
      title: "Ticks at the end of their way",
      description: "Heard by the paper venue, a second: news, or passed over; and messages that it refused.",
      unit: "ops",
      queries: [
        { expr: sum(rate(prism.ticks, job("prism")), ["outcome"]), legend: "{{outcome}}" },
        { expr: rate(prism.refused, job("prism")), legend: "refused messages" },
      ],
    }),
} as const;

/** The market's stream on the bus, and who reads it. */
export const marketStreamPanels = {
  messages: () =>
    timeseries({
      title: "Market stream",
      description: "Messages that the bus keeps of ticks and bars.",
      unit: "short",
      queries: [
        { expr: series(nats.streamMessages, { service: "nats", stream: "MARKET" }), legend: "messages" },
      ],
    }),
  waiting: () =>
    timeseries({
      title: "Waiting for readers of the market stream",
      description: "Messages that a durable consumer has not been given: how far it is behind the market.",
      unit: "none",
      queries: [
        {
          expr: sum(series(nats.pending, { service: "nats", stream: "MARKET" }), ["consumer"]),
          legend: "{{consumer}}",
        },
      ],
    }),
} as const;
