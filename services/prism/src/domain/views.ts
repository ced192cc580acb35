import type { OrderType, Side, TimeInForce } from "../../../contracts";
import { fromUnits, unitsOf } from "./decimals";
import type { Market } from "./market";
import { remainingOf, type OrderRequest, type VenueOrder, type VenueStatus } from "./types";

/** An order as the venue shows and stores it; a stored one is made an order again by {@link reviveOrder}. */
export interface OrderView {
  readonly number: number;
  readonly order_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly account: string;
  readonly order_type: OrderType;
  readonly time_in_force: TimeInForce;
  readonly quantity: string;
  readonly price?: string;
  readonly stop_price?: string;
  readonly status: VenueStatus;
  readonly reason?: string;
  readonly filled_quantity: string;
  readonly remaining_quantity: string;
  readonly average_price?: string;
  /** Sum of price × quantity of the fills. */
  readonly filled_value: string;
  readonly commission: string;
  readonly triggered: boolean;
  readonly priority: number;
  readonly expires_at?: number;
  readonly created_at: number;
  readonly updated_at: number;
}

export function viewOf(order: VenueOrder): OrderView {
  const { market, filled, limit, stop, reason, expires_at } = order;
  const filled_quantity = market.quantityText(filled);
  const filled_value = market.valueText(order.value);
  const open = order.status === "ACCEPTED" || order.status === "PARTIALLY_FILLED";
  return {
    number: order.number,
    order_id: order.order_id,
    symbol: market.symbol,
    side: order.side,
    account: order.account,
    order_type: order.order_type,
    time_in_force: order.time_in_force,
    quantity: market.quantityText(order.quantity),
    ...(limit === undefined ? {} : { price: market.priceText(limit) }),
    ...(stop === undefined ? {} : { stop_price: market.priceText(stop) }),
    status: order.status,
    ...(reason === undefined ? {} : { reason }),
    filled_quantity,
    // of an order that has ended, nothing remains to be filled
    remaining_quantity: open ? market.quantityText(remainingOf(order)) : "0",
    ...(filled === 0 ? {} : { average_price: market.averageText(order.value, filled) }),
    filled_value,
    commission: fromUnits(order.commission),
    triggered: order.triggered,
    priority: order.priority,
    ...(expires_at === undefined ? {} : { expires_at }),
    created_at: order.created_at,
    updated_at: order.updated_at,
  };
}

/** An order that never was one: its numbers are what was sent. */
export function rejectedView(request: OrderRequest, number: number, reason: string, now: number): OrderView {
  const { order_id, symbol, side, account, order_type, time_in_force, quantity, price, stop_price } = request;
  return {
    number,
    order_id,
    symbol,
    side,
    account,
    order_type,
    time_in_force,
    quantity,
    ...(price === undefined ? {} : { price }),
    ...(stop_price === undefined ? {} : { stop_price }),
    status: "REJECTED",
    reason,
    filled_quantity: "0",
    remaining_quantity: "0",
    filled_value: "0",
    commission: "0",
    triggered: false,
    priority: 0,
    created_at: now,
    updated_at: now,
  };
}

/** @throws {RangeError} when what is stored is not on the instrument's grid any more */
export function reviveOrder(view: OrderView, market: Market): VenueOrder {
  const count = (what: "price" | "quantity", text: string): number => {
    const parsed = market[what](text);
    if (!parsed.ok) throw new RangeError(`stored order ${view.order_id}: ${parsed.reason}`);
    return parsed.count;
  };
  return {
    number: view.number,
    order_id: view.order_id,
    market,
    side: view.side,
    account: view.account,
    order_type: view.order_type,
    time_in_force: view.time_in_force,
    created_at: view.created_at,
    quantity: count("quantity", view.quantity),
    limit: view.price === undefined ? undefined : count("price", view.price),
    stop: view.stop_price === undefined ? undefined : count("price", view.stop_price),
    triggered: view.triggered,
    filled: view.filled_quantity === "0" ? 0 : count("quantity", view.filled_quantity),
    value: market.valueOf(view.filled_value),
    commission: unitsOf(view.commission),
    status: view.status,
    reason: view.reason,
    priority: view.priority,
    expires_at: view.expires_at,
    updated_at: view.updated_at,
    level: undefined,
    previous: undefined,
    next: undefined,
  };
}
