import Big from "big.js";
import { z } from "zod";
import { instruments } from "../../../contracts/instruments";
import type { Decimal } from "../../../contracts/values";
import type { Secret } from "../../../kit";
import { binanceEvents } from "./binance-feed";
import { binanceDecimal, commissionOf, fillIdOf, reportIdOf } from "./binance-events";
import { BinanceRefusal, BinanceRest, codes, type BinanceCredentials, type Parameters } from "./binance-rest";
import {
  VenueUnavailableError,
  type CancelCommand,
  type ChangeResult,
  type ReplaceCommand,
  type SubmitResult,
  type Venue,
  type VenueEvent,
  type VenueOrder,
  type VenueOrderState,
  type VenuePosition,
  type VenueStatus,
} from "./venue";

const orderAnswer = z.object({
  symbol: z.string(),
  orderId: z.int(),
  clientOrderId: z.string(),
  side: z.enum(["BUY", "SELL"]),
  status: z.string(),
  origQty: binanceDecimal,
  executedQty: binanceDecimal,
  time: z.int(),
  updateTime: z.int(),
});
type OrderAnswer = z.output<typeof orderAnswer>;
const tradeAnswer = z.object({
  symbol: z.string(),
  id: z.int(),
  qty: binanceDecimal,
  price: binanceDecimal,
  commission: binanceDecimal,
  commissionAsset: z.string(),
  time: z.int(),
  isMaker: z.boolean(),
});
const accountAnswer = z.object({
  balances: z.array(z.object({ asset: z.string(), free: binanceDecimal, locked: binanceDecimal })),
});

export interface BinanceOptions {
  readonly url: string;
  readonly wsUrl: string;
  /** The platform's name of the one account that the key is of. */
  readonly account: string;
  readonly apiKey: Secret | undefined;
  readonly apiSecret: Secret | undefined;
  readonly timeoutMs: number;
  /** Orders whose fate is asked for when the feed begins again: the venue's stream forgets. */
  readonly openHere?: () => readonly { readonly order_id: string; readonly symbol: string }[];
}

const statuses: Readonly<Record<string, VenueStatus>> = {
  NEW: "ACCEPTED",
  PENDING_NEW: "ACCEPTED",
  PARTIALLY_FILLED: "PARTIALLY_FILLED",
  FILLED: "FILLED",
  CANCELED: "CANCELLED",
  PENDING_CANCEL: "ACCEPTED",
  REJECTED: "REJECTED",
  EXPIRED: "EXPIRED",
  EXPIRED_IN_MATCH: "EXPIRED",
};

const pairs = instruments.filter(({ asset_class }) => asset_class === "CRYPTO");

/** Binance spot, REST and WebSocket API. Its client order id is our order id, so that asking twice is harmless. */
export class BinanceVenue implements Venue {
  readonly name = "binance";
  readonly disabled: string | undefined;
  readonly live = true;
  readonly feedTellsRefusals = false;
  readonly gapFree = false;
  /** One request each; so many are on their way together. */
  readonly maxBatch = 5;
  readonly #options: BinanceOptions;
  readonly #credentials: BinanceCredentials | undefined;
  readonly #rest: BinanceRest | undefined;

  constructor(options: BinanceOptions) {
    const { apiKey, apiSecret, url, timeoutMs } = options;
    this.#options = options;
    this.#credentials = apiKey && apiSecret ? { apiKey, apiSecret } : undefined;
    this.#rest = this.#credentials && new BinanceRest(url, this.#credentials, timeoutMs);
    this.disabled = this.#rest
      ? undefined
      : "needs the API key and secret of an account: BINANCE_API_KEY_FILE and BINANCE_API_SECRET_FILE";
  }

  submit(orders: readonly VenueOrder[]): Promise<readonly SubmitResult[]> {
    return settle(orders, async (order): Promise<SubmitResult> => {
      const { order_id } = order;
      const parameters = parametersOf(order);
      if (typeof parameters === "string") return { order_id, outcome: "rejected", reason: parameters };
      try {
        await this.#api().ask("POST", "/api/v3/order", parameters, z.object({ clientOrderId: z.string() }));
        return { order_id, outcome: "accepted" };
      } catch (error) {
        if (!(error instanceof BinanceRefusal)) throw error;
        // "Duplicate order sent": its words are all that tells it from other refusals of the same code
        const duplicate = error.code === codes.newOrderRejected && /duplicate/i.test(error.said);
        return duplicate
          ? { order_id, outcome: "duplicate" }
          : { order_id, outcome: "rejected", reason: error.message };
      }
    });
  }

