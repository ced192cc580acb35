import {
  at,
  LIVE_GATEWAY,
  MARKET_DATA_GATEWAY,
  OMS,
  PNL,
  PRISM,
  QUESTDB_WRITER,
  RISK,
  series,
  type AlertCase,
  type Family,
  type Labels,
} from "./case";

const oms = at(OMS, "oms", 8099);
const risk = at(RISK, "risk", 8103);
const live = at(LIVE_GATEWAY, "live-gateway", 8108);
const market = at(MARKET_DATA_GATEWAY, "market-data-gateway", 8080);
const prism = at(PRISM, "prism", 8360);
const pnl = at(PNL, "pnl", 8100);
const writer = at(QUESTDB_WRITER, "questdb-writer", 8090);
const trading = "trading-performance";
const marketData = "market-data";

const ofOms = (severity: string, more: Labels = oms): Labels => ({
  ...more,
  ...OMS,
  ...{ needs: "nats,valkey-state", severity },
});
const ofMarket = (severity: string, more: Labels = {}): Labels => ({
  ...MARKET_DATA_GATEWAY,
  ...more,
  ...{ needs: "nats,questdb", severity },
});

const ticks = (outcome: string, values: string): Readonly<Record<string, string>> => ({
  [series("market_data_gateway_ticks_total", { ...market, venue: "SIM", outcome })]: values,
});
const quote = (symbol: string, age: string): Readonly<Record<string, string>> => ({
  [series("prism_quote_age_seconds", { ...prism, symbol })]: age,
});
const fills = (outcome: string, values: string): Readonly<Record<string, string>> => ({
  [series("oms_fills_total", { ...oms, outcome })]: values,
});
const submits = (outcome: string, values: string): Readonly<Record<string, string>> => ({
  [series("oms_submits_total", { ...oms, outcome })]: values,
});
const judged = (rule: string, values: string): Readonly<Record<string, string>> => ({
  [series("risk_orders_total", { ...risk, rule })]: values,
});
const venue = (le: string, values: string): Readonly<Record<string, string>> => ({
  [series("live_gateway_venue_request_seconds_bucket", {
    ...live,
    ...{ venue: "prism", request: "submit", le },
  })]: values,
});

const noTicks = {
  labels: ofMarket("critical"),
  summary: "No ticks come in",
  description: "The market data gateway has stored no tick for a minute; quotes and paper fills are old.",
  dashboard: marketData,
};

