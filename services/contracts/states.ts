import { z } from "zod";

export const orderStatus = z.enum([
  "NEW",
  "PENDING_RISK",
  "RISK_REJECTED",
  "ACCEPTED",
  "ROUTING",
  "SENT",
  "PARTIALLY_FILLED",
  "PENDING_CANCEL",
  "PENDING_REPLACE",
  "FILLED",
  "CANCELLED",
  "REJECTED",
  "EXPIRED",
  "FAILED",
]);
export type OrderStatus = z.infer<typeof orderStatus>;

/**
 * Every legal step. Fills and ends of life arrive while a cancel or a replace is on its way: the venue has the last
 * word, so an order leaves PENDING_CANCEL and PENDING_REPLACE to wherever the venue says it is. A cancel that was
 * refused goes back to where the order was. Before it is sent, an order can be cancelled at once, and can expire.
 */
export const orderTransitions: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  NEW: ["PENDING_RISK", "REJECTED", "CANCELLED", "FAILED"],
  PENDING_RISK: ["ACCEPTED", "RISK_REJECTED", "CANCELLED", "FAILED"],
  ACCEPTED: ["ROUTING", "CANCELLED", "REJECTED", "EXPIRED", "FAILED"],
  ROUTING: ["SENT", "PENDING_CANCEL", "CANCELLED", "REJECTED", "EXPIRED", "FAILED"],
  SENT: [
    "PARTIALLY_FILLED",
    "FILLED",
    "PENDING_CANCEL",
    "PENDING_REPLACE",
    "CANCELLED",
    "REJECTED",
    "EXPIRED",
    "FAILED",
  ],
  PARTIALLY_FILLED: [
    "PARTIALLY_FILLED",
    "FILLED",
    "PENDING_CANCEL",
    "PENDING_REPLACE",
    "CANCELLED",
    "EXPIRED",
    "FAILED",
  ],
  PENDING_CANCEL: ["CANCELLED", "SENT", "PARTIALLY_FILLED", "FILLED", "REJECTED", "EXPIRED", "FAILED"],
  PENDING_REPLACE: [
    "SENT",
    "PARTIALLY_FILLED",
    "FILLED",
    "PENDING_CANCEL",
    "CANCELLED",
    "REJECTED",
    "EXPIRED",
    "FAILED",
  ],
  RISK_REJECTED: [],
  FILLED: [],
  CANCELLED: [],
  REJECTED: [],
  EXPIRED: [],
  FAILED: [],
};

export function canMove(from: OrderStatus, to: OrderStatus): boolean {
  return orderTransitions[from].includes(to);
}

/** Nothing follows. */
export function isFinal(status: OrderStatus): boolean {
  return orderTransitions[status].length === 0;
}

/** A step that the table does not have. */
export class IllegalTransitionError extends Error {
  override readonly name = "IllegalTransitionError";

  constructor(
    readonly orderId: string,
    readonly from: OrderStatus,
    readonly to: OrderStatus,
  ) {
    const allowed = orderTransitions[from];
    const next = allowed.length === 0 ? "it is final" : `it can become ${allowed.join(", ")}`;
    super(`order ${orderId} is ${from} and cannot become ${to}; ${next}`);
  }
}

/** @throws {IllegalTransitionError} */
export function assertMove(orderId: string, from: OrderStatus, to: OrderStatus): void {
  if (!canMove(from, to)) {
    throw new IllegalTransitionError(orderId, from, to);
  }
}
