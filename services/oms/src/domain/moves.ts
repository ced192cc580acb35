import { assertMove, canMove, type Order, type OrderStatus } from "../../../contracts";

/** What may change in an order besides its state; the rest is as its client said it. */
export type Change = Partial<
  Pick<
    Order,
    | "quantity"
    | "price"
    | "stop_price"
    | "reject_reason"
    | "filled_quantity"
    | "average_fill_price"
    | "remaining_quantity"
    | "commission"
    | "venue_report_id"
  >
>;

/**
 * The order after the steps, each of which is legal. One change, one version, however many steps it proves.
 *
 * @throws {IllegalTransitionError}
 */
export function move(order: Order, steps: readonly OrderStatus[], change: Change, at: number): Order {
  let status = order.status;
  for (const next of steps) {
    assertMove(order.order_id, status, next);
    status = next;
  }
  return amend(order, { ...change, status }, at);
}

/** The order changed without a step: a new version, and time does not run backwards. */
export function amend(order: Order, change: Change & Partial<Pick<Order, "status">>, at: number): Order {
  return { ...order, ...change, updated_at: Math.max(at, order.updated_at), version: order.version + 1 };
}

/**
 * The way to a state that the venue says an order has. A fill or an acceptance proves that the order was routed and
 * sent, also when it is heard before what proves that.
 */
export function provenSteps(from: OrderStatus, to: OrderStatus): readonly OrderStatus[] {
  if (canMove(from, to)) return [to];
  if (from === "ACCEPTED" && canMove("ROUTING", to)) return ["ROUTING", to];
  if (from === "ACCEPTED" && canMove("SENT", to)) return ["ROUTING", "SENT", to];
  if (from === "ROUTING" && canMove("SENT", to)) return ["SENT", to];
  return [to];
}
