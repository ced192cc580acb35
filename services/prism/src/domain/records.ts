import type { Book } from "./book";
import type { Side } from "../../../contracts";
import { Expiries } from "./expiries";
import type { Offer, Quote, QuoteState } from "./quote";
import { describeModel } from "./depth";
import { fromUnits } from "./decimals";
import { unlink } from "./ladder";
import { Positions, type PositionView } from "./positions";
import { isOpen, remainingOf, type ChangeResult, type EventKind, type FillRecord } from "./types";
import type { OrderRequest, VenueEvent, VenueOrder, VenueStatus } from "./types";
import { rejectedView, viewOf, type OrderView } from "./views";

/** The answer to a cancel or replace, kept for who asks again. */
export interface RequestRecord extends ChangeResult {
  readonly kind: "cancel" | "replace";
}

/** What happened since the last commit: stored together, or not at all. */
export interface Changes {
  readonly events: readonly VenueEvent[];
  readonly fills: readonly FillRecord[];
  readonly orders: readonly OrderView[];
  readonly positions: readonly PositionView[];
  readonly quotes: readonly QuoteState[];
  readonly requests: readonly RequestRecord[];
}

/** Last numbers given. */
export interface Counters {
  seq: number;
  fill: number;
  trade: number;
  order: number;
  priority: number;
}

export interface Counterparty {
  readonly trade: number;
  readonly liquidity: "MAKER" | "TAKER";
  /** Absent when the other side is an order. */
  readonly quote?: { readonly quote: Quote; readonly offer: Offer };
}

/** Everything that has to survive: every change of an order passes here, and leaves its trace for the next commit. */
export class Records {
  readonly open = new Map<string, VenueOrder>();
  readonly positions = new Positions();
  readonly expiries = new Expiries();
  /** Ended since the last commit: not yet to be found in the store. */
  readonly #ended = new Map<string, OrderView>();
  #events: VenueEvent[] = [];
  #fills: FillRecord[] = [];
  readonly #orders = new Set<VenueOrder>();
  readonly #books = new Set<Book>();
  readonly #requests = new Map<string, RequestRecord>();

  constructor(
    readonly venue: string,
    readonly counters: Counters,
  ) {}

  /** Whether something waits to be stored that somebody will be told of. Quotes alone can wait. */
  get dirty(): boolean {
    return this.#events.length > 0 || this.#requests.size > 0;
  }

  endedView(order_id: string): OrderView | undefined {
    return this.#ended.get(order_id);
  }

  requestOf(request_id: string): RequestRecord | undefined {
    return this.#requests.get(request_id);
  }