  cancel(commands: readonly CancelCommand[]): Promise<readonly ChangeResult[]> {
    return settle(commands, (command) =>
      this.#change(command, async () => {
        const { symbol, order_id: origClientOrderId } = command;
        await this.#api().ask("DELETE", "/api/v3/order", { symbol, origClientOrderId }, z.unknown());
      }),
    );
  }

  /** Spot can only make an order smaller and keep its id; anything else is a new order. */
  replace(commands: readonly ReplaceCommand[]): Promise<readonly ChangeResult[]> {
    return settle(commands, async (command): Promise<ChangeResult> => {
      const { order_id, request_id, symbol, quantity, price, stop_price } = command;
      if (price !== undefined || stop_price !== undefined || quantity === undefined) {
        const reason =
          "binance changes only the quantity of an order, downwards; cancel it and send a new one";
        return { order_id, request_id, outcome: "rejected", reason };
      }
      return this.#change(command, async () => {
        const parameters = {
          symbol,
          origClientOrderId: order_id,
          newClientOrderId: order_id,
          newQty: quantity,
        };
        await this.#api().ask("PUT", "/api/v3/order/amend/keepPriority", parameters, z.unknown());
      });
    });
  }

  async cancelAll(): Promise<number> {
    const open = await this.openOrders();
    await Promise.all(
      [...new Set(open.map(({ symbol }) => symbol))].map(async (symbol) => {
        try {
          await this.#api().ask("DELETE", "/api/v3/openOrders", { symbol }, z.unknown());
        } catch (error) {
          // the last one ended by itself meanwhile
          if (!(error instanceof BinanceRefusal && error.code === codes.cancelRejected)) throw error;
        }
      }),
    );
    return open.length;
  }

  async query(order: {
    readonly order_id: string;
    readonly symbol: string;
  }): Promise<VenueOrderState | undefined> {
    const found = await this.#find(order);
    return found && this.#stateOf(found);
  }

  async openOrders(): Promise<readonly VenueOrderState[]> {
    const found = await this.#api().ask("GET", "/api/v3/openOrders", {}, z.array(orderAnswer));
    return found.map((order) => this.#stateOf(order));
  }

  /** Spot has balances: what is held of a base asset is the position in its pair. */
  async positions(): Promise<readonly VenuePosition[]> {
    const { balances } = await this.#api().ask(
      "GET",
      "/api/v3/account",
      { omitZeroBalances: "true" },
      accountAnswer,
    );
    return pairs.flatMap(({ symbol, currency }) => {
      const held = balances.find(({ asset }) => `${asset}${currency}` === symbol);
      if (!held) return [];
      return [
        { account: this.#options.account, symbol, quantity: Big(held.free).plus(held.locked).toFixed() },
      ];
    });
  }

  async lastPrice(symbol: string): Promise<Decimal | undefined> {
    const answer = z.object({ price: binanceDecimal });
    return (await this.#api().ask("GET", "/api/v3/ticker/price", { symbol }, answer, false)).price;
  }

  feed(after: number, signal: AbortSignal): AsyncIterable<readonly VenueEvent[]> {
    const { wsUrl, account } = this.#options;
    if (!this.#credentials) throw new VenueUnavailableError(this.name, "feed", this.disabled ?? "");
    return binanceEvents({
      wsUrl,
      credentials: this.#credentials,
      account,
      after,
      signal,
      catchUp: (seqOf) => this.#catchUp(seqOf),
    });
  }

  close(): Promise<void> {
    return this.#rest?.close() ?? Promise.resolve();
  }

  async #change(command: CancelCommand, work: () => Promise<void>): Promise<ChangeResult> {
    const { order_id, request_id } = command;
    try {
      await work();
      return { order_id, request_id, outcome: "done" };
    } catch (error) {
      if (!(error instanceof BinanceRefusal)) throw error;
      return { order_id, request_id, outcome: "rejected", reason: error.message };
    }
  }

  async #find(order: {
    readonly order_id: string;
    readonly symbol: string;
  }): Promise<OrderAnswer | undefined> {
    const { symbol, order_id: origClientOrderId } = order;
    // it finds an order in its pair alone
    if (symbol === "") return undefined;
    try {
      return await this.#api().ask("GET", "/api/v3/order", { symbol, origClientOrderId }, orderAnswer);
    } catch (error) {
      if (error instanceof BinanceRefusal && error.code === codes.noSuchOrder) return undefined;
      throw error;
    }
  }

  /** Trades and ends of the orders that were open when the stream broke, under the ids that the stream gives them. */
  async #catchUp(seqOf: (timestamp: number) => number): Promise<readonly VenueEvent[]> {
    const events: VenueEvent[] = [];
    for (const asked of this.#options.openHere?.() ?? []) {
      const order = await this.#find(asked);
      if (!order) continue;
      const { symbol, orderId, clientOrderId: order_id, side } = order;
      const base = (timestamp: number) => ({ seq: seqOf(timestamp), order_id, symbol, timestamp });
      events.push({ ...base(order.time), kind: "accepted", report_id: reportIdOf(order_id, "new") });
      const trades = await this.#api().ask(
        "GET",
        "/api/v3/myTrades",
        { symbol, orderId },
        z.array(tradeAnswer),
      );
      for (const trade of trades) {
        const fill_id = fillIdOf(symbol, trade.id);
        const commission = commissionOf({
          s: symbol,
          L: trade.price,
          n: trade.commission,
          N: trade.commissionAsset,
        });
        const { qty: quantity, price } = trade;
        const fill = {
          fill_id,
          quantity,
          price,
          commission,
          liquidity: trade.isMaker ? "MAKER" : "TAKER",
        } as const;
        const { account } = this.#options;
        events.push({ ...base(trade.time), kind: "fill", report_id: fill_id, side, account, fill });
      }
      const status = statuses[order.status];
      if (status === "CANCELLED" || status === "EXPIRED") {
        const kind = status === "CANCELLED" ? "cancelled" : "expired";
        events.push({ ...base(order.updateTime), kind, report_id: reportIdOf(order_id, "end") });
      }
    }
    return events;
  }

  #api(): BinanceRest {
    if (!this.#rest) throw new VenueUnavailableError(this.name, "request", this.disabled ?? "");
    return this.#rest;
  }

  #stateOf(order: OrderAnswer): VenueOrderState {
    const status = statuses[order.status];
    if (!status) throw new VenueUnavailableError(this.name, "query", `unknown status ${order.status}`);
    return {
      order_id: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      account: this.#options.account,
      quantity: order.origQty,
      remaining_quantity: Big(order.origQty).minus(order.executedQty).toFixed(),
      status,
    };
  }
}