const cases: readonly AlertCase[] = [
  {
    alert: "TicksStale",
    name: "the last tick was a minute and a half ago",
    series: ticks("stored", "0+100x7 700x40"),
    // nothing moves from 1m45s on; the rate is zero from 2m45s on
    quietAt: ["2m30s", "3m"],
    firesAt: "3m30s",
    as: [noTicks],
  },
  {
    alert: "TicksStale",
    name: "the gateway has never stored one, since it is there",
    series: {
      [series("up", market)]: "1x40",
      ...ticks("unknown", "_x8 0+100x30"),
    },
    quietAt: ["2m15s"],
    firesAt: "2m30s",
    as: [noTicks],
  },
  {
    alert: "TicksStale",
    name: "one tick in half a minute",
    series: { [series("up", market)]: "1x60", ...ticks("stored", "0 0 1 1 2 2 3 3 4 4 5 5 6 6 7 7 8 8 9 9") },
    quietAt: ["1m", "2m30s", "4m30s"],
  },
  {
    alert: "TicksLost",
    name: "three of a hundred",
    series: { ...ticks("stored", "0+97x60"), ...ticks("dropped", "0+3x60") },
    quietAt: ["2m"],
    firesAt: "5m",
    as: [
      {
        labels: ofMarket("warning", { outcome: "dropped" }),
        summary: "Ticks are lost on their way to the bus",
        description: "0.2 ticks a second are dropped.",
        dashboard: marketData,
      },
    ],
  },
  {
    alert: "TicksLost",
    name: "one a minute",
    series: { ...ticks("stored", "0+97x80"), ...ticks("dropped", "0x3 1x3 2x3 3x3 4x3 5x3 6x3 7x40") },
    quietAt: ["3m", "7m", "12m"],
  },
  {
    alert: "QuotesStale",
    name: "the oldest of two continuous markets",
    series: { ...quote("BTCUSDT", "1x40"), ...quote("ETHUSDT", "0+15x40"), ...quote("AAPL", "9000x40") },
    // older than a minute after 1m15s
    quietAt: ["1m15s", "2m"],
    firesAt: "2m15s",
    as: [
      {
        labels: { ...PRISM, needs: "nats", severity: "warning" },
        summary: "The paper venue quotes old prices",
        description: "The oldest quote of a continuous market is 2m 15s old.",
        dashboard: marketData,
      },
    ],
  },
  {
    alert: "QuotesStaleInSession",
    name: "a market with hours",
    series: { ...quote("BTCUSDT", "9000x80"), ...quote("AAPL", "0+15x80") },
    // older than two minutes after 2m15s; whether the exchange is open is Alertmanager's to know
    quietAt: ["2m15s", "7m"],
    firesAt: "7m15s",
    as: [
      {
        labels: { ...PRISM, needs: "nats", severity: "warning" },
        summary: "The paper venue quotes old prices of the exchange",
        description: "The oldest quote of a market with sessions is 7m 15s old.",
        dashboard: marketData,
      },
    ],
  },
  {
    alert: "FillsUnexplained",
    name: "the first one ever: its series begins with 1",
    series: { ...fills("applied", "5+1x60"), ...fills("overfill", "_x8 1x60") },
    quietAt: ["1m45s", "8m"],
    firesAt: "2m",
    as: [
      {
        labels: ofOms("critical", { ...oms, outcome: "overfill" }),
        summary: "The venue reported an execution that no order explains",
        description: "1 executions were overfill: positions may be wrong.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "FillsUnexplained",
    name: "two more after the first, an hour ago",
    series: fills("mismatch", "1x30 3x40"),
    quietAt: ["7m30s", "15m"],
    firesAt: "8m",
    as: [
      {
        labels: ofOms("critical", { ...oms, outcome: "mismatch" }),
        summary: "The venue reported an execution that no order explains",
        description: "2 executions were mismatch: positions may be wrong.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "FillsUnexplained",
    name: "one told twice, and one told late, are explained",
    series: { ...fills("duplicate", "_x8 1x60"), ...fills("late", "_x7 1x60") },
    quietAt: ["2m", "3m"],
  },
  {
    alert: "ReportsUnexplained",
    name: "a cancel that was never asked for",
    series: {
      [series("oms_reports_total", { ...oms, kind: "cancelled", outcome: "moved" })]: "_x3 1+1x60",
      [series("oms_reports_total", { ...oms, kind: "cancelled", outcome: "unknown" })]: "_x8 1x60",
    },
    quietAt: ["1m45s", "8m"],
    firesAt: "2m",
    as: [
      {
        labels: ofOms("warning", { ...oms, kind: "cancelled", outcome: "unknown" }),
        summary: "The venue reported what no order explains",
        description: "1 reports (cancelled) were unknown.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "OrdersNotRecorded",
    name: "the streams take nothing",
    series: { [series("oms_unacknowledged_seconds", oms)]: "0.05x3 7+15x20" },
    quietAt: ["1m15s", "1m30s"],
    firesAt: "1m45s",
    as: [
      {
        labels: ofOms("critical"),
        summary: "Changes of orders wait for the log",
        description:
          "The oldest change has waited for 52s and is not in the streams: orders are not acknowledged.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "OrdersNotRecorded",
    name: "busy at every moment, and the bus away for half a minute",
    series: { [series("oms_unacknowledged_seconds", oms)]: "0.02 0.4x8 3 18 33 0.1x9 19x9" },
    quietAt: ["1m", "2m", "3m", "4m", "5m"],
  },
  {
    alert: "OrdersFail",
    name: "one of ten finds risk silent",
    series: { ...submits("accepted", "0+90x40"), ...submits("risk_unavailable", "0+10x40") },
    quietAt: ["1m"],
    firesAt: "1m15s",
    as: [
      {
        labels: ofOms("critical", {}),
        summary: "Orders cannot be taken",
        description: "10% of the orders fail for reasons of ours.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "OrdersFail",
    name: "half of them are refused for what they are",
    series: {
      ...submits("accepted", "0+48x40"),
      ...submits("risk_rejected", "0+50x40"),
      ...submits("not_ready", "0+2x40"),
    },
    quietAt: ["5m"],
  },
  {
    alert: "RiskLags",
    name: "1,001 fills are not counted",
    series: { [series("risk_stream_lag_messages", { ...risk, stream: "FILLS" })]: "1000x3 1001x20" },
    quietAt: ["45s", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: { ...RISK, stream: "FILLS", needs: "nats,opa,valkey-state", severity: "critical" },
        summary: "Risk judges by old positions",
        description: "1001 messages of FILLS are not counted yet.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "ManyRejections",
    name: "six of ten meet a limit",
    series: {
      ...judged("none", "0+40x100"),
      ...judged("max_order_value", "0+35x100"),
      ...judged("max_exposure", "0+25x100"),
    },
    quietAt: ["5m"],
    firesAt: "7m",
    as: [
      {
        labels: { ...RISK, needs: "nats,opa,valkey-state", severity: "warning" },
        summary: "Risk refuses most orders",
        description: "60% of the orders meet a limit: a strategy has gone wrong, or a limit is.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "ManyRejections",
    name: "all of the four orders of ten minutes",
    series: judged("max_order_value", "0x5 1x10 2x10 3x10 4x40"),
    quietAt: ["5m", "8m", "12m"],
  },
  {
    alert: "TradingStopped",
    name: "somebody halts it",
    series: { [series("live_gateway_trading_state", live)]: "0x3 2x3 0x20" },
    quietAt: ["45s", "2m"],
    firesAt: "1m",
    as: [
      {
        labels: { ...live, needs: "nats,opa", severity: "warning" },
        summary: "Trading is reduced or halted",
        description: "The state is 2 (1 reducing, 2 halted). `./trade2026 trading` says who, and why.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "VenueEventsLost",
    name: "forty events that nobody read in time",
    series: { [series("live_gateway_lost_events_total", { ...live, venue: "prism" })]: "_x8 40x80" },
    quietAt: ["1m45s", "13m"],
    firesAt: "2m",
    as: [
      {
        labels: { ...live, venue: "prism", needs: "nats,opa", severity: "critical" },
        summary: "Events of prism were gone before they were read",
        description:
          "40 events were not kept until the live gateway read them: fills and ends of orders may be missing.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "VenueSlow",
    name: "one answer of ten takes up to three seconds",
    series: { ...venue("1", "0+90x60"), ...venue("3", "0+100x60"), ...venue("+Inf", "0+100x60") },
    quietAt: ["5m"],
    firesAt: "5m15s",
    as: [
      {
        labels: { ...LIVE_GATEWAY, venue: "prism", needs: "nats,opa", severity: "warning" },
        summary: "prism answers slowly",
        description: "One request of twenty takes longer than 2s.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "VenueSlow",
    name: "one answer of fifty takes up to three seconds",
    series: { ...venue("1", "0+98x60"), ...venue("3", "0+100x60"), ...venue("+Inf", "0+100x60") },
    quietAt: ["10m"],
  },
  {
    alert: "PositionsLag",
    name: "1,001 fills are not counted",
    series: { [series("pnl_stream_lag_messages", { ...pnl, stream: "FILLS" })]: "1000x3 1001x20" },
    quietAt: ["45s", "2m45s"],
    firesAt: "3m",
    as: [
      {
        labels: { ...PNL, stream: "FILLS", needs: "nats,valkey-state", severity: "warning" },
        summary: "Positions and profit are old",
        description: "1001 messages of FILLS are not counted yet.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "MessagesPutAside",
    name: "one message says nothing that can be read",
    series: { [series("messages_put_aside_total", { ...oms, stream: "FILLS" })]: "0x8 1x60" },
    quietAt: ["2m", "13m"],
    firesAt: "2m15s",
    as: [
      {
        labels: ofOms("warning", { stream: "FILLS" }),
        summary: "Messages of FILLS are not what their contract says",
        description: "1 messages were passed over within ten minutes: oms has not heard what they said.",
        dashboard: trading,
      },
    ],
  },
  {
    alert: "RecordsPutAside",
    name: "the first four rows ever",
    series: {
      [series("questdb_writer_rows_total", { ...writer, table: "ticks", outcome: "written" })]: "0+900x80",
      [series("questdb_writer_rows_total", { ...writer, table: "fills", outcome: "put_aside" })]: "_x8 4x80",
    },
    quietAt: ["1m45s", "13m"],
    firesAt: "2m",
    as: [
      {
        labels: {
          ...writer,
          ...{ table: "fills", outcome: "put_aside", needs: "nats,questdb", severity: "warning" },
        },
        summary: "Records do not fit their table",
        description: "4 rows of fills were put aside within ten minutes.",
        dashboard: trading,
      },
    ],
  },
];

export const TRADING_CASES: Family = {
  name: "trading",
  of: ["oms", "risk", "live-gateway", "market-data-gateway", "prism", "pnl", "questdb-writer"],
  every: "15s",
  cases,
};
