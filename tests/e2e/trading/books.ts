import Big from "big.js";
import type { Fill, Order } from "../../../services/contracts";

/** Digits after the point that every store keeps. */
const SCALE = 18;
/** Enough digits that rounding a quotient to the scale is rounding once. */
const Exact = Big();
Exact.DP = 2 * SCALE + 2;
Exact.RM = Big.roundDown;

export interface Held {
  readonly account: string;
  readonly symbol: string;
  readonly quantity: string;
  readonly average_price?: string;
  readonly realized_pnl: string;
  readonly commission: string;
  /** What sales brought less what purchases cost. */
  readonly cash: string;
}

/** Amounts of an object as one text each: `10.0` and `10` are the same amount, and null is nothing. */
export function amounts<Field extends string>(
  of: Readonly<Partial<Record<Field, unknown>>>,
  fields: readonly Field[],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    fields.map((field) => {
      const value = of[field];
      return [field, value === undefined || value === null ? undefined : Big(value as string).toFixed()];
    }),
  );
}

/** What an order's fills make of it. */
export function sumOf(fills: readonly Fill[]): {
  readonly filled_quantity: string;
  readonly average_fill_price: string | undefined;
  readonly commission: string;
} {
  const quantity = total(fills.map((fill) => Big(fill.quantity)));
  const value = total(fills.map((fill) => Big(fill.quantity).times(fill.price)));
  return {
    filled_quantity: quantity.toFixed(),
    average_fill_price: quantity.eq(0) ? undefined : quotient(value, quantity),
    commission: total(fills.map((fill) => Big(fill.commission))).toFixed(),
  };
}

/**
 * Positions by the book: first in, first out, from nothing but the fills; written here a second time, the plain way.
 *
 * @param fills as the venue made them, the first first
 */
export function positionsOf(fills: readonly Fill[]): readonly Held[] {
  const groups = grouped(fills, ({ account, symbol }) => `${account} ${symbol}`);
  return [...groups.values()].map((group) => {
    let lots: { quantity: Big; price: Big }[] = [];
    let [realized, cash] = [Big(0), Big(0)];
    for (const fill of group) {
      const sign = fill.side === "BUY" ? 1 : -1;
      const price = Big(fill.price);
      let left = Big(fill.quantity).times(sign);
      cash = cash.minus(left.times(price));
      for (const lot of lots) {
        if (left.eq(0) || left.s === lot.quantity.s) break;
        const closed = left.abs().lt(lot.quantity.abs()) ? left.abs() : lot.quantity.abs();
        realized = realized.plus(price.minus(lot.price).times(closed).times(lot.quantity.s));
        lot.quantity = lot.quantity.minus(closed.times(lot.quantity.s));
        left = left.minus(closed.times(sign));
      }
      lots = lots.filter(({ quantity }) => !quantity.eq(0));
      if (!left.eq(0)) lots.push({ quantity: left, price });
    }
    const quantity = total(lots.map((lot) => lot.quantity));
    const cost = total(lots.map((lot) => lot.quantity.times(lot.price)));
    const [{ account, symbol }] = group as [Fill, ...Fill[]];
    return {
      ...{ account, symbol, quantity: quantity.toFixed() },
      ...(quantity.eq(0) ? {} : { average_price: quotient(cost, quantity) }),
      realized_pnl: realized.toFixed(),
      commission: total(group.map((fill) => Big(fill.commission))).toFixed(),
      cash: cash.toFixed(),
    };
  });
}

export function grouped<Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): ReadonlyMap<string, readonly Value[]> {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

export function total(values: readonly Big[]): Big {
  return values.reduce((sum, value) => sum.plus(value), Big(0));
}

function quotient(dividend: Big, divisor: Big): string {
  return new Exact(dividend).div(divisor).round(SCALE, Big.roundHalfEven).toFixed();
}

/**
 * Orders that the venue must know: those that risk took, that are no sum of others, that were not too old for it when it was
 * back, and that no kill switch met on their way.
 */
export const reachesVenue = ({ status, algo, reject_reason }: Order): boolean =>
  status !== "RISK_REJECTED" &&
  algo === undefined &&
  !/^(?:waited \d+ ms for its venue|kill switch: )/.test(reject_reason ?? "");

/** An order of the kill switch, which closes a position: recorded as it is, without risk. */
export const isOfKillSwitch = ({ client_order_id }: Order): boolean => client_order_id.startsWith("flatten-");
