import { z } from "zod";
import { fill } from "./messages";
import { order } from "./order";
import { identifier, positiveDecimal, symbol, timestampMs } from "./values";

/**
 * What a venue is asked, over the work queue BROKER. The venue knows an order by its `order_id`, which is the key
 * that makes asking twice harmless.
 */
export const brokerCommand = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("submit"), order }),
  z.strictObject({
    kind: z.literal("cancel"),
    order_id: z.uuid(),
    venue: identifier,
    symbol,
    version: z.int().positive(),
  }),
  z.strictObject({
    kind: z.literal("replace"),
    order_id: z.uuid(),
    venue: identifier,
    symbol,
    version: z.int().positive(),
    quantity: positiveDecimal.optional(),
    price: positiveDecimal.optional(),
    stop_price: positiveDecimal.optional(),
  }),
]);
export type BrokerCommand = z.infer<typeof brokerCommand>;

const reported = {
  /** Grows with each report of a venue, and is the same when it is told again. */
  report_id: identifier,
  order_id: z.uuid(),
  venue: identifier,
  timestamp: timestampMs,
};

/** What a venue says of an order, executions aside (`fills.execution`). It has the last word. */
export const venueReport = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("accepted"), ...reported }),
  /**
   * An order that did not come from the OMS and is about to be at the venue: the kill switch closes a position with
   * it. It is recorded as it is here, without asking risk, and is not routed again.
   */
  z.strictObject({ kind: z.literal("opened"), ...reported, order }),
  z.strictObject({ kind: z.literal("rejected"), ...reported, reason: z.string().min(1) }),
  z.strictObject({ kind: z.literal("cancelled"), ...reported, reason: z.string().optional() }),
  z.strictObject({ kind: z.literal("expired"), ...reported, reason: z.string().optional() }),
  z.strictObject({
    kind: z.literal("replaced"),
    ...reported,
    /** The order's whole quantity from now on, what is filled included. */
    quantity: positiveDecimal,
    price: positiveDecimal.optional(),
    stop_price: positiveDecimal.optional(),
  }),
  /** A cancel or replace came too late, or is not possible: the order is what it was. */
  z.strictObject({ kind: z.literal("cancelRejected"), ...reported, reason: z.string().min(1) }),
  z.strictObject({ kind: z.literal("replaceRejected"), ...reported, reason: z.string().min(1) }),
]);
export type VenueReport = z.infer<typeof venueReport>;

/** A fill, and the order as it is because of it: one record, so that neither is ever known without the other. */
export const confirmedFill = z.strictObject({ fill, order });
export type ConfirmedFill = z.infer<typeof confirmedFill>;

/** orders.pending: an order that waits for its venue's word, and what was asked. */
export const pendingChange = z.strictObject({
  order,
  change: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("cancel") }),
    z.strictObject({
      kind: z.literal("replace"),
      quantity: positiveDecimal.optional(),
      price: positiveDecimal.optional(),
      stop_price: positiveDecimal.optional(),
    }),
  ]),
});
export type PendingChange = z.infer<typeof pendingChange>;
