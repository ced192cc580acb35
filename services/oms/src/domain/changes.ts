import Big from "big.js";
import { canMove, compare, isFinal, type Order, type ReplaceRequest } from "../../../contracts";
import { move } from "./moves";
import { refuse, type Refusal } from "./outcome";

export type NewValues = Pick<ReplaceRequest, "quantity" | "price" | "stop_price">;

export type CancelDecision =
  | { readonly kind: "asked"; readonly order: Order }
  /** A cancel is on its way already. */
  | { readonly kind: "waiting" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * An accepted order is on its way to the venue, whoever has it at the moment: it is cancelled there, never only here.
 */
export function decideCancel(order: Order, at: number): CancelDecision {
  if (order.status === "PENDING_CANCEL") return { kind: "waiting" };
  if (isFinal(order.status))
    return {
      kind: "refused",
      refusal: refuse(409, "final", `Order ${order.order_id} is ${order.status}.`, order),
    };
  const steps =
    order.status === "ACCEPTED" ? (["ROUTING", "PENDING_CANCEL"] as const) : (["PENDING_CANCEL"] as const);
  return { kind: "asked", order: move(order, steps, {}, at) };
}

/** @returns why the order cannot be replaced now, or cannot become this */
export function refuseReplace(order: Order, values: NewValues): Refusal | undefined {
  const { order_id, status } = order;
  if (isFinal(status)) return refuse(409, "final", `Order ${order_id} is ${status}.`, order);
  if (!canMove(status, "PENDING_REPLACE"))
    return refuse(
      409,
      "not_replaceable",
      `Order ${order_id} is ${status}; it can be replaced when SENT or PARTIALLY_FILLED.`,
      order,
    );
  for (const field of ["price", "stop_price"] as const)
    if (values[field] !== undefined && order[field] === undefined)
      return refuse(400, "invalid", `A ${order.order_type} order has no ${field}.`, order);
  if (values.quantity !== undefined && compare(values.quantity, order.filled_quantity) <= 0)
    return refuse(
      409,
      "filled",
      `Quantity ${values.quantity} is not above the ${order.filled_quantity} that are filled; cancel the rest instead.`,
      order,
    );
  return undefined;
}

/** What the order would be, for risk. */
export function replacedOrder(order: Order, values: NewValues): Order {
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const quantity = values.quantity ?? order.quantity;
  return {
    ...order,
    ...given,
    quantity,
    remaining_quantity: Big(quantity).minus(order.filled_quantity).toFixed(),
  };
}

/** Its values are what they were until the venue says that it has replaced it. */
export function askReplace(order: Order, at: number): Order {
  return move(order, ["PENDING_REPLACE"], {}, at);
}

/** The end of an order of an algorithm, when its last part has ended. */
export function endParent(order: Order, at: number): Order {
  return move(order, ["CANCELLED"], {}, at);
}
