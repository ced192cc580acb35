import Big from "big.js";
import { instrumentOf, type Order } from "../../contracts";
import type { EffectiveLimits } from "./limits";
import type { Mark } from "./marks";
import { NOTHING } from "./tracked";
import { shown, type Measure, type Refusal } from "./verdict";

/** What an order says by itself, in numbers. */
export interface Asked {
  readonly quantity: Big;
  readonly price: Big | undefined;
  readonly stop: Big | undefined;
}

export const askedOf = ({ quantity, price, stop_price }: Order): Asked => ({
  quantity: Big(quantity),
  price: price === undefined ? undefined : Big(price),
  stop: stop_price === undefined ? undefined : Big(stop_price),
});

/** Rules that need nothing but the order and its instrument. */
export function checkInstrument(order: Order, asked: Asked, limits: EffectiveLimits): Refusal | undefined {
  const { symbol } = order;
  if (limits.blocked)
    return { rule: "block-list", level: "HIGH", message: `${symbol} is blocked for ${order.account}` };
  const instrument = instrumentOf(symbol);
  if (!instrument) return refuse(`${symbol} is not traded here`);
  if (!asked.quantity.mod(instrument.lot_size).eq(NOTHING))
    return refuse(`quantity ${order.quantity} of ${symbol} is no multiple of its lot ${instrument.lot_size}`);
  for (const [what, price] of [
    ["price", asked.price],
    ["stop_price", asked.stop],
  ] as const) {
    if (price && !price.mod(instrument.tick_size).eq(NOTHING))
      return refuse(
        `${what} ${shown(price)} of ${symbol} is no multiple of its tick ${instrument.tick_size}`,
      );
  }
  return undefined;
}

const refuse = (message: string): Refusal => ({ rule: "instrument", level: "MEDIUM", message });

/** The last price, if it still says something. */
export function checkPrice(
  symbol: string,
  mark: Mark | undefined,
  limits: EffectiveLimits,
  now: number,
): Refusal | undefined {
  const no = (message: string): Refusal => ({ rule: "no-price", level: "HIGH", message });
  if (!mark) return no(`no price of ${symbol} is known`);
  const age = now - mark.at;
  return age > limits.priceMaxAgeMs
    ? no(`the last price of ${symbol} is ${age} ms old, allowed are ${limits.priceMaxAgeMs}`)
    : undefined;
}

/**
 * How far a limit lies from where the market is when it begins to count: the last price, and for a stop-limit its
 * stop. A stop waits for a price far away on purpose; its value is what bounds it.
 */
export function checkCollar(asked: Asked, last: Big, limits: EffectiveLimits): Refusal | undefined {
  if (!asked.price) return undefined;
  const reference = asked.stop ?? last;
  const distance = asked.price.minus(reference).abs().times(100);
  if (distance.lte(limits.collarPercent.times(reference))) return undefined;
  const message = `price ${shown(asked.price)} lies more than ${shown(limits.collarPercent)} % from ${shown(reference)}`;
  return { rule: "price-collar", level: "HIGH", message, value: asked.price, limit: limits.collarPercent };
}

/** What a unit costs at most by what is known: the limit; without one the last price, or the stop when it is more. */
export function worthOf({ price, stop }: Asked, last: Big): Big {
  if (price) return price;
  return stop?.gt(last) ? stop : last;
}

export function checkSize(
  asked: Asked,
  worth: Big,
  limits: EffectiveLimits,
  measure: Measure,
): Refusal | undefined {
  return (
    measure.bound("order-quantity", asked.quantity, limits.orderQuantity, "the order's quantity") ??
    measure.bound("order-value", asked.quantity.times(worth), limits.orderValue, "the order's value")
  );
}
