import { z } from "zod";
import { identifier, orderType, side, symbol, timeInForce } from "../../contracts";
import { queryInteger } from "../../kit";

/** Numbers are read by the engine, one order at a time: one that is wrong is refused with its reason, not its batch. */
const number = z.string().min(1).max(48);
const MAX_ITEMS = 500;

export const orderRequest = z.strictObject({
  order_id: z.uuid(),
  symbol,
  side,
  quantity: number,
  order_type: orderType,
  price: number.optional(),
  stop_price: number.optional(),
  time_in_force: timeInForce,
  account: identifier,
});

const requested = { order_id: identifier, request_id: z.string().min(1).max(160) };

export const ordersBody = z.strictObject({ orders: z.array(orderRequest).min(1).max(MAX_ITEMS) });
export const cancelsBody = z.strictObject({
  cancels: z.array(z.strictObject(requested)).min(1).max(MAX_ITEMS),
});
export const replacesBody = z.strictObject({
  replaces: z
    .array(
      z.strictObject({
        ...requested,
        quantity: number.optional(),
        price: number.optional(),
        stop_price: number.optional(),
      }),
    )
    .min(1)
    .max(MAX_ITEMS),
});
export const cancelAllBody = z.strictObject({ account: identifier.optional(), symbol: symbol.optional() });

const whole = (from: number, to: number, fallback: number) =>
  queryInteger(z.int().min(from).max(to)).default(fallback);

export const feedQuery = z.strictObject({
  after: whole(0, Number.MAX_SAFE_INTEGER, 0),
  /** Ends after so many events; without it, never. */
  limit: queryInteger(z.int().min(1)).optional(),
});
export const ordersQuery = z.strictObject({
  open: z.enum(["true", "false"]).optional(),
  account: identifier.optional(),
  /** The venue's number of the last order of the page before. Open orders are always told all at once. */
  after: whole(0, Number.MAX_SAFE_INTEGER, 0),
  limit: whole(1, 10_000, 1000),
});
export const fillsQuery = z.strictObject({
  after: whole(0, Number.MAX_SAFE_INTEGER, 0),
  limit: whole(1, 10_000, 1000),
});
export const positionsQuery = z.strictObject({ account: identifier.optional() });
export const bookQuery = z.strictObject({ depth: whole(1, 1000, 10) });
export const orderPath = z.strictObject({ order_id: identifier });
export const bookPath = z.strictObject({ symbol });
