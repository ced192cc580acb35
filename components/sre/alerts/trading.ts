import type { ServiceSpec } from "../../../model/service";
import { consumers } from "../../../services/contracts/consumers";
import { instruments, type SessionName } from "../../../services/contracts/instruments";
import { alertLabels, COUNT, hasCounted, type Alert } from "../rule";

type TradingRule = Omit<Alert, "labels" | "expr"> & { readonly expr: (of: string) => string };

/** What only this platform can say of itself: orders, fills, ticks and the state of trading, by service. */
export function tradingAlerts(service: ServiceSpec): readonly Alert[] {
  const rules = [...(RULES[service.name] ?? []), ...(READERS.has(service.name) ? [PUT_ASIDE] : [])];
  return rules.map(({ expr, ...rule }) => ({
    ...rule,
    expr: expr(`service="${service.name}"`),
    labels: alertLabels(service),
  }));
}

/** Answers of the order service that are no fault of the order. */
const OURS = "not_ready|stream_unavailable|state_unavailable|risk_unavailable|outcome_unknown";
const symbols = (session: SessionName): string =>
  instruments
    .filter((instrument) => instrument.session === session)
    .map(({ symbol }) => symbol)
    .join("|");

const trading = { dashboard: "trading-performance" } as const;
const market = { dashboard: "market-data" } as const;

/** Who reads streams: by a consumer that the server keeps, and those two in their order. */
const READERS: ReadonlySet<string> = new Set([...consumers.map(({ service }) => service), "risk", "pnl"]);

const PUT_ASIDE: TradingRule = {
  ...trading,
  alert: "MessagesPutAside",
  severity: "warning",
  expr: (of) => `sum by (service, stream) (increase(messages_put_aside_total{${of}}[10m])) > 0`,
  summary: "Messages of {{ $labels.stream }} are not what their contract says",
  description: `${COUNT} messages were passed over within ten minutes: {{ $labels.service }} has not heard what they said.`,
};

