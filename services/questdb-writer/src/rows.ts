import type {
  AccountPnl,
  Bar,
  ConfirmedFill,
  Decimal,
  Fill,
  Order,
  Position,
  RiskAlert,
  Tick,
} from "../../contracts";
import type { Field, Row } from "./line-protocol";

const decimal = (value: Decimal | undefined): Field | undefined =>
  value === undefined ? undefined : { type: "decimal", value };
const text = (value: string | undefined): Field | undefined =>
  value === undefined ? undefined : { type: "text", value };
const long = (value: number): Field => ({ type: "long", value });

export function tickRow(tick: Tick): Row {
  return {
    table: "ticks",
    symbols: { venue: tick.venue, symbol: tick.symbol },
    fields: {
      price: decimal(tick.price),
      size: decimal(tick.size),
      bid: decimal(tick.bid),
      ask: decimal(tick.ask),
      source_seq: long(tick.source_seq),
    },
    timestamp: tick.timestamp,
  };
}

export function barRow(bar: Bar): Row {
  return {
    table: "bars",
    symbols: { venue: bar.venue, symbol: bar.symbol, interval: bar.interval },
    fields: {
      open: decimal(bar.open),
      high: decimal(bar.high),
      low: decimal(bar.low),
      close: decimal(bar.close),
      volume: decimal(bar.volume),
      trades: long(bar.trades),
    },
    timestamp: bar.timestamp,
  };
}

export function orderRow(order: Order): Row {
  return {
    table: "orders",
    symbols: {
      symbol: order.symbol,
      side: order.side,
      order_type: order.order_type,
      time_in_force: order.time_in_force,
      account: order.account,
      venue: order.venue,
      status: order.status,
    },
    fields: {
      order_id: text(order.order_id),
      version: long(order.version),
      client_order_id: text(order.client_order_id),
      parent_order_id: text(order.parent_order_id),
      quantity: decimal(order.quantity),
      price: decimal(order.price),
      stop_price: decimal(order.stop_price),
      filled_quantity: decimal(order.filled_quantity),
      average_fill_price: decimal(order.average_fill_price),
      remaining_quantity: decimal(order.remaining_quantity),
      commission: decimal(order.commission),
      algo: text(order.algo && JSON.stringify(order.algo)),
      reject_reason: text(order.reject_reason),
      venue_report_id: text(order.venue_report_id),
      created_at: { type: "timestamp", value: order.created_at },
    },
    timestamp: order.updated_at,
  };
}

export function fillRow(fill: Fill): Row {
  return {
    table: "fills",
    symbols: {
      symbol: fill.symbol,
      side: fill.side,
      venue: fill.venue,
      account: fill.account,
      liquidity: fill.liquidity,
    },
    fields: {
      fill_id: text(fill.fill_id),
      order_id: text(fill.order_id),
      client_order_id: text(fill.client_order_id),
      quantity: decimal(fill.quantity),
      price: decimal(fill.price),
      commission: decimal(fill.commission),
    },
    timestamp: fill.timestamp,
  };
}

/** The order's version that a fill makes is told nowhere else. */
export function confirmedRows({ fill, order }: ConfirmedFill): readonly Row[] {
  return [fillRow(fill), orderRow(order)];
}

export function positionRow(position: Position): Row {
  return {
    table: "positions",
    symbols: { account: position.account, symbol: position.symbol },
    fields: {
      quantity: decimal(position.quantity),
      average_price: decimal(position.average_price),
      market_price: decimal(position.market_price),
      realized_pnl: decimal(position.realized_pnl),
      unrealized_pnl: decimal(position.unrealized_pnl),
      version: long(position.version),
    },
    timestamp: position.timestamp,
  };
}

export function pnlRow(pnl: AccountPnl): Row {
  return {
    table: "pnl_snapshots",
    symbols: { account: pnl.account },
    fields: {
      realized_pnl: decimal(pnl.realized_pnl),
      unrealized_pnl: decimal(pnl.unrealized_pnl),
      commission: decimal(pnl.commission),
      total_pnl: decimal(pnl.total_pnl),
      exposure: decimal(pnl.exposure),
    },
    timestamp: pnl.timestamp,
  };
}

export function alertRow(alert: RiskAlert): Row {
  return {
    table: "risk_events",
    symbols: { kind: alert.rule, level: alert.level, account: alert.account, symbol: alert.symbol },
    fields: {
      event_id: text(alert.event_id),
      order_id: text(alert.order_id),
      message: text(alert.message),
      value: decimal(alert.value),
      limit_value: decimal(alert.limit),
    },
    timestamp: alert.timestamp,
  };
}
