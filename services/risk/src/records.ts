import type { z } from "zod";
import {
  batchOf,
  confirmedFill,
  order,
  pendingChange,
  subjects,
  type Fill,
  type Order,
} from "../../contracts";
import type { Followed } from "../../kit/follow";
import type { Book } from "./book";

/** What a record of ORDERS or FILLS says about an order. */
export interface Told {
  readonly order: Order;
  readonly fill?: Fill;
}

const readers: Readonly<Record<string, z.ZodType<readonly Told[]>>> = {
  ...Object.fromEntries(
    Object.values(subjects.orders).map((subject) => [
      subject,
      batchOf(order).transform((orders) => orders.map((each) => ({ order: each }))),
    ]),
  ),
  [subjects.orders.pending]: batchOf(pendingChange),
  [subjects.fills.confirmed]: batchOf(confirmedFill),
};

export function readerOf(subject: string): z.ZodType<readonly Told[]> {
  const reader = readers[subject];
  if (!reader) throw new Error(`no reader of ${subject}`);
  return reader;
}

/** As old as anything in the stream ORDERS. */
const ORDERS_KEPT_MS = 7 * 24 * 3_600_000;

/**
 * Brings the book up to a message of the log.
 *
 * @param accepted is told of orders that somebody else let pass, in a former life of this process
 */
export function apply(
  book: Book,
  { subject, value }: Followed<readonly Told[]>,
  now: number,
  accepted: (order: Order) => void,
): void {
  for (const { order, fill } of value) {
    if (fill) {
      if (!isLongOver(book, order, now)) book.confirm(fill, order);
      else book.confirmAlone(fill);
      continue;
    }
    const isUnknown = book.order(order.order_id) === undefined;
    const isNews = book.see(order, subject !== subjects.orders.pending);
    if (isNews && isUnknown && subject === subjects.orders.accepted) accepted(order);
  }
}

/** A fill outlives the rest of its order in the streams. Whatever does not rest in the book for long is over by then. */
function isLongOver(book: Book, order: Order, now: number): boolean {
  return (
    order.time_in_force !== "GTC" &&
    now - order.updated_at > ORDERS_KEPT_MS &&
    book.order(order.order_id) === undefined
  );
}
