import fc from "fast-check";
import { depthOf } from "../../../../services/prism/src/domain/depth";
import { Market } from "../../../../services/prism/src/domain/market";
import type { Engine } from "../../../../services/prism/src/domain/engine";
import type { FillRecord } from "../../../../services/prism/src/domain/types";
import { viewOf, type OrderView } from "../../../../services/prism/src/domain/views";
import { add, compare, instruments, multiply, subtract, sum } from "../../../../services/contracts";
import { Lab, model, options, plain } from "./lab";
import { steps, take, type Step } from "./steps";

const runs = { numRuns: 100 };

interface Offered {
  readonly price: string;
  readonly priority: number;
  readonly lots: string;
  readonly of: string;
}

/** Everything that a new order of that side could trade with, sorted the slow and obvious way. */
function offered(engine: Engine, side: "BUY" | "SELL", now: number): readonly Offered[] {
  const book = engine.book("AAPL");
  if (!book) return [];
  const orders = [...engine.records.open.values()]
    .map(viewOf)
    .filter((order) => order.symbol === "AAPL" && order.side !== side && isResting(order))
    .map(({ price = "", priority, remaining_quantity, order_id }) => ({
      price,
      priority,
      lots: remaining_quantity,
      of: order_id,
    }));
  const quote = book.liveQuote(now);
  const quotes = (quote?.offers(side === "BUY" ? "ASK" : "BID") ?? []).map(({ price, lots }) => ({
    price: book.market.priceText(price),
    priority: quote?.priority ?? 0,
    lots: book.market.quantityText(lots),
    of: "QUOTE",
  }));
  const sign = side === "BUY" ? 1 : -1;
  return [...orders, ...quotes].sort((a, b) => sign * compare(a.price, b.price) || a.priority - b.priority);
}

const isResting = (order: OrderView): boolean =>
  order.order_type === "LIMIT" || (order.order_type === "STOP_LIMIT" && order.triggered);

/** What a new order must trade, by the rules and nothing else. */
function expected(lab: Lab, step: Extract<Step, { kind: "order" }>): readonly (readonly string[])[] {
  const { side, price, quantity, time_in_force } = { ...plain(), ...step.order };
  const within = offered(lab.engine, side, lab.now).filter(
    (offer) => price === undefined || (side === "BUY" ? 1 : -1) * compare(offer.price, price) <= 0,
  );
  let left = quantity;
  const trades = within.flatMap(({ price: at, lots, of }) => {
    const traded = compare(lots, left) < 0 ? lots : left;
    left = subtract(left, traded);
    return traded === "0" ? [] : [[traded, at, of] as const];
  });
  return time_in_force === "FOK" && left !== "0" ? [] : trades;
}

test("an order trades with the best prices, at the same price in the order of time, and nothing else", () => {
  let traded = 0;
  const property = fc.property(steps, (all) => {
    const lab = new Lab();
    for (const step of all) {
      const checked = step.kind === "order" && ["MARKET", "LIMIT"].includes(step.order.order_type ?? "");
      const known = checked && lab.engine.order(step.order.order_id ?? "") !== undefined;
      const wanted = checked ? expected(lab, step) : [];
      const fills = take(lab, step);
      if (!checked || known || lab.order(step.order.order_id ?? "").status === "REJECTED") continue;
      const own = fills.filter((fill) => fill.order_id === step.order.order_id && fill.liquidity === "TAKER");
      const partner = (fill: FillRecord): string =>
        fill.against === "QUOTE"
          ? "QUOTE"
          : (fills.find((other) => other.trade === fill.trade && other !== fill)?.order_id ?? "nobody");
      expect(own.map((fill) => [fill.quantity, fill.price, partner(fill)])).toEqual(wanted);
      traded += own.length;
    }
  });
  fc.assert(property, runs);
  expect(traded).toBeGreaterThan(100);
});

test("what is at once is all or nothing (FOK) or leaves nothing (IOC, MARKET), and the book is never crossed", () => {
  let killed = 0;
  let waited = 0;
  const isAtOnce = ({ time_in_force }: { readonly time_in_force: string }): boolean =>
    time_in_force === "IOC" || time_in_force === "FOK";
  const property = fc.property(steps, (all) => {
    const lab = new Lab();
    for (const step of all) {
      take(lab, step);
      const open = [...lab.engine.records.open.values()];
      const waits = open.filter((o) => o.stop !== undefined && !o.triggered);
      waited += waits.filter(isAtOnce).length;
      // a stop that was set off is what it becomes: at the market, or a limit
      const strays = open.filter(
        (o) => !waits.includes(o) && (o.order_type === "MARKET" || o.order_type === "STOP" || isAtOnce(o)),
      );
      expect(strays).toEqual([]);
      const book = lab.engine.book("AAPL");
      const [bid, ask] = [
        book?.resting.BUY.top?.price ?? -Infinity,
        book?.resting.SELL.top?.price ?? Infinity,
      ];
      const quote = book?.liveQuote(lab.now);
      expect(bid).toBeLessThan(Math.min(ask, quote?.best("ASK")?.price ?? Infinity));
      expect(ask).toBeGreaterThan(quote?.best("BID")?.price ?? -Infinity);
    }
    for (const order of lab.store.orders().filter(({ time_in_force }) => time_in_force === "FOK")) {
      expect(["0", order.quantity]).toContain(order.filled_quantity);
      if (order.status === "CANCELLED") killed++;
    }
  });
  fc.assert(property, runs);
  expect(killed).toBeGreaterThan(0);
  expect(waited).toBeGreaterThan(0);
});

