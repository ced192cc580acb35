import Big from "big.js";
import {
  DECIMAL_SCALE,
  decimalOf,
  isFinal,
  type Fill,
  type Order,
  type OrderStatus,
} from "../../../contracts";
import { amend, move, provenSteps, type Change } from "./moves";

/** Sums over the fills of an order, exact: products of 18 digits after the point have 36 here. */
export interface Tally {
  readonly quantity: Big;
  /** Σ price × quantity */
  readonly notional: Big;
  readonly commission: Big;
}

const NOTHING = Big(0);
export const NO_FILLS: Tally = { quantity: NOTHING, notional: NOTHING, commission: NOTHING };

export function plus(tally: Tally, fill: Fill): Tally {
  const quantity = Big(fill.quantity);
  return {
    quantity: tally.quantity.plus(quantity),
    notional: tally.notional.plus(quantity.times(fill.price)),
    commission: tally.commission.plus(fill.commission),
  };
}

/** Divides once, for showing: 2 × 18 + 2 digits are kept, then rounded half even to 18. */
const Quotient = Big();
Quotient.DP = 2 * DECIMAL_SCALE + 2;
Quotient.RM = Big.roundDown;

export function averagePrice(tally: Tally): string {
  return decimalOf(new Quotient(tally.notional).div(tally.quantity));
}

/** What the fields of an order are for a tally. */
export function filledFields(order: Order, tally: Tally): Change {
  return {
    filled_quantity: decimalOf(tally.quantity),
    average_fill_price: averagePrice(tally),
    remaining_quantity: decimalOf(Big(order.quantity).minus(tally.quantity)),
    commission: decimalOf(tally.commission),
  };
}

export type FillOutcome =
  | {
      readonly kind: "applied";
      readonly order: Order;
      readonly tally: Tally;
      /** The order had ended already, as its venue said later than it did: the execution counts, the state stays. */
      readonly late: boolean;
    }
  | {
      readonly kind: "refused";
      readonly reason: "overfill" | "mismatch" | "illegal";
      readonly message: string;
    };

/** An order of an algorithm waits in PENDING_CANCEL until its parts have ended, whatever they still fill. */
export type Kind = "order" | "parent";

/**
 * The order after a fill that it has not seen yet. More than the order has left is refused whole: what is wrong with
 * it is for people to find out. A fill of an order that was cancelled or has expired in the meantime is a fact, since
 * the venue's two channels are not ordered: it counts, and the order stays ended.
 */
export function applyFill(order: Order, tally: Tally, fill: Fill, at: number, kind: Kind): FillOutcome {
  if (fill.symbol !== order.symbol || fill.side !== order.side || fill.account !== order.account) {
    const message = `fill ${fill.fill_id} is ${fill.side} ${fill.symbol} of ${fill.account}, its order ${order.order_id} ${order.side} ${order.symbol} of ${order.account}`;
    return { kind: "refused", reason: "mismatch", message };
  }
  const after = plus(tally, fill);
  const left = Big(order.quantity).minus(after.quantity);
  if (left.lt(0)) {
    const message = `fill ${fill.fill_id} of ${fill.quantity} is more than the ${order.remaining_quantity} that order ${order.order_id} (${order.status}) has left of ${order.quantity}`;
    return { kind: "refused", reason: "overfill", message };
  }
  const change = filledFields(order, after);
  if (order.status === "CANCELLED" || order.status === "EXPIRED")
    return { kind: "applied", order: amend(order, change, at), tally: after, late: true };
  const to: OrderStatus = left.eq(0) ? "FILLED" : "PARTIALLY_FILLED";
  if (kind === "parent" && order.status === "PENDING_CANCEL" && to !== "FILLED")
    return { kind: "applied", order: amend(order, change, at), tally: after, late: false };
  try {
    const moved = move(order, provenSteps(order.status, to), change, at);
    return { kind: "applied", order: moved, tally: after, late: false };
  } catch (error) {
    return { kind: "refused", reason: "illegal", message: (error as Error).message };
  }
}

/**
 * The order brought to what its fills say, when a crash came between a fill and it: an order of an algorithm is
 * written after the fill of its part.
 *
 * @returns undefined when it says the same already, or can never say it (more than its quantity)
 * @throws {IllegalTransitionError}
 */
export function reconcile(order: Order, tally: Tally, at: number): Order | undefined {
  const left = Big(order.quantity).minus(tally.quantity);
  if (tally.quantity.lte(order.filled_quantity) || left.lt(0)) return undefined;
  const change = filledFields(order, tally);
  const stays = isFinal(order.status) || (order.status === "PENDING_CANCEL" && !left.eq(0));
  if (stays) return amend(order, change, at);
  return move(order, provenSteps(order.status, left.eq(0) ? "FILLED" : "PARTIALLY_FILLED"), change, at);
}
