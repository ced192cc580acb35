import { isFinal, type Order, type OrderStatus } from "../../contracts";
import type { Desk } from "./desk";

export interface Filter {
  readonly status?: OrderStatus | undefined;
  readonly symbol?: string | undefined;
  readonly account?: string | undefined;
  readonly client_order_id?: string | undefined;
  readonly open?: boolean | undefined;
}

export interface Page {
  readonly orders: readonly Order[];
  /** Where the next page begins; absent when there is none. A page may be short although there is a next one. */
  readonly next?: string;
}

/** Orders that a page looks at, so that a filter that few of them pass does not take for ever. */
const MOST_LOOKED_AT = 5000;
const CHUNK = 500;

/**
 * Orders, the newest first. A cursor is the id of the last one that was looked at, and ids are in the order of
 * creation: pages do not overlap or leave out anything, whatever comes or ends between them.
 *
 * @throws when Valkey, which has the older ones, does not answer
 */
export async function listOrders(
  desk: Desk,
  filter: Filter,
  mayUse: (account: string) => boolean,
  limit: number,
  cursor: string | undefined,
): Promise<Page> {
  const orders: Order[] = [];
  let looked = 0;
  for await (const order of newestFirst(desk, cursor, filter.open === true)) {
    if (passes(order, filter) && mayUse(order.account)) orders.push(order);
    if (orders.length === limit || ++looked === MOST_LOOKED_AT) return { orders, next: order.order_id };
  }
  return { orders };
}

function passes(order: Order, filter: Filter): boolean {
  return (
    (filter.status === undefined || order.status === filter.status) &&
    (filter.symbol === undefined || order.symbol === filter.symbol) &&
    (filter.account === undefined || order.account === filter.account) &&
    (filter.client_order_id === undefined || order.client_order_id === filter.client_order_id) &&
    (filter.open === undefined || filter.open !== isFinal(order.status))
  );
}

/** Memory has every open order and what Valkey does not have yet; Valkey has the ended ones that memory gave up. */
async function* newestFirst(desk: Desk, cursor: string | undefined, openOnly: boolean): AsyncIterable<Order> {
  if (openOnly) {
    for (const { logged } of desk.book.newestFirst(cursor)) yield logged;
    return;
  }
  let before = cursor;
  for (;;) {
    const ids = await desk.store.idsBefore(before, CHUNK);
    const last = ids.length < CHUNK ? undefined : ids.at(-1);
    // what memory has of this stretch, the lower end included
    const held = new Map<string, Order>();
    for (const { logged } of desk.book.newestFirst(before)) {
      if (last !== undefined && logged.order_id < last) break;
      held.set(logged.order_id, logged);
    }
    const stored = await desk.store.load(ids.filter((id) => !held.has(id)));
    for (const { order } of stored) held.set(order.order_id, order);
    for (const id of [...held.keys()].sort().reverse()) {
      const order = held.get(id);
      if (order) yield order;
    }
    if (last === undefined) return;
    before = last;
  }
}
