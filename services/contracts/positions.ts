import { z } from "zod";
import { decimal, identifier, nonNegativeDecimal, positiveDecimal, symbol, timestampMs } from "./values";

/** positions.updated. Quantity is negative when short; prices and profits are in the instrument's currency. */
export const position = z.strictObject({
  account: identifier,
  symbol,
  quantity: decimal,
  /** Of what is open, first in, first out; absent when flat. */
  average_price: positiveDecimal.optional(),
  market_price: positiveDecimal.optional(),
  realized_pnl: decimal,
  unrealized_pnl: decimal,
  commission: decimal,
  timestamp: timestampMs,
  version: z.int().positive(),
});
export type Position = z.infer<typeof position>;

/** pnl.update: an account as a whole. `total` is realised + unrealised − commission. */
export const accountPnl = z.strictObject({
  account: identifier,
  realized_pnl: decimal,
  unrealized_pnl: decimal,
  commission: decimal,
  total_pnl: decimal,
  /** Sum over positions of |quantity × market price|. */
  exposure: nonNegativeDecimal,
  timestamp: timestampMs,
});
export type AccountPnl = z.infer<typeof accountPnl>;