/** @returns the reason when Binance has no such order */
export function parametersOf(order: VenueOrder): Parameters | string {
  const { symbol, side, quantity, price, stop_price: stopPrice, time_in_force, order_type } = order;
  const types = {
    MARKET: "MARKET",
    LIMIT: "LIMIT",
    STOP: "STOP_LOSS",
    STOP_LIMIT: "STOP_LOSS_LIMIT",
  } as const;
  const limited = order_type === "LIMIT" || order_type === "STOP_LIMIT";
  // a market order is over before a day is
  if (order_type !== "MARKET" && time_in_force === "DAY") {
    const others = limited ? "GTC, IOC or FOK" : "GTC or IOC";
    return `binance has no DAY orders: it trades around the clock; a ${order_type} order can be ${others}`;
  }
  if (!limited && time_in_force === "FOK") {
    const others =
      order_type === "MARKET" ? "IOC, or a LIMIT order with FOK" : "IOC, or a STOP_LIMIT order with FOK";
    return `binance fills what there is of a ${order_type} order, and cannot make it all or nothing; use ${others}`;
  }
  return {
    symbol,
    side,
    type: types[order_type],
    timeInForce: limited ? time_in_force : undefined,
    quantity,
    price,
    stopPrice,
    newClientOrderId: order.order_id,
    newOrderRespType: "ACK",
  };
}

/** All at once. What is known of one must not be lost because another has no answer: it just has no result. */
async function settle<In, Out>(
  items: readonly In[],
  work: (item: In) => Promise<Out>,
): Promise<readonly Out[]> {
  const done = await Promise.allSettled(items.map(work));
  const known = done.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  const failed = done.find((each) => each.status === "rejected");
  if (known.length === 0 && failed) throw failed.reason;
  return known;
}
