/** Labels of a series or of an alert. */
export type Labels = Readonly<Record<string, string>>;

/** An alert that fires, exactly as Prometheus hands it over. */
export interface Firing {
  /** With `severity`, without `alertname`. */
  readonly labels: Labels;
  readonly summary: string;
  readonly description: string;
  readonly dashboard: string;
}

/** What is measured in the course of some minutes, and what is said of it when. */
export interface AlertCase {
  readonly alert: string;
  /** What happens; with the alert it names the case. */
  readonly name: string;
  /** Values in promtool's notation by selector, from the moment 0 on. */
  readonly series: Readonly<Record<string, string>>;
  /** Time between two values. @default what Prometheus asks every target at, 15s */
  readonly every?: string;
  /** Moments at which nothing of that alert fires. */
  readonly quietAt?: readonly string[];
  readonly firesAt?: string;
  /** All that fire then of that alert; more or fewer are an error. */
  readonly as?: readonly Firing[];
}

/** Cases that are evaluated together. */
export interface Family {
  readonly name: string;
  /** Services whose rules are evaluated: all of them would take minutes, and speak of none but these. */
  readonly of: readonly string[];
  /** Time between two evaluations; Prometheus' own is 15s. */
  readonly every: string;
  readonly cases: readonly AlertCase[];
}

/** A series as it is written in a query. */
export const series = (name: string, labels: Labels): string =>
  `${name}{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(",")}}`;

/** The labels that Prometheus gives to all that it reads at one address. */
export const at = (labels: Labels, job: string, port: number): Labels => ({
  ...labels,
  job,
  instance: `${job}:${port}`,
});

const data = (service: string, tier: string, lane: string): Labels => ({
  service,
  capability: "data",
  tier,
  lane,
});
const trading = (service: string, tier = "P0"): Labels => ({
  service,
  capability: "trading",
  tier,
  lane: "lowlatency",
});

export const NATS = data("nats", "P0", "lowlatency");
export const VALKEY_STATE = data("valkey-state", "P0", "backend");
export const VALKEY_CACHE = data("valkey-cache", "P1", "backend");
export const POSTGRES = data("postgres", "P0", "backend");
export const QUESTDB = data("questdb", "P0", "backend");
export const S3 = data("s3", "P1", "backend");
export const OPENSEARCH = data("opensearch", "P2", "backend");
export const OMS = trading("oms");
export const RISK = trading("risk");
export const LIVE_GATEWAY = trading("live-gateway");
export const MARKET_DATA_GATEWAY = trading("market-data-gateway");
export const PRISM = trading("prism", "P1");
export const PNL = trading("pnl", "P1");
export const QUESTDB_WRITER = trading("questdb-writer", "P1");
export const GATEWAY: Labels = { service: "gateway", capability: "gateway", tier: "P0", lane: "frontend" };
export const PROMETHEUS: Labels = { service: "prometheus", capability: "sre", tier: "P1", lane: "backend" };
export const ALERTMANAGER: Labels = {
  service: "alertmanager",
  capability: "sre",
  tier: "P1",
  lane: "backend",
};

export const LOG_SHIPPER: Labels = { service: "log-shipper", capability: "sre", tier: "P2", lane: "backend" };

/** All of these; a test compares them with the specs. */
export const MEASURED: readonly Labels[] = [
  ...[NATS, VALKEY_STATE, VALKEY_CACHE, POSTGRES, QUESTDB, S3, OPENSEARCH],
  ...[OMS, RISK, LIVE_GATEWAY, MARKET_DATA_GATEWAY, PRISM, PNL, QUESTDB_WRITER],
  ...[GATEWAY, PROMETHEUS, ALERTMANAGER, LOG_SHIPPER],
];

/** What the engine says of a container; it names the service itself. */
export const container = (labels: Labels): Labels => at(labels, "engine-exporter", 9105);
