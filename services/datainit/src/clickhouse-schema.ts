import { DECIMAL_PRECISION, DECIMAL_SCALE } from "../../contracts/values";
import type { Column, Migration, TableShape } from "./migrations";

export interface ClickHouseTable extends TableShape {
  readonly engine: string;
  readonly partitionBy: string;
  readonly orderBy: readonly string[];
  readonly ttl?: string;
}

const DECIMAL = `Decimal(${DECIMAL_PRECISION}, ${DECIMAL_SCALE})`;
const NAME = "LowCardinality(String)";
const MOMENT = "DateTime64(3, 'UTC')";
const SIDE = "Enum8('BUY' = 1, 'SELL' = 2)";

const decimals = (...names: readonly string[]): readonly Column[] => names.map((name) => [name, DECIMAL]);
const named = (...names: readonly string[]): readonly Column[] => names.map((name) => [name, NAME]);

/** How well an order was executed; the row of the highest version counts. Measures are ratios, so floats. */
const orderAnalytics: ClickHouseTable = {
  name: "order_analytics",
  columns: [
    ["order_id", "UUID"],
    ["version", "UInt64"],
    ["submitted_at", MOMENT],
    ["finished_at", `Nullable(${MOMENT})`],
    ...named("account", "symbol", "venue", "order_type", "status"),
    ["side", SIDE],
    ...decimals("quantity", "filled_quantity", "arrival_price", "average_fill_price", "commission"),
    ["slippage_bps", "Float64"],
    ["fill_ratio", "Float64"],
    ["latency_ms", "Float64"],
  ],
  engine: "ReplacingMergeTree(version)",
  partitionBy: "toYYYYMM(submitted_at)",
  orderBy: ["account", "symbol", "submitted_at", "order_id"],
};

/** Offline features, one value a row; a value computed again replaces the older one. */
const features: ClickHouseTable = {
  name: "features",
  columns: [
    ["event_time", MOMENT],
    ["created_at", MOMENT],
    ...named("feature_set", "feature", "symbol"),
    ["value", "Float64"],
  ],
  engine: "ReplacingMergeTree(created_at)",
  partitionBy: "toYYYYMM(event_time)",
  orderBy: ["feature_set", "feature", "symbol", "event_time"],
};

/** The book of the paper venue, best prices first. */
const orderbookSnapshots: ClickHouseTable = {
  name: "orderbook_snapshots",
  columns: [
    ["timestamp", MOMENT],
    ...named("venue", "symbol"),
    ["sequence", "UInt64"],
    ["bids", `Array(Tuple(price ${DECIMAL}, quantity ${DECIMAL}))`],
    ["asks", `Array(Tuple(price ${DECIMAL}, quantity ${DECIMAL}))`],
  ],
  engine: "ReplacingMergeTree",
  partitionBy: "toYYYYMMDD(timestamp)",
  orderBy: ["venue", "symbol", "timestamp", "sequence"],
  ttl: "toDateTime(timestamp) + INTERVAL 30 DAY",
};

export const clickhouseMigrations: readonly Migration<ClickHouseTable>[] = [
  {
    id: "0001-core",
    steps: [orderAnalytics, features, orderbookSnapshots].map((table) => ({ kind: "createTable", table })),
  },
];
