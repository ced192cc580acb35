import { isZero } from "../../contracts/amounts";
import type { BrokerCommand, PendingChange, VenueReport } from "../../contracts/execution";
import type { Order } from "../../contracts/order";
import { subjects } from "../../contracts/subjects";
import type { Delivered } from "../../kit";
import type { Parents } from "./parents";
import { isParent } from "./plan";

export type OrderRecord =
  | { readonly kind: "order"; readonly order: Order }
  | { readonly kind: "pending"; readonly pending: PendingChange };

export interface RouterOptions {
  readonly venues: ReadonlySet<string>;
  readonly parents: Pick<Parents, "start" | "cancel" | "replace" | "childMoved">;
  readonly publish: {
    readonly submit: (command: BrokerCommand, id: string) => Promise<void>;
    readonly replace: (command: BrokerCommand, id: string) => Promise<void>;
    readonly cancel: (command: BrokerCommand, id: string) => Promise<void>;
    readonly report: (report: VenueReport) => Promise<void>;
  };
  readonly now: () => number;
}

type Change = Extract<BrokerCommand, { kind: "cancel" | "replace" }>;

/** Orders whose cancel was sent to their venue, of the last minutes: what has ended by it needs no other. */
const REMEMBERED = 50_000;

/**
 * Brings orders to their venues. What is said of one order stays in its order: all submits of a batch are in the
 * queue before its changes, and the changes go in runs of one kind.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #cancelled = new Set<string>();

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** @throws when something is not in the streams: then all of it comes again */
  async handle(messages: readonly Delivered<readonly OrderRecord[]>[]): Promise<void> {
    const submits: Order[] = [];
    const changes: Change[] = [];
    const others: (() => Promise<void>)[] = [];
    for (const { subject, value } of messages) {
      for (const record of value) {
        if (record.kind === "pending") this.#pending(record.pending, changes, others);
        else if (subject === subjects.orders.accepted) this.#accepted(record.order, submits, others);
        else this.#ended(subject, record.order, changes, others);
      }
    }
    await Promise.all(submits.map((order) => this.#submit(order)));
    await this.#sendChanges(changes);
    for (const work of others) await work();
  }

  #accepted(order: Order, submits: Order[], others: (() => Promise<void>)[]): void {
    const { parents, publish, venues, now } = this.#options;
    if (!venues.has(order.venue)) {
      const known = [...venues].join(", ");
      others.push(() =>
        publish.report({
          kind: "rejected",
          report_id: `exeq:${order.order_id}`,
          order_id: order.order_id,
          venue: order.venue,
          timestamp: now(),
          reason: `no venue ${order.venue}; there are ${known}`,
        }),
      );
    } else if (isParent(order)) others.push(() => parents.start(order));
    else submits.push(order);
  }

  #pending({ order, change }: PendingChange, changes: Change[], others: (() => Promise<void>)[]): void {
    const { parents } = this.#options;
    if (isParent(order)) {
      others.push(() =>
        change.kind === "cancel"
          ? parents.cancel(order.order_id, order.version)
          : parents.replace(order, change),
      );
      return;
    }
    const { order_id, venue, symbol, version } = order;
    changes.push({ order_id, venue, symbol, version, ...change });
    others.push(() => parents.childMoved(order));
  }

  #ended(subject: string, order: Order, changes: Change[], others: (() => Promise<void>)[]): void {
    const { parents } = this.#options;
    if (isParent(order)) {
      others.push(() => parents.cancel(order.order_id, order.version));
      return;
    }
    if (subject === subjects.orders.cancelled && this.#mayBeOpen(order)) {
      const { order_id, venue, symbol, version } = order;
      changes.push({ kind: "cancel", order_id, venue, symbol, version });
    }
    others.push(() => parents.childMoved(order));
  }

  /**
   * An order that the OMS cancelled by itself, before it knew of a venue, may be on its way to one. Those that a
   * venue ended (its time in force, a cancel that went there, a part that was filled) are not; but a stop waits there
   * whatever its time in force.
   */
  #mayBeOpen({ order_id, status, time_in_force, stop_price, filled_quantity }: Order): boolean {
    return (
      status === "CANCELLED" &&
      (time_in_force === "DAY" || time_in_force === "GTC" || stop_price !== undefined) &&
      isZero(filled_quantity) &&
      !this.#cancelled.has(order_id)
    );
  }

  #submit(order: Order): Promise<void> {
    return this.#options.publish.submit({ kind: "submit", order }, order.order_id);
  }

  async #sendChanges(changes: readonly Change[]): Promise<void> {
    const { publish } = this.#options;
    for (let from = 0; from < changes.length;) {
      const kind = changes[from]?.kind;
      let to = from;
      while (to < changes.length && changes[to]?.kind === kind) to++;
      await Promise.all(
        changes.slice(from, to).map(async (change) => {
          const id = `${change.order_id}:${change.version}:${change.kind}`;
          await (change.kind === "cancel" ? publish.cancel(change, id) : publish.replace(change, id));
          if (change.kind === "cancel") this.#remember(change.order_id);
        }),
      );
      from = to;
    }
  }

  #remember(orderId: string): void {
    this.#cancelled.add(orderId);
    if (this.#cancelled.size <= REMEMBERED) return;
    const oldest = this.#cancelled.values().next().value;
    if (oldest !== undefined) this.#cancelled.delete(oldest);
  }
}
