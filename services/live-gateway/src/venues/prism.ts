import { Pool } from "undici";
import { z } from "zod";
import {
  decimal,
  identifier,
  liquidity,
  nonNegativeDecimal,
  positiveDecimal,
  side,
  symbol,
} from "../../../contracts/values";
import type { Decimal } from "../../../contracts/values";
import type { Secret } from "../../../kit";
import { basicAuth } from "../../../kit/outgoing";
import {
  VenueUnavailableError,
  type CancelCommand,
  type ChangeResult,
  type Holdings,
  type ReplaceCommand,
  type SubmitResult,
  type Venue,
  type VenueEvent,
  type VenueOrder,
  type VenueOrderState,
  type VenuePosition,
} from "./venue";
import { prismEvents } from "./prism-feed";

const submitAnswer = z.object({
  results: z.array(
    z.object({
      order_id: z.string(),
      outcome: z.enum(["accepted", "duplicate", "rejected"]),
      reason: z.string().optional(),
    }),
  ),
});
const changeAnswer = z.object({
  results: z.array(
    z.object({
      order_id: z.string(),
      request_id: z.string(),
      outcome: z.enum(["done", "rejected"]),
      reason: z.string().optional(),
    }),
  ),
});
const orderState = z.object({
  order_id: z.string(),
  symbol,
  side,
  account: identifier,
  quantity: positiveDecimal,
  remaining_quantity: nonNegativeDecimal,
  status: z.enum(["ACCEPTED", "PARTIALLY_FILLED", "FILLED", "CANCELLED", "EXPIRED", "REJECTED"]),
});
const position = z.object({ account: identifier, symbol, quantity: decimal });
const holdings = z.object({ seq: z.int().nonnegative(), positions: z.array(position) });
const level = z.union([
  z.object({ price: positiveDecimal }).transform(({ price }) => price),
  z.tuple([positiveDecimal], z.unknown()).transform(([price]) => price),
]);
const book = z.object({ bids: z.array(level), asks: z.array(level) });
/** A list comes bare or under its name. */
const listOf = <Item extends z.ZodType>(name: string, item: Item) =>
  z.union([
    z.array(item),
    z.object({ [name]: z.array(item) }).transform((value) => value[name] as z.output<Item>[]),
  ]);

export const prismEvent = z.object({
  seq: z.int().positive(),
  kind: z.enum([
    "accepted",
    "rejected",
    "fill",
    "cancelled",
    "expired",
    "replaced",
    "cancelRejected",
    "replaceRejected",
  ]),
  order_id: z.string(),
  symbol,
  side,
  account: identifier,
  reason: z.string().nullish(),
  timestamp: z.int().nonnegative(),
  quantity: positiveDecimal.nullish(),
  price: positiveDecimal.nullish(),
  stop_price: positiveDecimal.nullish(),
  fill: z
    .object({
      fill_id: identifier,
      quantity: positiveDecimal,
      price: positiveDecimal,
      commission: decimal,
      liquidity,
    })
    .nullish(),
});

export interface PrismOptions {
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
  /** Of a request; the feed has its own. */
  readonly timeoutMs: number;
  /** @default 64 */
  readonly maxBatch?: number;
}

/** The platform's own exchange: what it trades moves no money. */
export class PrismVenue implements Venue {
  readonly name = "prism";
  readonly disabled = undefined;
  readonly live = false;
  readonly feedTellsRefusals = true;
  readonly gapFree = true;
  readonly maxBatch: number;
  readonly #pool: Pool;
  readonly #options: PrismOptions;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: PrismOptions) {
    this.#options = options;
    this.maxBatch = options.maxBatch ?? 256;
    // the feed has one of them for itself
    this.#pool = new Pool(options.url, {
      connections: 8,
      keepAliveTimeout: 30_000,
      connectTimeout: options.timeoutMs,
    });
    const { username, password } = options;
    this.#headers = { ...basicAuth(username, password), "content-type": "application/json" };
  }

  async submit(orders: readonly VenueOrder[]): Promise<readonly SubmitResult[]> {
    const { results } = await this.#ask("submit", "POST", "/v1/orders", submitAnswer, { orders });
    return results;
  }

  async cancel(commands: readonly CancelCommand[]): Promise<readonly ChangeResult[]> {
    const cancels = commands.map(({ order_id, request_id }) => ({ order_id, request_id }));
    return (await this.#ask("cancel", "POST", "/v1/cancels", changeAnswer, { cancels })).results;
  }

  async replace(commands: readonly ReplaceCommand[]): Promise<readonly ChangeResult[]> {
    const replaces = commands.map(({ symbol: _symbol, ...rest }) => rest);
    return (await this.#ask("replace", "POST", "/v1/replaces", changeAnswer, { replaces })).results;
  }

  async cancelAll(): Promise<number> {
    const answer = z.object({ cancelled: z.int().nonnegative() });
    return (await this.#ask("cancel all", "POST", "/v1/cancel-all", answer, {})).cancelled;
  }

  query({ order_id }: { readonly order_id: string }): Promise<VenueOrderState | undefined> {
    return this.#ask("query", "GET", `/v1/orders/${order_id}`, orderState.optional());
  }

  async openOrders(): Promise<readonly VenueOrderState[]> {
    return this.#ask("open orders", "GET", "/v1/orders?open=true", listOf("orders", orderState));
  }

  async positions(): Promise<readonly VenuePosition[]> {
    return this.#ask("positions", "GET", "/v1/positions", listOf("positions", position));
  }

  async holdings(): Promise<Holdings> {
    return this.#ask("positions", "GET", "/v1/positions", holdings);
  }

  async lastPrice(name: string): Promise<Decimal | undefined> {
    const answer = await this.#ask("book", "GET", `/v1/book/${name}?depth=1`, book.optional());
    // the dearer side: a value that is too high is on the safe side
    return answer?.asks[0] ?? answer?.bids[0];
  }

  feed(after: number, signal: AbortSignal): AsyncIterable<readonly VenueEvent[]> {
    return prismEvents({ pool: this.#pool, headers: this.#headers, venue: this.name, after, signal });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }

  /** A 404 to a question is the answer undefined; everything else that is not 200 leaves the outcome unknown. */
  async #ask<Answer extends z.ZodType>(
    what: string,
    method: "GET" | "POST",
    path: string,
    schema: Answer,
    body?: unknown,
  ): Promise<z.output<Answer>> {
    const { timeoutMs } = this.#options;
    try {
      const response = await this.#pool.request({
        method,
        path,
        headers: this.#headers,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.body.text();
      if (response.statusCode === 404 && method === "GET") return schema.parse(undefined);
      if (response.statusCode !== 200) throw new Error(`HTTP ${response.statusCode} ${text.slice(0, 200)}`);
      return schema.parse(JSON.parse(text));
    } catch (error) {
      throw new VenueUnavailableError(
        this.name,
        what,
        error instanceof Error ? error.message : String(error),
      );
    }
  }
}
