import Big from "big.js";
import { isFinal, type Order, type Side } from "../../contracts";

export const NOTHING = Big(0);

/** What an order asks for, in numbers. */
export interface Terms {
  readonly quantity: Big;
  /** What a unit is valued at while it is open; absent: at the last price. */
  readonly price: Big | undefined;
}

/**
 * An open order as risk counts it. Its whole quantity counts until fills of it are confirmed, each of which moves its
 * part from the open quantity into the position in one step: nothing is ever counted in neither.
 */
export interface Tracked {
  readonly id: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: Side;
  readonly createdAt: number;
  terms: Terms;
  /** A replace that was approved and that the log does not show decided yet: the worse of both counts. */
  change: (Terms & { readonly at: number; readonly version: number }) | undefined;
  /** Of the log; 0 while it has shown nothing: a reservation. */
  version: number;
  closed: boolean;
  /** As the newest version says. */
  filled: Big;
  /** Sum of its fills, and of its children's, that have been seen. */
  confirmed: Big;
  readonly parent: Tracked | undefined;
  /** Its slices that are not spent, and what is open of them together. */
  children: number;
  childrenOpen: Big;
  /** What is in its account's sums because of it, or, of a child, in its parent's `childrenOpen`. */
  counted: Terms;
}

export function track(order: Order, parent: Tracked | undefined): Tracked {
  return {
    id: order.order_id,
    account: order.account,
    symbol: order.symbol,
    side: order.side,
    createdAt: order.created_at,
    terms: termsOf(order),
    change: undefined,
    version: 0,
    closed: false,
    filled: NOTHING,
    confirmed: NOTHING,
    parent,
    children: 0,
    childrenOpen: NOTHING,
    counted: { quantity: NOTHING, price: undefined },
  };
}

/** A limit is a bound; a stop to buy lies above the market, one to sell below it, where the last price is the more. */
export function termsOf(order: Order): Terms {
  const price = order.price ?? (order.side === "BUY" ? order.stop_price : undefined);
  return { quantity: Big(order.quantity), price: price === undefined ? undefined : Big(price) };
}

/** Takes over what a newer version says. */
export function update(tracked: Tracked, order: Order): void {
  tracked.terms = termsOf(order);
  tracked.version = order.version;
  tracked.closed = isFinal(order.status);
  tracked.filled = Big(order.filled_quantity);
  if (tracked.closed) tracked.change = undefined;
}

/** The terms that count: with a change on its way the greater quantity and the higher price. */
export function worstTerms({ terms, change }: Tracked): Terms {
  if (!change) return terms;
  const price = !terms.price || !change.price ? undefined : greater(terms.price, change.price);
  return { quantity: greater(terms.quantity, change.quantity), price };
}

/** What is open of it: of what it may still become, or has become, that which no confirmed fill shows yet. */
export function openQuantity(tracked: Tracked): Big {
  const whole = tracked.closed ? tracked.filled : worstTerms(tracked).quantity;
  return greater(greater(NOTHING, whole.minus(tracked.confirmed)), tracked.childrenOpen);
}

/** Whether nothing can come of it any more. */
export function isSpent(tracked: Tracked): boolean {
  return tracked.closed && tracked.children === 0 && tracked.confirmed.gte(tracked.filled);
}

export const greater = (left: Big, right: Big): Big => (left.gte(right) ? left : right);
