/** What is written to, and the columns that must be there: a line with another one would add it, with a wrong type. */
export const tables: Readonly<Record<string, readonly string[]>> = {
  ticks: ["timestamp", "venue", "symbol", "price", "size", "bid", "ask", "source_seq"],
  bars: ["timestamp", "venue", "symbol", "interval", "open", "high", "low", "close", "volume", "trades"],
  orders: [
    ...[
      "updated_at",
      "order_id",
      "version",
      "client_order_id",
      "parent_order_id",
      "symbol",
      "side",
      "order_type",
    ],
    ...["time_in_force", "account", "venue", "status", "quantity", "price", "stop_price", "filled_quantity"],
    ...[
      "average_fill_price",
      "remaining_quantity",
      "commission",
      "algo",
      "reject_reason",
      "venue_report_id",
      "created_at",
    ],
  ],
  fills: [
    ...[
      "timestamp",
      "fill_id",
      "order_id",
      "client_order_id",
      "symbol",
      "side",
      "venue",
      "account",
      "liquidity",
    ],
    ...["quantity", "price", "commission"],
  ],
  positions: [
    ...["timestamp", "account", "symbol", "quantity", "average_price", "market_price", "realized_pnl"],
    ...["unrealized_pnl", "version"],
  ],
  pnl_snapshots: [
    "timestamp",
    "account",
    "realized_pnl",
    "unrealized_pnl",
    "commission",
    "total_pnl",
    "exposure",
  ],
  risk_events: [
    ...[
      "timestamp",
      "event_id",
      "kind",
      "level",
      "account",
      "symbol",
      "order_id",
      "message",
      "value",
      "limit_value",
    ],
  ],
};

/** @returns what is missing, in words; undefined: nothing */
export async function missingColumns(
  columnsOf: (table: string) => Promise<readonly string[]>,
): Promise<string | undefined> {
  const problems: string[] = [];
  for (const [table, wanted] of Object.entries(tables)) {
    const there = new Set(await columnsOf(table));
    const missing = wanted.filter((column) => !there.has(column));
    if (there.size === 0) problems.push(`there is no table ${table}`);
    else if (missing.length > 0) problems.push(`table ${table} has no ${missing.join(", ")}`);
  }
  return problems.length === 0 ? undefined : `${problems.join("; ")}: the job datainit questdb makes them`;
}
