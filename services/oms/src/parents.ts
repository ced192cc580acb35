import Big from "big.js";
import { isFinal, type Fill, type Order } from "../../contracts";
import type { Desk } from "./desk";
import { endParent } from "./domain/changes";
import { move, provenSteps } from "./domain/moves";
import { refuse, type Refusal } from "./domain/outcome";
import { applyFill, reconcile } from "./domain/tally";
import { isOpen, type Entry } from "./entry";

type Part = Pick<Order, "symbol" | "side" | "account" | "venue" | "quantity">;

/** Orders of algorithms and their parts. A part is an order like others, which its parent follows. */
export class Parents {
  readonly #desk: Desk;
  readonly #now: () => number;

  constructor(desk: Desk, now: () => number) {
    this.#desk = desk;
    this.#now = now;
  }

  /**
   * @param parent undefined when nobody knows it
   * @param besides a quantity of the parent that the part has already (it is to be replaced)
   * @returns why it may not have the part
   */
  refusePart(parent: Entry | undefined, parentId: string, part: Part, besides = "0"): Refusal | undefined {
    if (!parent) return refuse(409, "parent_unknown", `There is no order ${parentId} to be a part of.`);
    const { order } = parent;
    if (!order.algo)
      return refuse(409, "parent_plain", `Order ${parentId} is not worked by an algorithm: it has no parts.`);
    if (isFinal(order.status) || order.status === "PENDING_CANCEL")
      return refuse(
        409,
        "parent_ended",
        `Order ${parentId} is ${order.status} and gets no more parts.`,
        order,
      );
    for (const field of ["symbol", "side", "account", "venue"] as const)
      if (order[field] !== part[field])
        return refuse(
          409,
          "parent_differs",
          `A part of order ${parentId} has the ${field} ${order[field]}, not ${part[field]}.`,
        );
    let taken = parent.tally.quantity.minus(besides);
    for (const { order: open } of this.#desk.book.openParts(parentId))
      taken = taken.plus(open.remaining_quantity);
    if (taken.plus(part.quantity).gt(order.quantity))
      return refuse(
        409,
        "parent_exceeded",
        `Of the ${order.quantity} of order ${parentId}, ${taken.toFixed()} are filled or with other parts: ${part.quantity} more is too much.`,
      );
    return undefined;
  }

  /** Its part is at the venue, and so is it. */
  partSent(part: Entry, logged: Promise<void>): Promise<void> | undefined {
    const parent = this.#parentOf(part);
    if (parent?.order.status !== "ACCEPTED") return undefined;
    const order = move(parent.order, provenSteps("ACCEPTED", "SENT"), {}, this.#now());
    return this.#desk.commit(parent, { subject: "sent", order }, logged);
  }

  /** A fill of its part is one of its own. */
  partFilled(part: Entry, fill: Fill, logged: Promise<void>): Promise<void> | undefined {
    const parent = this.#parentOf(part);
    if (!parent || parent.seen.has(fill.fill_id)) return undefined;
    const outcome = applyFill(parent.order, parent.tally, fill, this.#now(), "parent");
    if (outcome.kind === "refused") {
      this.#desk.metrics.fill(outcome.reason);
      this.#desk.log.error(
        { alert: true, fill, parent: parent.order.order_id },
        `parent: ${outcome.message}`,
      );
      return undefined;
    }
    parent.seen.add(fill.fill_id);
    parent.tally = outcome.tally;
    return this.#desk.commit(parent, { subject: "sent", order: outcome.order }, logged);
  }

  /** Its last part has ended: what waited for that has ended, too. */
  partEnded(part: Entry, logged: Promise<void>): Promise<void> | undefined {
    const parent = this.#parentOf(part);
    return parent && this.endIfDone(parent, logged);
  }

  endIfDone(parent: Entry, logged?: Promise<void>): Promise<void> | undefined {
    const { order } = parent;
    if (!order.algo || order.status !== "PENDING_CANCEL") return undefined;
    if (this.#desk.book.openParts(order.order_id).size > 0) return undefined;
    return this.#desk.commit(parent, { subject: "cancelled", order: endParent(order, this.#now()) }, logged);
  }

  /** After a crash: a parent is written after its parts, and may have missed the last of it. */
  repair(parent: Entry): void {
    const { order, tally } = parent;
    if (!order.algo) return;
    try {
      const mended = reconcile(order, tally, this.#now());
      if (mended) void this.#desk.commit(parent, { subject: "sent", order: mended });
      else if (tally.quantity.gt(Big(order.quantity)))
        this.#desk.log.error({ alert: true, order }, "parent: its parts filled more than its quantity");
    } catch (error) {
      this.#desk.log.error({ alert: true, err: error, order }, "parent: cannot become what its parts say");
    }
    if (isOpen(parent)) void this.endIfDone(parent);
  }

  #parentOf(part: Entry): Entry | undefined {
    const { parent_order_id } = part.order;
    return parent_order_id === undefined ? undefined : this.#desk.book.get(parent_order_id);
  }
}
