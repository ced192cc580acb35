import { isFinal, type Fill, type Order } from "../../contracts";
import type { Subject } from "./domain/said";
import { NO_FILLS, plus, type Tally } from "./domain/tally";

/** The last thing that was said of an order and is not in the stream yet. */
export interface Tail {
  readonly subject: Subject;
  readonly done: Promise<void>;
  /** Handed on: what is said after it on the same subject comes behind it. */
  sent: boolean;
}

/** An order in memory. */
export interface Entry {
  /** As it is, with what is on its way to the stream. Decisions are made on it. */
  order: Order;
  /** As the stream has it, or PENDING_RISK before that. Answers are made of it. */
  logged: Order;
  /** Whether the stream has it. */
  inLog: boolean;
  /** Of what its client asked: {@link printOf}. */
  readonly print: string;
  tally: Tally;
  /** Fills that count in the tally. For an order of an algorithm they are those of its parts. */
  readonly seen: Set<string>;
  /** Those of them that the stream has, in its order. */
  readonly fills: Fill[];
  tail: Tail | undefined;
  /** When the stream ORDERS last got a record of it, in milliseconds. */
  saidAt: number;
}

/** An order that the streams have. */
export function entryOf(order: Order, print: string, fills: readonly Fill[] = []): Entry {
  return {
    order,
    logged: order,
    inLog: true,
    print,
    tally: fills.reduce(plus, NO_FILLS),
    seen: new Set(fills.map(({ fill_id }) => fill_id)),
    fills: [...fills],
    tail: undefined,
    saidAt: order.created_at,
  };
}

/** An order that nothing was said of yet. */
export const newEntry = (order: Order, print: string): Entry => ({ ...entryOf(order, print), inLog: false });

/** @returns false when the fill counts already */
export function count(entry: Entry, fill: Fill): boolean {
  if (entry.seen.has(fill.fill_id)) return false;
  entry.seen.add(fill.fill_id);
  entry.tally = plus(entry.tally, fill);
  return true;
}

export const isOpen = (entry: Entry): boolean => !isFinal(entry.order.status);

/** What makes the same order of the same client. */
export const clientKey = (account: string, clientOrderId: string): string => `${account}\0${clientOrderId}`;
