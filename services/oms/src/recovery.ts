import { randomUUID } from "node:crypto";
import type { NatsConnection } from "@nats-io/nats-core";
import { subjects, type Fill, type Order } from "../../contracts";
import type { Log } from "../../kit";
import type { Desk } from "./desk";
import { printOf } from "./domain/instruction";
import { count, entryOf, type Entry } from "./entry";
import type { Parents } from "./parents";
import { factsOf, replay } from "./replay";

export interface RecoveryOptions {
  readonly nats: NatsConnection;
  readonly desk: Desk;
  readonly parents: Parents;
  readonly log: Log;
}

/** Orders that may wait for Valkey while the streams are read. */
const MOST_WAITING = 5000;
const CHUNK = 500;

/**
 * Makes memory and Valkey what the streams say. Valkey spares reading all of them: from where it is, if it is whole
 * and of these streams. OMS alone writes what is read here, so that it is not checked again.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  /** Nothing of what the streams hold is in Valkey. */
  #blank = false;
  /** Valkey has lost what memory counts as written. */
  #rewrites = false;
  #touched = new Set<Entry>();

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** From now on Valkey is not said to hold anything new. */
  invalidate(): void {
    this.#options.desk.whole = false;
  }

  /** @throws when a store does not answer; to be tried again as a whole */
  async run(): Promise<void> {
    const { nats, desk, log } = this.#options;
    const began = performance.now();
    desk.whole = false;
    // what is on its way to Valkey would be taken for a part of what it holds; at a start there is nothing
    if (desk.projection.waiting > 0) await desk.projection.flush();
    const [orders, fills] = [await factsOf(nats, "ORDERS"), await factsOf(nats, "FILLS")];
    const streams = `${orders.created} ${fills.created}`;
    const held = await desk.store.open();
    this.#blank = held === undefined;
    this.#rewrites = this.#blank || desk.book.size > 0;
    const follows = held?.streams === streams && held.orders <= orders.last && held.fills <= fills.last;
    if (held && !follows)
      log.error(
        { alert: true, held, streams },
        "the streams are not those that Valkey was made of; reading all of them",
      );
    if (held) await this.#loadOpen();
    const from = held && follows ? held : { orders: 0, fills: 0 };
    const ordersRead = await replay({
      nats,
      log,
      stream: "ORDERS",
      subjects: Object.values(subjects.orders),
      from: from.orders + 1,
      take: (subject, records) => this.#takeOrders(subject, records),
    });
    const fillsRead = await replay({
      nats,
      log,
      stream: "FILLS",
      subjects: [subjects.fills.confirmed],
      from: from.fills + 1,
      take: (_subject, records) => this.#takeFills(records as readonly { fill: Fill; order: Order }[]),
    });
    const { journal, projection, store, book } = desk;
    journal.orders.reset(orders.last);
    journal.fills.reset(fills.last);
    desk.whole = true;
    await projection.flush();
    if (!follows) await store.begin(randomUUID(), streams);
    for (const entry of [...book.open(), ...this.#touched]) this.#options.parents.repair(entry);
    this.#touched = new Set();
    const ms = Math.round(performance.now() - began);
    log.info({ open: book.openCount, ordersRead, fillsRead, blank: this.#blank, ms }, "orders are read");
  }

  async #loadOpen(): Promise<void> {
    const { desk } = this.#options;
    const ids = await desk.store.openIds();
    for (let from = 0; from < ids.length; from += CHUNK)
      await desk.loadMissing(ids.slice(from, from + CHUNK));
  }

  async #takeOrders(subject: string, records: readonly unknown[]): Promise<void> {
    const orders =
      subject === subjects.orders.pending
        ? (records as readonly { order: Order }[]).map(({ order }) => order)
        : (records as readonly Order[]);
    await this.#load(orders);
    for (const order of orders) this.#absorb(order).saidAt = order.updated_at;
    await this.#pace();
  }

  async #takeFills(records: readonly { fill: Fill; order: Order }[]): Promise<void> {
    await this.#load(records.map(({ order }) => order));
    for (const { fill, order } of records) {
      // what ORDERS does not know any more has ended long ago: of open orders it gets a record now and then
      const entry = this.#blank ? this.#options.desk.book.get(order.order_id) : this.#absorb(order);
      if (!entry) continue;
      if (this.#blank) this.#absorb(order);
      this.#keep(entry, fill);
      const parent =
        order.parent_order_id === undefined ? undefined : this.#options.desk.book.get(order.parent_order_id);
      if (!parent) continue;
      this.#keep(parent, fill);
      this.#touched.add(parent);
    }
    await this.#pace();
  }

  async #load(orders: readonly Order[]): Promise<void> {
    const { desk } = this.#options;
    await desk.loadMissing(
      orders.flatMap(({ order_id, parent_order_id }) => [order_id, parent_order_id ?? order_id]),
    );
  }

  #absorb(order: Order): Entry {
    const { book, projection } = this.#options.desk;
    const known = book.get(order.order_id);
    const entry = known ?? entryOf(order, printOf(order));
    if (!known) book.add(entry);
    if (known && order.version <= known.order.version) {
      if (this.#rewrites) projection.put({ order: newer(known, order), print: known.print }, true);
      return known;
    }
    entry.order = order;
    entry.logged = order;
    book.changed(entry);
    projection.put({ order, print: entry.print }, !known);
    return entry;
  }

  #keep(entry: Entry, fill: Fill): void {
    const isNew = count(entry, fill);
    if (isNew) entry.fills.push(fill);
    if (isNew || this.#rewrites) this.#options.desk.projection.addFill(entry.order.order_id, fill);
  }

  async #pace(): Promise<void> {
    const { projection } = this.#options.desk;
    if (projection.waiting > MOST_WAITING) await projection.flush();
  }
}

/** What is not in the log yet is not newer than what is. */
function newer({ inLog, logged }: Entry, order: Order): Order {
  return inLog && logged.version > order.version ? logged : order;
}
