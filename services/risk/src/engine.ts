import type { Order, RiskRequest, TradingState } from "../../contracts";
import type { Book } from "./book";
import type { Drawdowns } from "./drawdown";
import type { Account, Holding } from "./holding";
import type { EffectiveLimits, LimitIndex } from "./limits";
import type { Marks } from "./marks";
import { SlidingWindow } from "./rate";
import { askedOf, checkCollar, checkInstrument, checkPrice, checkSize, worthOf, type Asked } from "./rules";
import { NOTHING, openQuantity, type Tracked } from "./tracked";
import { Measure, shown, type Refusal, type Verdict } from "./verdict";

/** What everything else has to say before an order is looked at. Asked once for each order; reads memory. */
export interface Gate {
  /** HALTED when nobody knows. */
  readonly state: () => { readonly state: TradingState; readonly why: string };
}

export interface EngineOptions {
  readonly book: Book;
  readonly marks: Marks;
  readonly limits: LimitIndex;
  readonly drawdowns: Drawdowns;
  readonly gate: Gate;
  /** A result older than this is unknown, where something is held for so long. Milliseconds. */
  readonly resultMaxAgeMs: number;
  /** Before that no result could be heard. Milliseconds since 1970. */
  readonly startedAt: number;
}

interface Case {
  readonly order: Order;
  readonly asked: Asked;
  readonly limits: EffectiveLimits;
  readonly known: Tracked | undefined;
  readonly parent: Tracked | undefined;
  readonly now: number;
}

/** Judges orders, and counts those that it lets pass. Nothing here waits: an answer takes microseconds. */
export class RiskEngine {
  readonly #options: EngineOptions;
  readonly #rates = new Map<string, SlidingWindow>();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /** Orders that were asked together: what passes counts for those after it. */
  checkAll(requests: readonly RiskRequest[], now: number): readonly Verdict[] {
    return requests.map((request) => this.check(request, now));
  }

  /** @param keep false for a trial: nothing is counted */
  check({ order, replaces }: RiskRequest, now: number, keep = true): Verdict {
    const { book, limits: index } = this.#options;
    const known = book.order(order.order_id);
    const { parent_order_id } = order;
    const one: Case = {
      order,
      asked: askedOf(order),
      limits: index.of(order.account, order.symbol),
      known,
      parent: parent_order_id === undefined ? undefined : book.order(parent_order_id),
      now,
    };
    const measure = new Measure();
    const refusal =
      this.#identity(one, replaces) ??
      this.#gate(one) ??
      checkInstrument(order, one.asked, one.limits) ??
      this.#market(one, measure) ??
      (parent_order_id === undefined ? this.#whole(one, measure) : this.#slice(one));
    if (refusal) return { approved: false, refusal };
    if (keep) this.#count(one);
    return { approved: true, level: measure.level, warnings: measure.warnings };
  }

  /** Takes over an order that was accepted without this process: it belongs to the rate of its account. */
  noteAccepted(order: Order): void {
    this.#window(order.account, this.#options.limits.of(order.account, order.symbol)).add(order.created_at);
  }

  #identity({ order, known, parent }: Case, replaces: boolean): Refusal | undefined {
    const no = (message: string): Refusal => ({ rule: "instrument", level: "HIGH", message });
    if (this.#options.book.closed.has(order.order_id)) return no(`order ${order.order_id} is over`);
    if (replaces && !known) return no(`order ${order.order_id}, which is to be replaced, is not known here`);
    if (known?.closed) return no(`order ${order.order_id} is over`);
    for (const [what, other] of [
      ["the order that it replaces", known],
      ["its parent", parent],
    ] as const) {
      if (!other) continue;
      if (other.account !== order.account || other.symbol !== order.symbol || other.side !== order.side)
        return no(`account, symbol and side differ from those of ${what} (${other.id})`);
    }
    return undefined;
  }

  #gate(one: Case): Refusal | undefined {
    const { state, why } = this.#options.gate.state();
    const no = (message: string): Refusal => ({ rule: "trading-state", level: "CRITICAL", message });
    if (state === "HALTED") return no(why);
    if (state === "REDUCING" && !this.#reduces(one))
      return no(`${why}; only orders that bring the position nearer to zero pass`);
    return undefined;
  }

  #market(one: Case, measure: Measure): Refusal | undefined {
    const { order, asked, limits, now } = one;
    const mark = this.#options.marks.get(order.symbol);
    const refusal = checkPrice(order.symbol, mark, limits, now);
    if (refusal || !mark) return refusal;
    return (
      checkCollar(asked, mark.price, limits) ?? checkSize(asked, worthOf(asked, mark.price), limits, measure)
    );
  }

  /** Of an order by itself: what it adds to its account. */
  #whole(one: Case, measure: Measure): Refusal | undefined {
    const { order, limits, known, now } = one;
    const account = this.#options.book.accounts.get(order.account);
    const open = (account?.openOrders ?? 0) + (known ? 0 : 1);
    if (open > limits.openOrders)
      return {
        rule: "open-orders",
        level: "HIGH",
        message: `${order.account} would have ${open} open orders, allowed are ${limits.openOrders}`,
      };
    const window = this.#rates.get(order.account);
    if (window && !window.allows(now, limits.orderRate, limits.orderRateWindowMs))
      return {
        rule: "order-rate",
        level: "HIGH",
        message: `${order.account} has had ${limits.orderRate} orders within ${limits.orderRateWindowMs} ms`,
      };
    // what only makes a risk smaller must be possible when it is too big
    if (this.#reduces(one)) return undefined;
    return this.#drawdown(one, account) ?? this.#sums(one, account, measure);
  }

