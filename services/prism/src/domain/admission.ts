import type { OrderType } from "../../../contracts";
import type { Book } from "./book";
import type { OrderRequest, ReplaceOrder, VenueOrder } from "./types";

/** An order's numbers in lots and ticks. */
export interface Terms {
  readonly quantity: number;
  readonly limit: number | undefined;
  readonly stop: number | undefined;
}

export type Admission =
  { readonly ok: true; readonly terms: Terms } | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): Admission => ({ ok: false, reason });

const pricesOf: Readonly<Record<OrderType, { readonly price: boolean; readonly stop_price: boolean }>> = {
  MARKET: { price: false, stop_price: false },
  LIMIT: { price: true, stop_price: false },
  STOP: { price: false, stop_price: true },
  STOP_LIMIT: { price: true, stop_price: true },
};

/**
 * Whether the venue takes an order, and why not. A stop waits, whatever its time in force: that it is over at once
 * counts from the moment that it is set off, and until then it needs no market.
 */
export function admit(request: OrderRequest, book: Book, now: number): Admission {
  const { order_type, time_in_force } = request;
  const waits = pricesOf[order_type].stop_price;
  const atOnce = order_type === "MARKET" || time_in_force === "IOC" || time_in_force === "FOK";
  for (const field of ["price", "stop_price"] as const) {
    const wanted = pricesOf[order_type][field];
    if (wanted === (request[field] === undefined))
      return refuse(`a ${order_type} order ${wanted ? `needs a ${field}` : `has no ${field}`}`);
  }
  const parsed = parseTerms(request, book);
  if (!parsed.ok) return parsed;
  const trouble = atOnce && !waits ? book.quoteTrouble(now) : undefined;
  return trouble === undefined
    ? parsed
    : refuse(`${order_type === "MARKET" ? "MARKET" : time_in_force} orders need a market: ${trouble}`);
}

/** What a replace would make of an open order, and why it cannot. */
export function admitReplace(
  order: VenueOrder,
  { quantity, price, stop_price }: ReplaceOrder,
  book: Book,
): Admission {
  if (quantity === undefined && price === undefined && stop_price === undefined)
    return refuse("a replace that changes nothing: give a quantity, price or stop_price");
  const allowed = pricesOf[order.order_type];
  if (price !== undefined && !allowed.price) return refuse(`a ${order.order_type} order has no price`);
  if (stop_price !== undefined && !allowed.stop_price)
    return refuse(`a ${order.order_type} order has no stop_price`);
  if (stop_price !== undefined && order.triggered)
    return refuse("the stop price was traded already; only quantity and price can change");
  const { market } = order;
  const parsed = parseTerms(
    {
      quantity: quantity ?? market.quantityText(order.quantity),
      price: price ?? (order.limit === undefined ? undefined : market.priceText(order.limit)),
      stop_price: stop_price ?? (order.stop === undefined ? undefined : market.priceText(order.stop)),
    },
    book,
  );
  if (parsed.ok && parsed.terms.quantity <= order.filled)
    return refuse(
      `quantity ${quantity} is not above what is filled, ${market.quantityText(order.filled)}; cancel the rest instead`,
    );
  return parsed;
}

function parseTerms(
  { quantity, price, stop_price }: Pick<OrderRequest, "quantity" | "price" | "stop_price">,
  { market }: Book,
): Admission {
  const lots = market.quantity(quantity);
  if (!lots.ok) return lots;
  const limit = price === undefined ? undefined : market.price(price);
  if (limit && !limit.ok) return limit;
  const stop = stop_price === undefined ? undefined : market.price(stop_price);
  if (stop && !stop.ok) return refuse(`stop_${stop.reason}`);
  return { ok: true, terms: { quantity: lots.count, limit: limit?.count, stop: stop?.count } };
}
