import { z } from "zod";
import {
  identifier,
  liquidity,
  nonNegativeDecimal,
  positiveDecimal,
  side,
  symbol,
  timestampMs,
  decimal,
} from "./values";

/** An execution of (a part of) an order. `quantity` is of this fill alone; `fill_id` is the venue's. */
export const fill = z.strictObject({
  fill_id: identifier,
  order_id: z.uuid(),
  client_order_id: identifier,
  symbol,
  side,
  quantity: positiveDecimal,
  price: positiveDecimal,
  /** Negative: a rebate. */
  commission: decimal,
  venue: identifier,
  account: identifier,
  liquidity,
  timestamp: timestampMs,
});
export type Fill = z.infer<typeof fill>;

/** A trade, with the best quotes of that moment when the venue shows them. */
export const tick = z.strictObject({
  venue: identifier,
  symbol,
  price: positiveDecimal,
  size: nonNegativeDecimal,
  bid: positiveDecimal.optional(),
  ask: positiveDecimal.optional(),
  timestamp: timestampMs,
  /** Grows with each tick of a venue and symbol: how a reader sees a gap or a repetition. */
  source_seq: z.int().nonnegative(),
});
export type Tick = z.infer<typeof tick>;

export const barInterval = z.enum(["1s", "1m", "5m", "1h", "1d"]);
export type BarInterval = z.infer<typeof barInterval>;

/** What happened to a symbol between `timestamp` and `timestamp` + interval. */
export const bar = z.strictObject({
  venue: identifier,
  symbol,
  interval: barInterval,
  open: positiveDecimal,
  high: positiveDecimal,
  low: positiveDecimal,
  close: positiveDecimal,
  volume: nonNegativeDecimal,
  trades: z.int().nonnegative(),
  timestamp: timestampMs,
});
export type Bar = z.infer<typeof bar>;

export const riskLevel = z.enum(["LOW", "MEDIUM", "HIGH", "CRITICAL"]);

/** The answer to risk.check.order. A refusal always says why. */
export const riskReply = z.discriminatedUnion("approved", [
  z.strictObject({ approved: z.literal(true), risk_level: riskLevel, warnings: z.array(z.string()) }),
  z.strictObject({
    approved: z.literal(false),
    reason: z.string().min(1),
    /** One of `riskRule`. */
    rule: z.string().min(1).optional(),
    risk_level: riskLevel,
    warnings: z.array(z.string()),
  }),
]);
export type RiskReply = z.infer<typeof riskReply>;