  take(): Changes {
    const changes: Changes = {
      events: this.#events,
      fills: this.#fills,
      orders: [...[...this.#orders].map(viewOf), ...this.#ended.values()],
      positions: this.positions.takeChanged(),
      quotes: [...this.#books].flatMap(({ quote }) => quote?.toState() ?? []),
      requests: [...this.#requests.values()],
    };
    this.#events = [];
    this.#fills = [];
    this.#orders.clear();
    this.#ended.clear();
    this.#books.clear();
    this.#requests.clear();
    return changes;
  }

  answered(record: RequestRecord): ChangeResult {
    this.#requests.set(record.request_id, record);
    return answerOf(record);
  }

  /** Its quotes changed: a tick came, or something was traded. */
  quoted(book: Book): void {
    this.#books.add(book);
  }

  /** Its numbers are not told: they may be what is wrong, and nothing of a feed may be unreadable. */
  rejected(request: OrderRequest, reason: string, now: number): void {
    const view = rejectedView(request, ++this.counters.order, reason, now);
    this.#ended.set(view.order_id, view);
    const { order_id, symbol, side, account } = request;
    this.#push("rejected", order_id, symbol, side, account, now, { reason });
  }

  accepted(order: VenueOrder, now: number): void {
    this.open.set(order.order_id, order);
    this.expiries.add(order);
    this.event("accepted", order, now, pricesOf(order));
  }

  event(kind: EventKind, order: VenueOrder, now: number, more: Partial<VenueEvent> = {}): void {
    order.updated_at = now;
    this.#orders.add(order);
    const { order_id, market, side, account } = order;
    this.#push(kind, order_id, market.symbol, side, account, now, more);
  }

  /** It changed without anybody being told. */
  touched(order: VenueOrder, now: number): void {
    order.updated_at = now;
    this.#orders.add(order);
  }

  /** Somebody asked for a change of an order that has ended. */
  refusedLate(
    kind: "cancelRejected" | "replaceRejected",
    order: OrderView,
    now: number,
    more: { readonly request_id: string; readonly reason: string },
  ): void {
    this.#push(kind, order.order_id, order.symbol, order.side, order.account, now, more);
  }

  /** The order ends, from wherever it waits. */
  end(
    order: VenueOrder,
    status: VenueStatus & ("CANCELLED" | "EXPIRED"),
    now: number,
    more: { readonly reason?: string; readonly request_id?: string } = {},
  ): void {
    unlink(order);
    order.status = status;
    order.reason = more.reason;
    this.event(status === "CANCELLED" ? "cancelled" : "expired", order, now, more);
    this.#close(order);
  }

  /** @param price in ticks; @param lots at most what remains of the order */
  filled(order: VenueOrder, lots: number, price: number, party: Counterparty, now: number): void {
    const { market, level } = order;
    const value = BigInt(lots) * BigInt(price);
    const commission = market.commission(value, party.liquidity);
    if (level) level.lots -= lots;
    order.filled += lots;
    order.value += value;
    order.commission += commission;
    order.status = remainingOf(order) === 0 ? "FILLED" : "PARTIALLY_FILLED";
    this.positions.apply(order.account, market, order.side, lots, value, commission);
    const number = ++this.counters.fill;
    const fill = {
      fill_id: `${this.venue}-${number}`,
      quantity: market.quantityText(lots),
      price: market.priceText(price),
      commission: fromUnits(commission),
      liquidity: party.liquidity,
    };
    this.event("fill", order, now, { fill });
    this.#fills.push({
      ...fill,
      number,
      seq: this.counters.seq,
      order_id: order.order_id,
      symbol: market.symbol,
      side: order.side,
      account: order.account,
      timestamp: now,
      trade: party.trade,
      ...against(party),
    });
    if (!isOpen(order.status)) {
      unlink(order);
      this.#close(order);
    }
  }

  #close(order: VenueOrder): void {
    this.open.delete(order.order_id);
    this.expiries.remove(order);
    this.#orders.delete(order);
    this.#ended.set(order.order_id, viewOf(order));
  }

  #push(
    kind: EventKind,
    order_id: string,
    symbol: string,
    side: Side,
    account: string,
    timestamp: number,
    more: Partial<VenueEvent>,
  ): void {
    this.#events.push({
      seq: ++this.counters.seq,
      kind,
      order_id,
      symbol,
      side,
      account,
      timestamp,
      ...more,
    });
  }
}

export const answerOf = ({ order_id, request_id, outcome, reason }: RequestRecord): ChangeResult => ({
  order_id,
  request_id,
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

/** The order's whole quantity and prices, as they are now. */
export function pricesOf({ market, quantity, limit, stop }: VenueOrder): Partial<VenueEvent> {
  return {
    quantity: market.quantityText(quantity),
    ...(limit === undefined ? {} : { price: market.priceText(limit) }),
    ...(stop === undefined ? {} : { stop_price: market.priceText(stop) }),
  };
}

function against({ quote }: Counterparty): Pick<FillRecord, "against" | "quote"> {
  if (!quote) return { against: "ORDER" };
  const { tick } = quote.quote.state;
  return {
    against: "QUOTE",
    quote: {
      venue: tick.venue,
      source_seq: tick.source_seq,
      level: quote.offer.level,
      model: describeModel(quote.quote.model),
    },
  };
}
