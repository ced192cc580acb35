import { DECIMAL_PRECISION, DECIMAL_SCALE } from "../../contracts/values";
import type { Column, Migration, TableShape } from "./migrations";

export interface QuestDBTable extends TableShape {
  /** The designated timestamp, UTC; the table is stored in its order. */
  readonly timestamp: string;
  readonly partitionBy: "HOUR" | "DAY" | "WEEK" | "MONTH" | "YEAR";
  /** A row with the same keys replaces the older one: writers may repeat themselves. Holds the timestamp. */
  readonly dedupKeys: readonly string[];
}

/** Money, prices and quantities: exactly what the contracts allow, never a float. */
const DECIMAL = `DECIMAL(${DECIMAL_PRECISION},${DECIMAL_SCALE})`;

const decimals = (...names: readonly string[]): readonly Column[] => names.map((name) => [name, DECIMAL]);
const symbols = (...names: readonly string[]): readonly Column[] => names.map((name) => [name, "SYMBOL"]);

const ticks: QuestDBTable = {
  name: "ticks",
  columns: [
    ["timestamp", "TIMESTAMP"],
    ...symbols("venue", "symbol"),
    ...decimals("price", "size", "bid", "ask"),
    ["source_seq", "LONG"],
  ],
  timestamp: "timestamp",
  partitionBy: "DAY",
  dedupKeys: ["timestamp", "venue", "symbol", "source_seq"],
};

const bars: QuestDBTable = {
  name: "bars",
  columns: [
    ["timestamp", "TIMESTAMP"],
    ...symbols("venue", "symbol", "interval"),
    ...decimals("open", "high", "low", "close", "volume"),
    ["trades", "LONG"],
  ],
  timestamp: "timestamp",
  partitionBy: "DAY",
  dedupKeys: ["timestamp", "venue", "symbol", "interval"],
};

/** Every version of every order; the newest of each is LATEST ON updated_at PARTITION BY order_id. */
const orders: QuestDBTable = {
  name: "orders",
  columns: [
    ["updated_at", "TIMESTAMP"],
    ["order_id", "UUID"],
    ["version", "LONG"],
    ["client_order_id", "VARCHAR"],
    ["parent_order_id", "UUID"],
    ...symbols("symbol", "side", "order_type", "time_in_force", "account", "venue", "status"),
    ...decimals("quantity", "price", "stop_price"),
    ...decimals("filled_quantity", "average_fill_price", "remaining_quantity", "commission"),
    ["algo", "VARCHAR"],
    ["reject_reason", "VARCHAR"],
    ["created_at", "TIMESTAMP"],
  ],
  timestamp: "updated_at",
  partitionBy: "DAY",
  dedupKeys: ["updated_at", "order_id", "version"],
};

const fills: QuestDBTable = {
  name: "fills",
  columns: [
    ["timestamp", "TIMESTAMP"],
    ["fill_id", "VARCHAR"],
    ["order_id", "UUID"],
    ["client_order_id", "VARCHAR"],
    ...symbols("symbol", "side", "venue", "account", "liquidity"),
    ...decimals("quantity", "price", "commission"),
  ],
  timestamp: "timestamp",
  partitionBy: "DAY",
  dedupKeys: ["timestamp", "venue", "fill_id"],
};

const positions: QuestDBTable = {
  name: "positions",
  columns: [
    ["timestamp", "TIMESTAMP"],
    ...symbols("account", "symbol"),
    ...decimals("quantity", "average_price", "market_price", "realized_pnl", "unrealized_pnl"),
    ["version", "LONG"],
  ],
  timestamp: "timestamp",
  partitionBy: "DAY",
  dedupKeys: ["timestamp", "account", "symbol", "version"],
};

const pnlSnapshots: QuestDBTable = {
  name: "pnl_snapshots",
  columns: [
    ["timestamp", "TIMESTAMP"],
    ...symbols("account"),
    ...decimals("realized_pnl", "unrealized_pnl", "commission", "total_pnl", "exposure"),
  ],
  timestamp: "timestamp",
  partitionBy: "DAY",
  dedupKeys: ["timestamp", "account"],
};

const riskEvents: QuestDBTable = {
  name: "risk_events",
  columns: [
    ["timestamp", "TIMESTAMP"],
    ["event_id", "UUID"],
    ...symbols("kind", "level", "account", "symbol"),
    ["order_id", "UUID"],
    ["message", "VARCHAR"],
    ...decimals("value", "limit_value"),
  ],
  timestamp: "timestamp",
  partitionBy: "MONTH",
  dedupKeys: ["timestamp", "event_id"],
};

export const questdbMigrations: readonly Migration<QuestDBTable>[] = [
  {
    id: "0001-core",
    steps: [ticks, bars, orders, fills, positions, pnlSnapshots, riskEvents].map((table) => ({
      kind: "createTable",
      table,
    })),
  },
  {
    id: "0002-venue-report",
    steps: [{ kind: "addColumns", table: "orders", columns: [["venue_report_id", "VARCHAR"]] }],
  },
];
