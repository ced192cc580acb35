import { z } from "zod";
import { riskLevel } from "./messages";
import { order } from "./order";
import { decimal, identifier, symbol, timestampMs } from "./values";

/** risk.check.order: a new order, or what a replace would make of one. */
export const riskRequest = z.strictObject({
  order,
  /** Given when an order that counts already is to be changed: it is valued anew, not added. */
  replaces: z.boolean().default(false),
});
export type RiskRequest = z.infer<typeof riskRequest>;

/** Why an order was refused, or what came near to it. */
export const riskRule = z.enum([
  "trading-state",
  "block-list",
  "instrument",
  "order-quantity",
  "order-value",
  "price-collar",
  "no-price",
  "exposure",
  "position",
  "order-rate",
  "open-orders",
  "drawdown",
]);
export type RiskRule = z.infer<typeof riskRule>;

/** risk.alert */
export const riskAlert = z.strictObject({
  event_id: z.uuid(),
  rule: riskRule,
  level: riskLevel,
  account: identifier.optional(),
  symbol: symbol.optional(),
  order_id: z.uuid().optional(),
  message: z.string().min(1),
  value: decimal.optional(),
  limit: decimal.optional(),
  timestamp: timestampMs,
});
export type RiskAlert = z.infer<typeof riskAlert>;
