import type { Instrument, SessionName, Tick } from "../../../contracts";
import { admit, admitReplace } from "./admission";
import { Book } from "./book";
import type { DepthModel } from "./depth";
import { unlink } from "./ladder";
import { Market, type Fees } from "./market";
import { availableFor, crossQuotes, matchOrder } from "./matching";
import { Quote, type QuoteState } from "./quote";
import { answerOf, pricesOf, Records, type Counters, type RequestRecord } from "./records";
import type { PositionView } from "./positions";
import {
  remainingOf,
  type CancelOrder,
  type ChangeResult,
  type OrderRequest,
  type ReplaceOrder,
  type SubmitResult,
  type VenueOrder,
} from "./types";
import { reviveOrder, viewOf, type OrderView } from "./views";

/** What was committed and is not in memory any more. */
export interface Archive {
  readonly hasOrder: (order_id: string) => boolean;
  readonly order: (order_id: string) => OrderView | undefined;
  readonly request: (request_id: string) => RequestRecord | undefined;
}

/** What a venue begins with: nothing, or what was committed before. */
export interface Snapshot {
  readonly open: readonly OrderView[];
  readonly quotes: readonly QuoteState[];
  readonly positions: readonly PositionView[];
  readonly counters: Omit<Counters, "priority">;
}

/** When a DAY order of that moment expires, in milliseconds since 1970 UTC: the same until it is there. */
export type SessionEnd = (session: SessionName, atMs: number) => number;

export interface EngineOptions {
  readonly venue: string;
  readonly instruments: readonly Instrument[];
  readonly fees: Fees;
  readonly model: DepthModel;
  /** Quotes older than this are not traded with. 0: never too old. */
  readonly maxQuoteAgeMs: number;
  readonly sessionEnd: SessionEnd;
  readonly archive: Archive;
  readonly snapshot: Snapshot;
}

/**
 * The venue, without clock and disk: what it does follows from what it is told and when. Every act leaves what has to
 * be stored in {@link records}; nobody may be told of it before that is committed.
 */
export class Engine {
  readonly records: Records;
  readonly #options: EngineOptions;
  readonly #books = new Map<string, Book>();
  readonly #sessionEnds = new Map<SessionName, number>();
  #now = 0;

  /** @throws {RangeError} when stored orders do not fit the instruments, or fees cannot be exact */
  constructor(options: EngineOptions) {
    this.#options = options;
    const { instruments, fees, maxQuoteAgeMs, snapshot, venue } = options;
    for (const instrument of instruments)
      this.#books.set(instrument.symbol, new Book(new Market(instrument, fees), maxQuoteAgeMs));
    this.records = new Records(venue, { ...snapshot.counters, priority: 0 });
    this.#restore(snapshot);
  }

