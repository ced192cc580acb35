import type { NatsConnection } from "@nats-io/nats-core";
import { Pool } from "undici";
import { z } from "zod";
import { order, type Order } from "../../contracts/order";
import { requests } from "../../contracts/subjects";
import type { Secret } from "../../kit";
import type { Parent } from "./plan";
import { clientOrderIdOf } from "./state";

/** What became of a slice that was given to the OMS. */
export type Placed =
  | { readonly kind: "order"; readonly order: Order }
  /** It will never be an order, however often it is sent. */
  | { readonly kind: "refused"; readonly reason: string };

/** Nobody knows yet: to be sent again as it is. */
export class OmsUnavailableError extends Error {
  override readonly name = "OmsUnavailableError";
}

export interface Oms {
  /** The same slice again is the same order. @throws {OmsUnavailableError} */
  place(parent: Parent, n: number, quantity: string): Promise<Placed>;
  /** @throws when it does not answer */
  cancel(orderId: string): Promise<void>;
  replacePrice(orderId: string, price: string | undefined, stopPrice: string | undefined): Promise<void>;
  close(): Promise<void>;
}

export interface OmsOptions {
  readonly omsUrl: string;
  readonly authnUrl: string;
  readonly clientId: string;
  readonly password: Secret;
  readonly nats: NatsConnection;
  /** @default 5000 */
  readonly timeoutMs?: number;
}

const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number().positive() });
const problem = z.object({
  error: z.string().optional(),
  message: z.string().optional(),
  order: z.unknown().optional(),
});

/** Statuses after which the same request may have another answer. */
const passing: ReadonlySet<number> = new Set([401, 408, 425, 429]);

export class HttpOms implements Oms {
  readonly #options: OmsOptions;
  readonly #pool: Pool;
  readonly #path: string;
  #token: { readonly text: string; readonly until: number } | undefined;

  constructor(options: OmsOptions) {
    this.#options = options;
    const { origin, pathname } = new URL(options.omsUrl);
    this.#path = pathname.endsWith("/") ? pathname : `${pathname}/`;
    this.#pool = new Pool(origin, { connections: 4, keepAliveTimeout: 30_000 });
  }

  async place(parent: Parent, n: number, quantity: string): Promise<Placed> {
    const { symbol, side, order_type, price, stop_price, time_in_force, account, venue } = parent;
    const instruction = {
      client_order_id: clientOrderIdOf(parent.order_id, n),
      parent_order_id: parent.order_id,
      ...{ symbol, side, quantity, order_type, price, stop_price, time_in_force, account, venue },
    };
    const { status, body } = await this.#post(JSON.stringify(instruction));
    if (status === 200 || status === 201 || status === 202) {
      const made = order.safeParse(body);
      if (made.success) return { kind: "order", order: made.data };
      throw new OmsUnavailableError(`the OMS answered ${status} without an order: ${made.error.message}`);
    }
    const said = problem.safeParse(body).data;
    const reason = said?.message ?? `HTTP ${status}`;
    if (status < 400 || status >= 500 || passing.has(status)) {
      if (status === 401) this.#token = undefined;
      throw new OmsUnavailableError(`the OMS answered ${status}: ${reason}`);
    }
    // risk refused it: an order all the same, and at its end
    const refused = order.safeParse(said?.order);
    return refused.success ? { kind: "order", order: refused.data } : { kind: "refused", reason };
  }

  cancel(orderId: string): Promise<void> {
    return this.#request(requests.cancelOrder, { order_id: orderId, requested_by: this.#options.clientId });
  }

  replacePrice(orderId: string, price: string | undefined, stopPrice: string | undefined): Promise<void> {
    return this.#request(requests.replaceOrder, {
      order_id: orderId,
      requested_by: this.#options.clientId,
      price,
      stop_price: stopPrice,
    });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  async #request(subject: string, message: unknown): Promise<void> {
    await this.#options.nats.request(subject, JSON.stringify(message), { timeout: 2000 });
  }

  async #post(text: string): Promise<{ readonly status: number; readonly body: unknown }> {
    const { timeoutMs = 5000 } = this.#options;
    try {
      const token = await this.#bearer();
      const response = await this.#pool.request({
        method: "POST",
        path: this.#path,
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: text,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = await response.body.text();
      let body: unknown;
      try {
        body = JSON.parse(answer);
      } catch {
        body = undefined;
      }
      return { status: response.statusCode, body };
    } catch (error) {
      if (error instanceof OmsUnavailableError) throw error;
      throw new OmsUnavailableError(`the OMS does not answer: ${(error as Error).message}`);
    }
  }

  /** A service's token by client credentials (RFC 6749 section 4.4), renewed before it ends. */
  async #bearer(): Promise<string> {
    if (this.#token && this.#token.until > Date.now()) return this.#token.text;
    const { authnUrl, clientId, password } = this.#options;
    const response = await fetch(`${authnUrl}/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: password.reveal(),
      }),
      signal: AbortSignal.timeout(5000),
    });
    if (!response.ok) throw new OmsUnavailableError(`authn gave no token: HTTP ${response.status}`);
    const { access_token: text, expires_in } = tokenAnswer.parse(await response.json());
    this.#token = { text, until: Date.now() + expires_in * 800 };
    return text;
  }
}