const RULES: Readonly<Record<string, readonly TradingRule[]>> = {
  "market-data-gateway": [
    {
      ...market,
      alert: "TicksStale",
      severity: "critical",
      // continuous markets are never closed
      expr: (of) =>
        // of a gateway that has never stored one, there is no series to be zero
        `(sum by (service) (rate(market_data_gateway_ticks_total{${of},outcome="stored"}[1m])) or sum by (service) (0 * service:up:now{${of}} offset 2m)) == 0`,
      for: "30s",
      summary: "No ticks come in",
      description: "The market data gateway has stored no tick for a minute; quotes and paper fills are old.",
    },
    {
      ...market,
      alert: "TicksLost",
      severity: "warning",
      expr: (of) =>
        `sum by (service, outcome) (rate(market_data_gateway_ticks_total{${of},outcome!="stored"}[5m])) > 0.1`,
      for: "2m",
      summary: "Ticks are lost on their way to the bus",
      description: '{{ $value | printf "%.1f" }} ticks a second are {{ $labels.outcome }}.',
    },
  ],
  prism: [
    {
      ...market,
      alert: "QuotesStale",
      severity: "warning",
      expr: (of) =>
        `max by (service) (prism_quote_age_seconds{${of},symbol=~"${symbols("CONTINUOUS")}"}) > 60`,
      for: "1m",
      summary: "The paper venue quotes old prices",
      description: "The oldest quote of a continuous market is {{ $value | humanizeDuration }} old.",
    },
    {
      ...market,
      // the calendar mutes it while the exchange is closed
      alert: "QuotesStaleInSession",
      severity: "warning",
      expr: (of) =>
        `max by (service) (prism_quote_age_seconds{${of},symbol=~"${symbols("US_EQUITY")}"}) > 120`,
      for: "5m",
      summary: "The paper venue quotes old prices of the exchange",
      description: "The oldest quote of a market with sessions is {{ $value | humanizeDuration }} old.",
    },
  ],
  oms: [
    {
      ...trading,
      alert: "FillsUnexplained",
      severity: "critical",
      expr: (of) => hasCounted(`oms_fills_total{${of},outcome=~"overfill|mismatch|illegal|unknown"}`, "5m"),
      summary: "The venue reported an execution that no order explains",
      description: `${COUNT} executions were {{ $labels.outcome }}: positions may be wrong.`,
    },
    {
      ...trading,
      alert: "ReportsUnexplained",
      severity: "warning",
      expr: (of) => hasCounted(`oms_reports_total{${of},outcome=~"refused|unknown"}`, "5m"),
      summary: "The venue reported what no order explains",
      description: `${COUNT} reports ({{ $labels.kind }}) were {{ $labels.outcome }}.`,
    },
    {
      ...trading,
      alert: "OrdersNotRecorded",
      severity: "critical",
      expr: (of) => `oms_unacknowledged_seconds{${of}} > 20`,
      for: "30s",
      summary: "Changes of orders wait for the log",
      description:
        "The oldest change has waited for {{ $value | humanizeDuration }} and is not in the streams: orders are not acknowledged.",
    },
    {
      ...trading,
      alert: "OrdersFail",
      severity: "critical",
      expr: (of) =>
        `sum by (service) (rate(oms_submits_total{${of},outcome=~"${OURS}"}[5m])) / sum by (service) (rate(oms_submits_total{${of}}[5m])) > 0.05`,
      for: "1m",
      summary: "Orders cannot be taken",
      description: "{{ $value | humanizePercentage }} of the orders fail for reasons of ours.",
    },
  ],
  risk: [
    {
      ...trading,
      alert: "RiskLags",
      severity: "critical",
      expr: (of) => `max by (service, stream) (risk_stream_lag_messages{${of}}) > 1000`,
      for: "1m",
      summary: "Risk judges by old positions",
      description: "{{ $value }} messages of {{ $labels.stream }} are not counted yet.",
    },
    {
      ...trading,
      alert: "ManyRejections",
      severity: "warning",
      expr: (of) =>
        `sum by (service) (rate(risk_orders_total{${of},rule!="none"}[10m])) / sum by (service) (rate(risk_orders_total{${of}}[10m])) > 0.5 and sum by (service) (rate(risk_orders_total{${of}}[10m])) > 0.1`,
      for: "5m",
      summary: "Risk refuses most orders",
      description:
        "{{ $value | humanizePercentage }} of the orders meet a limit: a strategy has gone wrong, or a limit is.",
    },
  ],
  "live-gateway": [
    {
      ...trading,
      alert: "TradingStopped",
      severity: "warning",
      expr: (of) => `live_gateway_trading_state{${of}} > 0`,
      summary: "Trading is reduced or halted",
      description:
        "The state is {{ $value }} (1 reducing, 2 halted). `./trade2026 trading` says who, and why.",
    },
    {
      ...trading,
      alert: "VenueEventsLost",
      severity: "critical",
      expr: (of) => hasCounted(`live_gateway_lost_events_total{${of}}`, "10m"),
      summary: "Events of {{ $labels.venue }} were gone before they were read",
      description: `${COUNT} events were not kept until the live gateway read them: fills and ends of orders may be missing.`,
    },
    {
      ...trading,
      alert: "VenueSlow",
      severity: "warning",
      expr: (of) =>
        `histogram_quantile(0.95, sum by (service, venue, le) (rate(live_gateway_venue_request_seconds_bucket{${of}}[5m]))) > 1`,
      for: "5m",
      summary: "{{ $labels.venue }} answers slowly",
      description: "One request of twenty takes longer than {{ $value | humanizeDuration }}.",
    },
  ],
  pnl: [
    {
      ...trading,
      alert: "PositionsLag",
      severity: "warning",
      expr: (of) => `max by (service, stream) (pnl_stream_lag_messages{${of}}) > 1000`,
      for: "2m",
      summary: "Positions and profit are old",
      description: "{{ $value }} messages of {{ $labels.stream }} are not counted yet.",
    },
  ],
  "questdb-writer": [
    {
      ...trading,
      alert: "RecordsPutAside",
      severity: "warning",
      expr: (of) => hasCounted(`questdb_writer_rows_total{${of},outcome!="written"}`, "10m"),
      summary: "Records do not fit their table",
      description: `${COUNT} rows of {{ $labels.table }} were put aside within ten minutes.`,
    },
  ],
};
