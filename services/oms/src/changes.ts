import type { Order } from "../../contracts";
import type { Desk } from "./desk";
import { askReplace, decideCancel, refuseReplace, replacedOrder, type NewValues } from "./domain/changes";
import { done, refuse, type Outcome } from "./domain/outcome";
import type { Entry } from "./entry";
import type { Gate } from "./gate";
import type { Parents } from "./parents";
import type { Risk } from "./risk-client";
import { unknownOutcome } from "./submissions";

export interface ChangeOptions {
  readonly desk: Desk;
  readonly gate: Gate;
  readonly risk: Risk;
  readonly parents: Parents;
  readonly now: () => number;
}

/** Who asks: a person or a service; and which accounts it may touch. */
export interface Asker {
  readonly name: string;
  readonly mayUse: (account: string) => boolean;
}

export interface CancelledAll {
  /** Orders whose venues are asked to cancel them. */
  readonly requested: number;
  /** Of those, the stream has not acknowledged so many yet; they go on being tried. */
  readonly unacknowledged: number;
}

/** Cancels and replaces: asked of the venue, which has the last word. */
export class Changes {
  readonly #options: ChangeOptions;

  constructor(options: ChangeOptions) {
    this.#options = options;
  }

  async cancel(orderId: string, asker: Asker): Promise<Outcome> {
    const outcome = await this.#with(orderId, asker, (entry) => this.#cancel(entry, asker));
    this.#options.desk.metrics.changed("cancel", outcome.ok ? "requested" : outcome.code);
    return outcome;
  }

  async replace(orderId: string, values: NewValues, asker: Asker): Promise<Outcome> {
    const outcome = await this.#with(orderId, asker, (entry) => this.#replace(entry, values, asker));
    this.#options.desk.metrics.changed("replace", outcome.ok ? "requested" : outcome.code);
    return outcome;
  }

  /** @returns undefined while orders are read */
  async cancelAll(
    wanted: { readonly account?: string | undefined; readonly symbol?: string | undefined },
    asker: Asker,
  ): Promise<CancelledAll | undefined> {
    const { desk, gate } = this.#options;
    if (gate.closed !== undefined) return undefined;
    const chosen = [...desk.book.open()].filter(
      ({ order }) =>
        asker.mayUse(order.account) &&
        (wanted.account === undefined || order.account === wanted.account) &&
        (wanted.symbol === undefined || order.symbol === wanted.symbol),
    );
    const outcomes = await gate.through(() => Promise.all(chosen.map((entry) => this.#cancel(entry, asker))));
    desk.log.info({ ...wanted, by: asker.name, orders: chosen.length }, "all orders are cancelled");
    return {
      requested: outcomes.filter((outcome) => outcome.ok || outcome.status === 503).length,
      unacknowledged: outcomes.filter((outcome) => !outcome.ok && outcome.status === 503).length,
    };
  }

  async #with(orderId: string, asker: Asker, change: (entry: Entry) => Promise<Outcome>): Promise<Outcome> {
    const { desk, gate } = this.#options;
    if (gate.closed !== undefined)
      return refuse(503, "not_ready", `Orders are not changed at the moment: ${gate.closed}. Try again.`);
    return gate.through(async () => {
      let entry;
      try {
        entry = await desk.find(orderId);
      } catch (error) {
        desk.log.warn({ err: error, order_id: orderId }, "order cannot be looked up");
        return refuse(503, "state_unavailable", "The order cannot be looked up at the moment. Try again.");
      }
      // of others' orders it is not even said that they exist
      if (!entry || !asker.mayUse(entry.order.account))
        return refuse(404, "order_unknown", `There is no order ${orderId}, or it is kept no longer.`);
      return change(entry);
    });
  }

  async #cancel(entry: Entry, asker: Asker): Promise<Outcome> {
    const { desk, now, parents } = this.#options;
    const decision = decideCancel(entry.order, now());
    if (decision.kind === "refused") return decision.refusal;
    if (decision.kind === "waiting")
      return (await desk.acknowledged(entry.tail?.done)) ? done(202, entry.logged) : unknownOutcome(entry);
    const { order } = decision;
    const logged = desk.commit(entry, { subject: "pending", order, change: { kind: "cancel" } });
    desk.log.info({ order_id: order.order_id, by: asker.name }, "cancel requested");
    void parents.endIfDone(entry, logged);
    return this.#answer(entry, order, logged);
  }

  async #replace(entry: Entry, values: NewValues, asker: Asker): Promise<Outcome> {
    const { desk, risk, now } = this.#options;
    const refused = this.#refuse(entry, values);
    if (refused) return refused;
    let reply;
    try {
      reply = await risk.check({ order: replacedOrder(entry.order, values), replaces: true });
    } catch (error) {
      desk.log.warn({ err: error, order_id: entry.order.order_id }, "risk did not answer");
      return refuse(503, "risk_unavailable", "Risk did not answer; the order is as it was. Try again.");
    }
    if (!reply.approved) {
      const { reason, rule } = reply;
      return {
        ...refuse(422, "risk_rejected", `Risk refuses the change: ${reason}`, entry.logged),
        reason,
        ...(rule === undefined ? {} : { rule }),
      };
    }
    // it may have been filled or cancelled meanwhile
    const late = this.#refuse(entry, values);
    if (late) return late;
    const order = askReplace(entry.order, now());
    const logged = desk.commit(entry, {
      subject: "pending",
      order,
      change: { kind: "replace", ...given(values) },
    });
    desk.log.info({ order_id: order.order_id, by: asker.name, ...values }, "replace requested");
    return this.#answer(entry, order, logged);
  }

  #refuse(entry: Entry, values: NewValues) {
    const { desk, parents } = this.#options;
    const { order } = entry;
    const refused = refuseReplace(order, values);
    const { parent_order_id } = order;
    if (refused || parent_order_id === undefined || values.quantity === undefined) return refused;
    const parent = desk.book.get(parent_order_id);
    // what it has left is its own already, and what it has filled is in its parent's sum
    const more = replacedOrder(order, values).remaining_quantity;
    return parents.refusePart(
      parent,
      parent_order_id,
      { ...order, quantity: more },
      order.remaining_quantity,
    );
  }

  async #answer(entry: Entry, order: Order, logged: Promise<void>): Promise<Outcome> {
    return (await this.#options.desk.acknowledged(logged)) ? done(202, order) : unknownOutcome(entry);
  }
}

function given(values: NewValues): NewValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