  submit(request: OrderRequest, at: number): SubmitResult {
    const now = this.#advance(at);
    const { order_id, symbol } = request;
    if (this.#isKnown(order_id)) return { order_id, outcome: "duplicate" };
    const book = this.#books.get(symbol);
    const admission = book
      ? admit(request, book, now)
      : {
          ok: false as const,
          reason: `${symbol} is not traded here; traded are ${[...this.#books.keys()].join(", ")}`,
        };
    if (!book || !admission.ok) {
      const reason = admission.ok ? "" : admission.reason;
      this.records.rejected(request, reason, now);
      return { order_id, outcome: "rejected", reason };
    }
    const { side, account, order_type, time_in_force } = request;
    const order: VenueOrder = {
      number: ++this.records.counters.order,
      order_id,
      market: book.market,
      side,
      account,
      order_type,
      time_in_force,
      created_at: now,
      ...admission.terms,
      triggered: false,
      filled: 0,
      value: 0n,
      commission: 0n,
      status: "ACCEPTED",
      reason: undefined,
      priority: ++this.records.counters.priority,
      expires_at: time_in_force === "DAY" ? this.#sessionEnd(book.market.instrument.session, now) : undefined,
      updated_at: now,
      level: undefined,
      previous: undefined,
      next: undefined,
    };
    this.records.accepted(order, now);
    this.#enter(order, book, now);
    this.#fireStops(book, now);
    return { order_id, outcome: "accepted" };
  }

  cancel(request: CancelOrder, at: number): ChangeResult {
    const now = this.#advance(at);
    return this.#change("cancel", request, now, (order) => {
      this.records.end(order, "CANCELLED", now, { request_id: request.request_id });
      return undefined;
    });
  }

  replace(request: ReplaceOrder, at: number): ChangeResult {
    const now = this.#advance(at);
    return this.#change("replace", request, now, (order, book) => {
      const admission = admitReplace(order, request, book);
      if (!admission.ok) return admission.reason;
      const { terms } = admission;
      // less of the same keeps its place; anything else is as if it came now
      const keeps =
        terms.quantity <= order.quantity && terms.limit === order.limit && terms.stop === order.stop;
      if (keeps && order.level) order.level.lots -= order.quantity - terms.quantity;
      if (!keeps) {
        unlink(order);
        order.priority = ++this.records.counters.priority;
      }
      Object.assign(order, terms);
      this.records.event("replaced", order, now, { request_id: request.request_id, ...pricesOf(order) });
      if (!keeps) {
        this.#enter(order, book, now);
        this.#fireStops(book, now);
      }
      return undefined;
    });
  }

  /** @returns how many orders ended */
  cancelAll(
    which: { readonly account?: string | undefined; readonly symbol?: string | undefined },
    at: number,
  ): number {
    const now = this.#advance(at);
    const chosen = [...this.records.open.values()].filter(
      ({ account, market }) =>
        (which.account === undefined || which.account === account) &&
        (which.symbol === undefined || which.symbol === market.symbol),
    );
    for (const order of chosen)
      this.records.end(order, "CANCELLED", now, { reason: "all orders were cancelled" });
    return chosen.length;
  }

  /** @returns whether it was news: of an instrument that is traded here, later than the tick before, and readable */
  tick(tick: Tick, at: number): boolean {
    const now = this.#advance(at);
    const book = this.#books.get(tick.symbol);
    if (!book || isRepeated(tick, book.quote?.state.tick)) return false;
    const opening = book.liveQuote(now) === undefined;
    const priority = ++this.records.counters.priority;
    const taken = { bids: [], asks: [] };
    const quote = Quote.of(book.market, this.#options.model, { tick, heard_at: now, priority, taken });
    if (!quote) return false;
    book.setQuote(quote);
    this.records.quoted(book);
    crossQuotes(book, opening, this.records, now);
    this.#fireStops(book, now);
    return true;
  }

  /** Ends the DAY orders whose session is over. */
  expire(at: number): void {
    this.#advance(at);
  }

  book(symbol: string): Book | undefined {
    return this.#books.get(symbol);
  }

  books(): readonly Book[] {
    return [...this.#books.values()];
  }

  order(order_id: string): OrderView | undefined {
    const open = this.records.open.get(order_id);
    return open ? viewOf(open) : (this.records.endedView(order_id) ?? this.#options.archive.order(order_id));
  }

  /** The moment that something happens at; a clock that was set back does not turn time. */
  #advance(at: number): number {
    this.#now = Math.max(this.#now, at);
    for (const order of this.records.expiries.due(this.#now))
      this.records.end(order, "EXPIRED", this.#now, { reason: "the session has ended" });
    return this.#now;
  }

  /** Asked for each DAY order, and the same until it is there. */
  #sessionEnd(session: SessionName, now: number): number {
    const known = this.#sessionEnds.get(session) ?? 0;
    if (known > now) return known;
    const end = this.#options.sessionEnd(session, now);
    this.#sessionEnds.set(session, end);
    return end;
  }

  #isKnown(order_id: string): boolean {
    return (
      this.records.open.has(order_id) ||
      this.records.endedView(order_id) !== undefined ||
      this.#options.archive.hasOrder(order_id)
    );
  }

  /** Trades what it can at once; the rest waits, or ends. */
  #enter(order: VenueOrder, book: Book, now: number): void {
    if (order.stop !== undefined && !order.triggered) {
      if (!book.liveQuote(now) || !book.isReached(order.side, order.stop)) {
        book.stops[order.side].add(order, order.stop);
        return;
      }
      order.triggered = true;
    }
    if (order.time_in_force === "FOK") {
      const available = availableFor(order, book, now);
      if (available < remainingOf(order)) {
        const { market } = book;
        const reason = `FOK: ${market.quantityText(available)} of ${market.quantityText(order.quantity)} could be filled at once`;
        this.records.end(order, "CANCELLED", now, { reason });
        return;
      }
    }
    matchOrder(order, book, this.records, now);
    if (remainingOf(order) === 0) return;
    const mayRest =
      order.limit !== undefined && (order.time_in_force === "DAY" || order.time_in_force === "GTC");
    if (mayRest) book.resting[order.side].add(order, order.limit ?? 0);
    else this.records.end(order, "CANCELLED", now, { reason: "nothing left to trade with at once" });
  }

  /** Trades reach stops, whose orders trade, and so on; each stop is reached once, so that it ends. */
  #fireStops(book: Book, now: number): void {
    for (let order = book.reachedStop(); order; order = book.reachedStop()) {
      unlink(order);
      order.triggered = true;
      order.priority = ++this.records.counters.priority;
      this.records.touched(order, now);
      this.#enter(order, book, now);
    }
    book.looked();
  }

  #change(
    kind: RequestRecord["kind"],
    { order_id, request_id }: CancelOrder,
    now: number,
    act: (order: VenueOrder, book: Book) => string | undefined,
  ): ChangeResult {
    const before = this.records.requestOf(request_id) ?? this.#options.archive.request(request_id);
    if (before)
      return before.kind === kind && before.order_id === order_id
        ? answerOf(before)
        : {
            order_id,
            request_id,
            outcome: "rejected",
            reason: `request_id ${request_id} was another request's`,
          };
    const order = this.records.open.get(order_id);
    let refusal: string | undefined;
    if (order) {
      refusal = act(order, this.#bookOf(order.market.symbol));
      if (refusal !== undefined)
        this.records.event(`${kind}Rejected`, order, now, { request_id, reason: refusal });
    } else {
      const ended = this.order(order_id);
      // not kept: the order may still be on its way, and the same request be right then
      if (!ended) return { order_id, request_id, outcome: "rejected", reason: NOT_KNOWN };
      refusal = `the order is ${ended.status}`;
      this.records.refusedLate(`${kind}Rejected`, ended, now, { request_id, reason: refusal });
    }
    return this.records.answered({
      kind,
      order_id,
      request_id,
      ...(refusal === undefined ? { outcome: "done" } : { outcome: "rejected", reason: refusal }),
    });
  }

  #restore({ open, quotes, positions }: Snapshot): void {
    const { counters } = this.records;
    for (const state of quotes) {
      const book = this.#books.get(state.tick.symbol);
      const quote = book && Quote.of(book.market, this.#options.model, state);
      if (quote) book.restoreQuote(quote);
      counters.priority = Math.max(counters.priority, state.priority);
      this.#now = Math.max(this.#now, state.heard_at);
    }
    for (const view of positions) this.records.positions.restore(view, this.#bookOf(view.symbol).market);
    // they end in the order of their arrival, and trade in that of their priority
    const orders = open
      .map((view) => reviveOrder(view, this.#bookOf(view.symbol).market))
      .sort((a, b) => a.number - b.number);
    for (const order of orders) {
      this.records.open.set(order.order_id, order);
      this.records.expiries.add(order);
      counters.priority = Math.max(counters.priority, order.priority);
      this.#now = Math.max(this.#now, order.updated_at);
    }
    for (const order of orders.sort((a, b) => a.priority - b.priority)) {
      const book = this.#bookOf(order.market.symbol);
      const waits = order.stop !== undefined && !order.triggered ? order.stop : undefined;
      if (waits !== undefined) book.stops[order.side].add(order, waits);
      else book.resting[order.side].add(order, order.limit ?? 0);
    }
  }

  #bookOf(symbol: string): Book {
    const book = this.#books.get(symbol);
    if (!book)
      throw new RangeError(
        `the store has orders or positions of ${symbol}, which is no instrument any more; bring it back, or start with an empty data volume`,
      );
    return book;
  }
}

const NOT_KNOWN = "the venue does not know this order: it never came, or ended long ago";

/** The bus tells each tick once, but its source may begin anew: a lower number with a later time is news. */
function isRepeated(tick: Tick, last: Tick | undefined): boolean {
  return (
    last !== undefined &&
    last.venue === tick.venue &&
    tick.source_seq <= last.source_seq &&
    tick.timestamp <= last.timestamp
  );
}