  #drawdown({ order, limits, now }: Case, account: Account | undefined): Refusal | undefined {
    const { drawdowns, resultMaxAgeMs, startedAt } = this.#options;
    const result = drawdowns.accounts.get(order.account);
    const no = (message: string): Refusal => ({ rule: "drawdown", level: "CRITICAL", message });
    const silentSince = Math.max(startedAt, account?.heldSince ?? 0, result?.at ?? 0);
    if (account && !account.flat && now - silentSince > resultMaxAgeMs)
      return no(`the result of ${order.account} is not known; only orders that reduce pass`);
    const fallen = drawdowns.drawdown(order.account);
    if (!result?.halted && fallen.lt(limits.drawdown.limit)) return undefined;
    const message = `${order.account} has lost ${shown(fallen)} since its highest result, allowed is less than ${shown(limits.drawdown.limit)}; only orders that reduce pass`;
    return { rule: "drawdown", level: "CRITICAL", message, value: fallen, limit: limits.drawdown.limit };
  }

  #sums(one: Case, account: Account | undefined, measure: Measure): Refusal | undefined {
    const { order, asked, limits, known } = one;
    const { marks } = this.#options;
    const unknown = account?.unpriced(marks);
    if (unknown !== undefined)
      return {
        rule: "no-price",
        level: "HIGH",
        message: `no price of ${unknown} is known, which ${order.account} holds`,
      };
    const holding = account?.holdings.get(order.symbol);
    const last = marks.get(order.symbol)?.price ?? NOTHING;
    const open = this.#stillOpen(one);
    const counted = known?.counted;
    const before = counted ? counted.quantity.times(counted.price ?? last) : NOTHING;
    const exposure = (account?.exposure(marks) ?? NOTHING)
      .minus(before)
      .plus(open.times(worthOf(asked, last)));
    return (
      measure.bound("position", this.#reach(one, holding).plus(open), limits.position, "the position") ??
      measure.bound("exposure", exposure, limits.exposure, `the exposure of ${order.account}`)
    );
  }

  /** Of a slice: its parent was judged, and counts; it has to be a part of it. */
  #slice({ order, asked, parent, known }: Case): Refusal | undefined {
    if (!parent || parent.closed)
      return {
        rule: "order-quantity",
        level: "HIGH",
        message: `parent order ${order.parent_order_id ?? ""} is not open`,
      };
    const left = parent.terms.quantity
      .minus(parent.confirmed)
      .minus(parent.childrenOpen)
      .plus(known ? openQuantity(known) : NOTHING);
    if (asked.quantity.gt(left))
      return {
        rule: "order-quantity",
        level: "HIGH",
        message: `a slice of ${shown(asked.quantity)} is more than the ${shown(left)} left of order ${parent.id}`,
        value: asked.quantity,
        limit: left,
      };
    const bound = parent.terms.price;
    const worse =
      bound && (!asked.price || (order.side === "BUY" ? asked.price.gt(bound) : asked.price.lt(bound)));
    return worse
      ? {
          rule: "price-collar",
          level: "HIGH",
          message: `a slice may not be priced worse than its order, ${shown(bound)}`,
        }
      : undefined;
  }

  /** What of it is, or will be, open: a replaced order's fills are in the position already. */
  #stillOpen({ asked, known }: Case) {
    const open = known ? asked.quantity.minus(known.confirmed) : asked.quantity;
    return open.gt(NOTHING) ? open : NOTHING;
  }

  /** The position in the order's direction if every other open order of its side were filled; negative: against it. */
  #reach({ order, known }: Case, holding: Holding | undefined) {
    const own = known ? known.counted.quantity : NOTHING;
    if (!holding) return NOTHING;
    return order.side === "BUY"
      ? holding.position.plus(holding.openBuy).minus(own)
      : holding.openSell.minus(holding.position).minus(own);
  }

  /** Whether it can only bring the position, with all that is open on its side, nearer to zero, never beyond. */
  #reduces(one: Case): boolean {
    const holding = this.#options.book.accounts.get(one.order.account)?.holdings.get(one.order.symbol);
    const reach = this.#reach(one.parent ? { ...one, known: undefined } : one, holding);
    // a slice counts in its parent already
    return reach.plus(one.parent ? NOTHING : this.#stillOpen(one)).lte(NOTHING) && !(holding?.flat ?? true);
  }

  #count({ order, known, parent, limits, now }: Case): void {
    const { book } = this.#options;
    if (known) book.reserveChange(known, order, now);
    else book.reserve(order, now);
    if (!parent) this.#window(order.account, limits).add(now);
  }

  #window(account: string, { orderRate }: EffectiveLimits): SlidingWindow {
    let window = this.#rates.get(account);
    if (!window) this.#rates.set(account, (window = new SlidingWindow(orderRate)));
    return window;
  }
}
