import type { Liquidity, OrderType, Side, TimeInForce } from "../../../contracts";
import type { Level } from "./ladder";
import type { Market } from "./market";

export type VenueStatus = "ACCEPTED" | "PARTIALLY_FILLED" | "FILLED" | "CANCELLED" | "EXPIRED" | "REJECTED";

/** What a client of the venue sends. Numbers are checked one order at a time, so that one cannot spoil a batch. */
export interface OrderRequest {
  readonly order_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: string;
  readonly order_type: OrderType;
  readonly price?: string | undefined;
  readonly stop_price?: string | undefined;
  readonly time_in_force: TimeInForce;
  readonly account: string;
}

/** An order that lives: in whole lots and ticks, and linked into the level that it waits at. */
export interface VenueOrder {
  /** Given by the venue, from 1, without gaps. */
  readonly number: number;
  readonly order_id: string;
  readonly market: Market;
  readonly side: Side;
  readonly account: string;
  readonly order_type: OrderType;
  readonly time_in_force: TimeInForce;
  readonly created_at: number;
  quantity: number;
  limit: number | undefined;
  stop: number | undefined;
  /** Of a stop order: its stop price was traded. */
  triggered: boolean;
  filled: number;
  /** Sum of price × quantity of its fills, in ticks × lots. */
  value: bigint;
  /** 10^-18 of the currency. */
  commission: bigint;
  status: VenueStatus;
  reason: string | undefined;
  /** Time priority: the lower came first. Quotes are numbered with orders. */
  priority: number;
  expires_at: number | undefined;
  updated_at: number;
  level: Level | undefined;
  previous: VenueOrder | undefined;
  next: VenueOrder | undefined;
}

export type EventKind =
  | "accepted"
  | "rejected"
  | "fill"
  | "cancelled"
  | "expired"
  | "replaced"
  | "cancelRejected"
  | "replaceRejected";

/** A line of the execution feed. `seq` starts at 1 and has no gaps, for ever. */
export interface VenueEvent {
  readonly seq: number;
  readonly kind: EventKind;
  readonly order_id: string;
  readonly request_id?: string;
  readonly symbol: string;
  readonly side: Side;
  readonly account: string;
  readonly reason?: string;
  readonly timestamp: number;
  readonly quantity?: string;
  readonly price?: string;
  readonly stop_price?: string;
  readonly fill?: FeedFill;
}

export interface FeedFill {
  readonly fill_id: string;
  readonly quantity: string;
  readonly price: string;
  readonly commission: string;
  readonly liquidity: Liquidity;
}

/**
 * The venue's own record of a fill. With `quote` it can be recomputed: the recorded tick of that venue and number,
 * through the depth model as described, less the earlier fills of the same tick.
 */
export interface FillRecord extends FeedFill {
  /** Place among all fills, from 1. */
  readonly number: number;
  readonly seq: number;
  readonly order_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly account: string;
  readonly timestamp: number;
  /** Both fills of two orders that met have the same one. */
  readonly trade: number;
  readonly against: "ORDER" | "QUOTE";
  readonly quote?: {
    readonly venue: string;
    readonly source_seq: number;
    /** Level of the depth, 0 is the best. */
    readonly level: number;
    readonly model: string;
  };
}

export type SubmitResult =
  | { readonly order_id: string; readonly outcome: "accepted" | "duplicate" }
  | { readonly order_id: string; readonly outcome: "rejected"; readonly reason: string };

export interface ChangeResult {
  readonly order_id: string;
  readonly request_id: string;
  readonly outcome: "done" | "rejected";
  readonly reason?: string;
}

export interface CancelOrder {
  readonly order_id: string;
  readonly request_id: string;
}

export interface ReplaceOrder extends CancelOrder {
  readonly quantity?: string | undefined;
  readonly price?: string | undefined;
  readonly stop_price?: string | undefined;
}

export const remainingOf = (order: VenueOrder): number => order.quantity - order.filled;
export const isOpen = (status: VenueStatus): boolean =>
  status === "ACCEPTED" || status === "PARTIALLY_FILLED";
