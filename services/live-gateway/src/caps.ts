import Big from "big.js";
import type { TradingMode } from "../../contracts/control";
import type { Order } from "../../contracts/order";
import type { Decimal } from "../../contracts/values";

/** In the quote currency of what is traded: dollars and tethers count alike. */
export interface Caps {
  /** What all orders of a UTC day may be worth together. */
  readonly daily: Decimal;
  /** What one order may be worth; undefined: only the day's cap counts. */
  readonly order: Decimal | undefined;
}

/** Paper moves no money, so that its cap only stops what has run wild. Canary is there to lose little. */
export const defaultCaps: Readonly<Record<TradingMode, Caps>> = {
  paper: { daily: "1000000000000", order: undefined },
  shadow: { daily: "1000000000000", order: undefined },
  canary: { daily: "1000", order: "100" },
  live: { daily: "1000000", order: "100000" },
};

export function dayOf(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(0, 10);
}

/**
 * What an order is worth: its quantity at its limit; without one at the stop price or the last price, whichever is
 * dearer.
 *
 * @returns undefined when no price is known
 */
export function notionalOf(
  order: Pick<Order, "quantity" | "price" | "stop_price">,
  lastPrice: Decimal | undefined,
): Big | undefined {
  if (order.price !== undefined) return Big(order.quantity).times(order.price);
  const candidates = [order.stop_price, lastPrice].flatMap((price) =>
    price === undefined ? [] : [Big(price)],
  );
  const dearest = candidates.reduce<Big | undefined>(
    (best, each) => (best?.gte(each) ? best : each),
    undefined,
  );
  return dearest?.times(order.quantity);
}

/** @returns why not, or undefined */
export function capRefusal(notional: Big, spentToday: Big, caps: Caps): string | undefined {
  if (caps.order !== undefined && notional.gt(caps.order)) {
    return `notional cap: the order is worth ${notional.toFixed(2)}, one may be worth ${caps.order}`;
  }
  if (spentToday.plus(notional).gt(caps.daily)) {
    const left = Big(caps.daily).minus(spentToday);
    return `daily notional cap: the order is worth ${notional.toFixed(2)}, ${left.toFixed(2)} of ${caps.daily} are left today`;
  }
  return undefined;
}
