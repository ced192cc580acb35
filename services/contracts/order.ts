import { z } from "zod";
import { orderStatus } from "./states";
import {
  decimal,
  identifier,
  nonNegativeDecimal,
  positiveDecimal,
  side,
  symbol,
  timestampMs,
} from "./values";

export const orderType = z.enum(["MARKET", "LIMIT", "STOP", "STOP_LIMIT"]);
export const timeInForce = z.enum(["DAY", "GTC", "IOC", "FOK"]).meta({
  description:
    "DAY ends with the session, GTC waits until it is cancelled, IOC trades at once what it can, FOK all or nothing. " +
    "IOC and FOK of a STOP or STOP_LIMIT count from the moment that it is set off; until then it waits like GTC",
});
export type OrderType = z.infer<typeof orderType>;
export type TimeInForce = z.infer<typeof timeInForce>;

/** How a big order is cut. Durations in milliseconds. */
export const algo = z.discriminatedUnion("name", [
  z.strictObject({
    name: z.literal("TWAP"),
    duration_ms: z.int().min(1000).max(86_400_000),
    slices: z.int().min(2).max(1000),
  }),
  z.strictObject({
    name: z.literal("VWAP"),
    duration_ms: z.int().min(1000).max(86_400_000),
    slices: z.int().min(2).max(1000),
    // the share of each bucket's volume that the order may be, in (0, 1]
    max_participation: positiveDecimal.refine((value) => /^(?:0(?:\.\d+)?|1(?:\.0+)?)$/.test(value), {
      error: "wants a share above 0, at most 1",
    }),
  }),
  z.strictObject({ name: z.literal("ICEBERG"), display_quantity: positiveDecimal }),
]);
export type Algo = z.infer<typeof algo>;

const instruction = {
  client_order_id: identifier,
  symbol,
  side,
  quantity: positiveDecimal,
  order_type: orderType,
  price: positiveDecimal.optional(),
  stop_price: positiveDecimal.optional(),
  time_in_force: timeInForce,
  account: identifier,
  venue: identifier,
  algo: algo.optional(),
};

/** Prices an order must have, and must not have: a limit that would be ignored is refused, not dropped. */
const pricesOf: Readonly<Record<OrderType, { readonly price: boolean; readonly stop_price: boolean }>> = {
  MARKET: { price: false, stop_price: false },
  LIMIT: { price: true, stop_price: false },
  STOP: { price: false, stop_price: true },
  STOP_LIMIT: { price: true, stop_price: true },
};

interface Priced {
  readonly order_type: OrderType;
  readonly price?: string | undefined;
  readonly stop_price?: string | undefined;
}

function checkPrices(order: Priced, context: z.RefinementCtx): void {
  for (const field of ["price", "stop_price"] as const) {
    const wanted = pricesOf[order.order_type][field];
    if (wanted === (order[field] === undefined)) {
      const message = `a ${order.order_type} order ${wanted ? `needs a ${field}` : `has no ${field}`}`;
      context.addIssue({ code: "custom", path: [field], message });
    }
  }
}

/** `type` is what many clients call `order_type`. Both together must agree, or one of them would be ignored. */
function acceptTypeAlias(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !("type" in input)) {
    return input;
  }
  const { type, ...rest } = input;
  return "order_type" in rest && rest.order_type !== type ? input : { ...rest, order_type: type };
}

/**
 * What a client sends. Unknown fields and values are refused, never defaulted; only the venue, the account and the
 * time in force have a default, because a client of one venue and account has nothing to say about them.
 */
const newOrderFields = {
  ...instruction,
  time_in_force: timeInForce.default("DAY"),
  account: identifier.default("default"),
  venue: identifier.default("prism"),
};
/** For the documents of the APIs. */
const examples = [
  {
    client_order_id: "mine-1",
    symbol: "BTCUSDT",
    side: "BUY",
    quantity: "0.5",
    order_type: "LIMIT",
    price: "97000.25",
    time_in_force: "GTC",
  },
];
export const newOrder = z.preprocess(
  acceptTypeAlias,
  z.strictObject(newOrderFields).superRefine(checkPrices).meta({ examples }),
);
export type NewOrder = z.infer<typeof newOrder>;

/** The same from inside the platform, where an order may be a part of another one. */
export const newInternalOrder = z.preprocess(
  acceptTypeAlias,
  z
    .strictObject({ ...newOrderFields, parent_order_id: z.uuid().optional() })
    .superRefine(checkPrices)
    .meta({ examples }),
);
export type NewInternalOrder = z.infer<typeof newInternalOrder>;

/** An order as it is now. `version` grows by one with every change; the newest is the truth. */
export const order = z
  .strictObject({
    order_id: z.uuid(),
    parent_order_id: z.uuid().optional(),
    ...instruction,
    status: orderStatus,
    reject_reason: z.string().optional(),
    filled_quantity: nonNegativeDecimal,
    average_fill_price: nonNegativeDecimal.optional(),
    remaining_quantity: nonNegativeDecimal,
    commission: decimal,
    /** The newest of its venue's reports that it reflects: how an older one is recognised when it is told again. */
    venue_report_id: identifier.optional(),
    created_at: timestampMs,
    updated_at: timestampMs,
    version: z.int().positive(),
  })
  .superRefine(checkPrices);
export type Order = z.infer<typeof order>;

/** Asks for the end of an order; answered with the order, or why not. */
export const cancelRequest = z.strictObject({ order_id: z.uuid(), requested_by: identifier });
export type CancelRequest = z.infer<typeof cancelRequest>;

/** Asks for another quantity or price; at least one of them. */
export const replaceRequest = z
  .strictObject({
    order_id: z.uuid(),
    requested_by: identifier,
    quantity: positiveDecimal.optional(),
    price: positiveDecimal.optional(),
    stop_price: positiveDecimal.optional(),
  })
  .refine(({ quantity, price, stop_price }) => quantity ?? price ?? stop_price, {
    error: "changes nothing: give a quantity, price or stop_price",
  });
export type ReplaceRequest = z.infer<typeof replaceRequest>;

/** The answer to orders.cancel.request and orders.replace.request; `error` is a word for programs. */
export const changeReply = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), order }),
  z.strictObject({
    ok: z.literal(false),
    error: z.string().min(1),
    message: z.string().min(1),
    order: order.optional(),
  }),
]);
export type ChangeReply = z.infer<typeof changeReply>;
