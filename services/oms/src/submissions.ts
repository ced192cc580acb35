import type { NewInternalOrder } from "../../contracts";
import type { Desk } from "./desk";
import type { Gate } from "./gate";
import { makeOrder, printOf } from "./domain/instruction";
import { move } from "./domain/moves";
import { OrderIds } from "./domain/order-id";
import { done, refuse, type Outcome, type Refusal } from "./domain/outcome";
import { clientKey, newEntry, type Entry } from "./entry";
import type { Parents } from "./parents";
import type { Risk } from "./risk-client";
import { Cork } from "./cork";
import { StateLostError } from "./state/store";
import type { Known } from "./state/keys";

interface Flying {
  readonly print: string;
  readonly outcome: Promise<Outcome>;
}

interface Client {
  readonly account: string;
  readonly clientOrderId: string;
}

export interface SubmissionOptions {
  readonly desk: Desk;
  readonly gate: Gate;
  readonly risk: Risk;
  readonly parents: Parents;
  readonly now: () => number;
  /** Unacknowledged records from which on new orders are refused: the stream does not keep up, or is not there. */
  readonly mostUnacknowledged: number;
  readonly onLost: () => void;
}

/** Client ids that are looked up together. */
const MOST = 128;

/** New orders. One client id of an account is one order, however often and wherever it is sent. */
export class Submissions {
  readonly #options: SubmissionOptions;
  readonly #ids: OrderIds;
  readonly #flying = new Map<string, Flying>();
  readonly #lookUp: Cork<Client, Known | undefined>;

  constructor(options: SubmissionOptions) {
    this.#options = options;
    this.#ids = new OrderIds(options.now);
    this.#lookUp = new Cork((clients) => options.desk.store.lookUp(clients), MOST);
  }

  async submit(input: NewInternalOrder): Promise<Outcome> {
    const outcome = await this.#submit(input);
    const word = outcome.ok ? (outcome.status === 201 ? "accepted" : "known") : outcome.code;
    this.#options.desk.metrics.submitted(word);
    return outcome;
  }

  async #submit(input: NewInternalOrder): Promise<Outcome> {
    const { desk, gate } = this.#options;
    if (gate.closed !== undefined)
      return refuse(503, "not_ready", `Orders are not taken at the moment: ${gate.closed}. Try again.`);
    const print = printOf(input);
    const known = desk.book.byClient(input.account, input.client_order_id);
    if (known) return this.#answerKnown(known, print);
    const key = clientKey(input.account, input.client_order_id);
    const flying = this.#flying.get(key);
    if (flying) return this.#answerFlying(flying, input, print);
    const outcome = gate.through(() => this.#take(input, print));
    this.#flying.set(key, { print, outcome });
    try {
      return await outcome;
    } finally {
      this.#flying.delete(key);
    }
  }

  async #take(input: NewInternalOrder, print: string): Promise<Outcome> {
    const { desk, mostUnacknowledged } = this.#options;
    if (desk.journal.waiting >= mostUnacknowledged)
      return refuse(
        503,
        "stream_unavailable",
        "The stream of orders does not take them; nothing was sent. Try again.",
      );
    const before = await this.#find(input);
    if (before === "unavailable")
      return refuse(
        503,
        "state_unavailable",
        "Nobody can say whether this order is new; nothing was sent. Try again.",
      );
    if (before === "gone")
      return refuse(
        409,
        "client_order_id_used",
        `${input.client_order_id} was an order that is not kept any more; use a new client_order_id.`,
      );
    if (before) return this.#answerKnown(before, print);
    return (await this.#refusePart(input)) ?? this.#ask(input, print);
  }

  /** Asks risk, and sends what it approves. */
  async #ask(input: NewInternalOrder, print: string): Promise<Outcome> {
    const { desk, risk, parents, now } = this.#options;
    const order = makeOrder(input, this.#ids.next(), now());
    const began = performance.now();
    let reply;
    try {
      reply = await risk.check({ order, replaces: false });
    } catch (error) {
      desk.log.warn({ err: error, client_order_id: input.client_order_id }, "risk did not answer");
      return refuse(503, "risk_unavailable", "Risk did not answer; nothing was sent. Try again.");
    } finally {
      desk.metrics.riskTook((performance.now() - began) / 1000);
    }
    // its parent may have ended meanwhile; an open one is in memory
    const { parent_order_id } = input;
    if (reply.approved && parent_order_id !== undefined) {
      const parent = desk.book.get(parent_order_id);
      const refused = parents.refusePart(parent, parent_order_id, input);
      if (refused) return refused;
    }
    const entry = newEntry(order, print);
    desk.book.add(entry);
    const said = reply.approved
      ? ({ subject: "accepted", order: move(order, ["ACCEPTED"], {}, now()) } as const)
      : ({
          subject: "rejected",
          order: move(order, ["RISK_REJECTED"], { reject_reason: reply.reason }, now()),
        } as const);
    if (!(await desk.acknowledged(desk.commit(entry, said)))) return unknownOutcome(entry);
    if (reply.approved) return done(201, said.order);
    const { rule, reason } = reply;
    return {
      ...refuse(422, "risk_rejected", `Risk refuses the order: ${reason}`, said.order),
      reason,
      ...(rule === undefined ? {} : { rule }),
    };
  }

  async #find(input: NewInternalOrder): Promise<Entry | "gone" | "unavailable" | undefined> {
    const { desk, onLost } = this.#options;
    const { account, client_order_id } = input;
    try {
      const known = await this.#lookUp.ask({ account, clientOrderId: client_order_id });
      return known && ((await desk.find(known.orderId)) ?? "gone");
    } catch (error) {
      if (error instanceof StateLostError) onLost();
      desk.log.warn({ err: error, client_order_id }, "client ids cannot be looked up");
      return "unavailable";
    }
  }

  async #refusePart(input: NewInternalOrder): Promise<Refusal | undefined> {
    const { desk, parents } = this.#options;
    const { parent_order_id } = input;
    if (parent_order_id === undefined) return undefined;
    return parents.refusePart(await desk.find(parent_order_id), parent_order_id, input);
  }

  async #answerFlying(flying: Flying, input: NewInternalOrder, print: string): Promise<Outcome> {
    if (flying.print !== print) return conflict(input.client_order_id);
    const outcome = await flying.outcome;
    if (outcome.ok || outcome.status !== 422 || !outcome.order)
      return outcome.ok ? done(200, outcome.order) : outcome;
    return done(200, outcome.order);
  }

  async #answerKnown(entry: Entry, print: string): Promise<Outcome> {
    const { desk } = this.#options;
    if (entry.print !== print) return conflict(entry.order.client_order_id);
    // the first answer may have been that nobody knew: it is the same record, still on its way
    if (!entry.inLog && !(await desk.acknowledged(entry.tail?.done))) return unknownOutcome(entry);
    return done(200, entry.logged);
  }
}

function conflict(clientOrderId: string): Refusal {
  return refuse(
    409,
    "client_order_id_used",
    `${clientOrderId} is another order of this account; use a new client_order_id.`,
  );
}

export function unknownOutcome(entry: Entry): Refusal {
  const { order_id, client_order_id } = entry.order;
  return refuse(
    503,
    "outcome_unknown",
    `The stream has not acknowledged order ${order_id} yet, which goes on being tried. Ask again with the same client_order_id ${client_order_id}.`,
    entry.logged,
  );
}