test("quantities, values and numbers are conserved, and every fill of a quote is explained by its tick", () => {
  const instrument = instruments.find(({ symbol }) => symbol === "AAPL");
  if (!instrument) throw new Error("no AAPL");
  const market = new Market(instrument, options.fees);
  const property = fc.property(steps, (all) => {
    const lab = new Lab();
    all.forEach((step) => take(lab, step));
    const { events, fills } = lab.store;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(fills.map(({ fill_id }) => fill_id)).toEqual(fills.map((_, index) => `prism-${index + 1}`));
    expect(fills.map(({ seq }) => seq)).toEqual(
      events.filter(({ kind }) => kind === "fill").map(({ seq }) => seq),
    );

    for (const order of lab.store.orders()) {
      const own = fills.filter(({ order_id }) => order_id === order.order_id);
      expect(sum(own.map(({ quantity }) => quantity))).toBe(order.filled_quantity);
      expect(sum(own.map(({ quantity, price }) => multiply(quantity, price)))).toBe(order.filled_value);
      expect(sum(own.map(({ commission }) => commission))).toBe(order.commission);
      if (order.status !== "REJECTED")
        expect(compare(order.filled_quantity, order.quantity)).toBeLessThanOrEqual(0);
      for (const fill of order.price === undefined ? [] : own)
        if (!events.some(({ kind, order_id }) => kind === "replaced" && order_id === order.order_id))
          expect(
            (order.side === "BUY" ? 1 : -1) * compare(fill.price, order.price ?? "0"),
          ).toBeLessThanOrEqual(0);
    }
    const signed = (which: readonly FillRecord[]): string =>
      sum(which.map(({ side, quantity }) => (side === "BUY" ? quantity : subtract("0", quantity))));
    const held = sum(lab.engine.records.positions.views().map(({ quantity }) => quantity));
    expect(held).toBe(signed(fills));
    // between orders, what one buys another sells: only quotes bring anything in
    expect(signed(fills.filter(({ against }) => against === "ORDER"))).toBe("0");
    const cash = sum(lab.engine.records.positions.views().map((position) => position.cash));
    const value = sum(
      fills.map(({ side, quantity, price }) =>
        multiply(side === "BUY" ? subtract("0", quantity) : quantity, price),
      ),
    );
    expect(cash).toBe(value);

    const taken = new Map<string, string>();
    for (const { quote, side, quantity, price, liquidity } of fills) {
      if (!quote) continue;
      const tick = lab.ticks.find(({ source_seq }) => source_seq === quote.source_seq);
      const quoteSide = side === "BUY" ? "ASK" : "BID";
      const best = (side === "BUY" ? tick?.ask : tick?.bid) ?? "";
      const parsed = market.price(best);
      const depth = depthOf(
        model,
        market,
        `sim|AAPL|${quote.source_seq}`,
        quoteSide,
        parsed.ok ? parsed.count : 0,
      );
      const level = depth[quote.level];
      if (liquidity === "TAKER") expect(price).toBe(market.priceText(level?.price ?? 0));
      const key = `${quote.source_seq}|${quoteSide}|${quote.level}`;
      taken.set(key, add(taken.get(key) ?? "0", quantity));
      expect(compare(taken.get(key) ?? "0", market.quantityText(level?.lots ?? 0))).toBeLessThanOrEqual(0);
    }
  });
  fc.assert(property, runs);
});

test("an order_id is an order once: the same again changes nothing", () => {
  const property = fc.property(steps, (all) => {
    const lab = new Lab();
    all.forEach((step) => take(lab, step));
    for (const { order_id } of lab.store.orders()) {
      const before = JSON.stringify(lab.order(order_id));
      const { result, events } = lab.submit({ order_id, price: "100", quantity: "7" });
      expect([result, events]).toEqual([{ order_id, outcome: "duplicate" }, []]);
      expect(JSON.stringify(lab.order(order_id))).toBe(before);
    }
  });
  fc.assert(property, { numRuns: 50 });
});

/** All that waits, in the order of its priority: the numbers themselves mean nothing. */
function bookOf({ engine, store, now }: Lab) {
  const waiting = [...engine.records.open.values()]
    .map(viewOf)
    .sort((a, b) => a.priority - b.priority)
    .map((view) => ({ ...view, priority: 0 }));
  const offers = (["BUY", "SELL"] as const).map((side) =>
    offered(engine, side, now).map((offer) => ({ ...offer, priority: 0 })),
  );
  return {
    waiting,
    offers,
    positions: engine.records.positions.views(),
    counters: store.snapshot().counters,
  };
}

test("a venue that was killed after any commit goes on as if it had not been", () => {
  const property = fc.property(steps, fc.nat(), (all, seed) => {
    const calm = new Lab();
    const killed = new Lab();
    all.forEach((step, index) => {
      if ((seed >> (index % 16)) & 1) killed.restart();
      take(calm, step);
      take(killed, step);
    });
    expect(killed.store.events).toEqual(calm.store.events);
    expect(killed.store.fills).toEqual(calm.store.fills);
    killed.restart();
    expect(bookOf(killed)).toEqual(bookOf(calm));
  });
  fc.assert(property, runs);
});
