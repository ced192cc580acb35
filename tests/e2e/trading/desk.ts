import {
  isFinal,
  order as orderShape,
  type Fill,
  type Order,
  type OrderStatus,
} from "../../../services/contracts";
import { until } from "../../harness/docker";
import { explained } from "../harness/order-path";
import type { Ask, Refused, Reply } from "./api";

/** An order as a test writes it: what it leaves out is the desk's, or the platform's default. */
export type Wanted = Readonly<Record<string, unknown>>;

export interface Changed {
  readonly quantity?: string;
  readonly price?: string;
  readonly stop_price?: string;
}

/** An order's way through the platform takes milliseconds; this is what a busy machine may make of them. */
const LIMIT_SECONDS = 60;
const EVERY_MS = 40;

/** One account, traded by one caller. */
export class Desk {
  #sent = 0;

  constructor(
    readonly ask: Ask,
    readonly account: string,
  ) {}

  /** A client id that this account has not had. */
  nextId(): string {
    this.#sent += 1;
    return `${this.account}-${this.#sent}`;
  }

  send(wanted: Wanted): Promise<Reply<Order & Refused>> {
    return this.ask<Order & Refused>("POST", "/orders", {
      client_order_id: this.nextId(),
      account: this.account,
      ...wanted,
    });
  }

  /** @throws with the refusal of an order that is not taken */
  async accepted(wanted: Wanted): Promise<Order> {
    const { status, body } = await this.send(wanted);
    if (status !== 201) throw new Error(`${JSON.stringify(wanted)}: ${status} ${JSON.stringify(body)}`);
    return orderShape.parse(body);
  }

  async read(orderId: string): Promise<Order> {
    const { status, body } = await this.ask<Order>("GET", `/orders/${orderId}`);
    if (status !== 200) throw new Error(`order ${orderId}: ${status} ${JSON.stringify(body)}`);
    return orderShape.parse(body);
  }

  /** The order, as soon as it is so. */
  reaches(orderId: string, what: string, done: (order: Order) => boolean): Promise<Order> {
    return explained(
      until(`order ${orderId} is ${what}`, LIMIT_SECONDS, () => this.read(orderId), done, EVERY_MS),
    );
  }

  becomes(orderId: string, ...statuses: readonly OrderStatus[]): Promise<Order> {
    return this.reaches(orderId, statuses.join(" or "), ({ status }) => statuses.includes(status));
  }

  ends(orderId: string): Promise<Order> {
    return this.reaches(orderId, "over", ({ status }) => isFinal(status));
  }

  /** Sent, and seen to its end. */
  async done(wanted: Wanted): Promise<Order> {
    return this.ends((await this.accepted(wanted)).order_id);
  }

  /** Sent, and at the venue without a fill. */
  async rests(wanted: Wanted): Promise<Order> {
    return this.becomes((await this.accepted(wanted)).order_id, "SENT");
  }

  async fills(orderId: string): Promise<readonly Fill[]> {
    const { status, body } = await this.ask<{ readonly fills: readonly Fill[] }>(
      "GET",
      `/orders/${orderId}/fills`,
    );
    if (status !== 200) throw new Error(`fills of ${orderId}: ${status} ${JSON.stringify(body)}`);
    return body.fills;
  }

  cancel(orderId: string): Promise<Reply<Order & Refused>> {
    return this.ask<Order & Refused>("DELETE", `/orders/${orderId}`);
  }

  /** Cancelled, whatever it takes. */
  async cancelled(orderId: string): Promise<Order> {
    await this.cancel(orderId);
    return this.ends(orderId);
  }

  replace(orderId: string, values: Changed): Promise<Reply<Order & Refused>> {
    return this.ask<Order & Refused>("PATCH", `/orders/${orderId}`, values);
  }

  /** All orders of the account, the newest first. */
  async all(): Promise<readonly Order[]> {
    const found: Order[] = [];
    let cursor: string | undefined;
    do {
      const more: string = cursor === undefined ? "" : `&cursor=${cursor}`;
      const { status, body } = await this.ask<{ readonly orders: readonly Order[]; readonly next?: string }>(
        "GET",
        `/orders?account=${this.account}&limit=1000${more}`,
      );
      if (status !== 200) throw new Error(`orders of ${this.account}: ${status} ${JSON.stringify(body)}`);
      found.push(...body.orders);
      cursor = body.next;
    } while (cursor !== undefined);
    return found;
  }
}
