import { z } from "zod";
import {
  decimal,
  identifier,
  liquidity,
  nonNegativeDecimal,
  orderType,
  side,
  symbol,
  timeInForce,
  timestampMs,
} from "../../contracts";
import { problem } from "../../kit";

/** What the venue answers, as its document describes it: the views of `domain/`, which are sent as they are. */
const count = z.int().nonnegative();

const order = z
  .object({
    number: z.int().positive(),
    order_id: z.string(),
    symbol: z.string(),
    side,
    account: identifier,
    order_type: orderType,
    time_in_force: timeInForce,
    /** Of a refused order these are what was sent, numbers or not. */
    quantity: z.string(),
    price: z.string().optional(),
    stop_price: z.string().optional(),
    status: z.enum(["ACCEPTED", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "EXPIRED", "REJECTED"]),
    reason: z.string().optional(),
    filled_quantity: nonNegativeDecimal,
    remaining_quantity: nonNegativeDecimal,
    average_price: nonNegativeDecimal.optional(),
    filled_value: nonNegativeDecimal,
    commission: decimal,
    triggered: z.boolean(),
    priority: count,
    expires_at: timestampMs.optional(),
    created_at: timestampMs,
    updated_at: timestampMs,
  })
  .meta({ id: "VenueOrder" });

const submitted = z.object({
  order_id: z.string(),
  outcome: z.enum(["accepted", "duplicate", "rejected"]),
  reason: z.string().optional(),
});
const changed = z.object({
  order_id: z.string(),
  request_id: z.string(),
  outcome: z.enum(["done", "rejected"]),
  reason: z.string().optional(),
});
const position = z.object({
  account: identifier,
  symbol,
  quantity: decimal,
  bought: nonNegativeDecimal,
  sold: nonNegativeDecimal,
  cash: decimal,
  commission: decimal,
});
const level = z.object({
  price: decimal,
  quantity: nonNegativeDecimal,
  resting: nonNegativeDecimal,
  orders: count,
});
const fill = z.object({
  fill_id: identifier,
  quantity: nonNegativeDecimal,
  price: decimal,
  commission: decimal,
  liquidity,
  number: z.int().positive(),
  seq: z.int().positive(),
  order_id: z.string(),
  symbol,
  side,
  account: identifier,
  timestamp: timestampMs,
  trade: z.int().positive(),
  against: z.enum(["ORDER", "QUOTE"]),
  quote: z.object({ venue: z.string(), source_seq: count, level: count, model: z.string() }).optional(),
});

export const answers = {
  submitted: z.object({ results: z.array(submitted) }),
  changed: z.object({ results: z.array(changed) }),
  cancelled: z.object({ cancelled: count }),
  orders: z.object({ orders: z.array(order) }),
  order,
  positions: z.object({
    seq: count.describe("The last event of the feed that the positions are as of"),
    positions: z.array(position),
  }),
  book: z.object({
    symbol,
    bids: z.array(level),
    asks: z.array(level),
    tick: z.object({ venue: z.string(), source_seq: count, timestamp: timestampMs }).optional(),
  }),
  fills: z.object({ fills: z.array(fill) }),
  /** Lines of JSON, one an event, and empty ones as a sign of life. */
  executions: { content: { "application/x-ndjson": { schema: z.string() } } },
  gone: problem
    .unwrap()
    .extend({ oldest: z.int().positive().describe("The first event that is kept, or will be the next one") })
    .meta({ id: "EventsGone", description: "Why the feed does not begin there" }),
};
