import Big from "big.js";
import fc from "fast-check";
import { isFinal, type Fill, type Order } from "../../../../services/contracts";
import { Book } from "../../../../services/risk/src/book";
import { Marks } from "../../../../services/risk/src/marks";
import { aFill, anOrder, later, NOW, uuid } from "./given";

type Event =
  | { readonly kind: "reserve"; readonly order: Order }
  | { readonly kind: "see"; readonly order: Order }
  | { readonly kind: "confirm"; readonly order: Order; readonly fill: Fill }
  | { readonly kind: "tick"; readonly symbol: string; readonly price: string };

const plan = fc.record({
  symbol: fc.constantFrom("AAPL", "MSFT"),
  account: fc.constantFrom("alpha", "beta"),
  side: fc.constantFrom("BUY" as const, "SELL" as const),
  market: fc.boolean(),
  price: fc.integer({ min: 50, max: 150 }).map(String),
  fills: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
  rest: fc.integer({ min: 0, max: 5 }),
  end: fc.constantFrom("open", "CANCELLED", "REJECTED", "replaced"),
  parent: fc.boolean(),
});

/** What an order's life puts into the two streams. */
function life(n: number, given: typeof plan extends fc.Arbitrary<infer Plan> ? Plan : never, parent?: Order) {
  const total = given.fills.reduce((sum, quantity) => sum + quantity, given.rest);
  const order = anOrder(n, {
    symbol: parent?.symbol ?? given.symbol,
    account: parent?.account ?? given.account,
    side: parent?.side ?? given.side,
    quantity: String(Math.max(1, total)),
    ...(given.market ? { order_type: "MARKET" as const } : { price: given.price }),
    ...(parent ? { parent_order_id: parent.order_id } : {}),
  });
  const orders: Order[] = [later(order, 1, "ACCEPTED")];
  const fills: { readonly order: Order; readonly fill: Fill }[] = [];
  if (given.end === "REJECTED") return { order, orders: [...orders, later(order, 2, "REJECTED")], fills };
  let version = 2;
  orders.push(later(order, version, "SENT"));
  let filled = 0;
  for (const [index, quantity] of given.fills.entries()) {
    filled += quantity;
    const whole = filled === Number(order.quantity);
    const after = later(order, ++version, whole ? "FILLED" : "PARTIALLY_FILLED", {
      filled_quantity: String(filled),
    });
    fills.push({ order: after, fill: aFill(`f${n}-${index}`, order, String(quantity), given.price) });
  }
  if (filled === Number(order.quantity)) return { order, orders, fills };
  const now = { filled_quantity: String(filled) };
  if (given.end === "CANCELLED") orders.push(later(order, version + 1, "CANCELLED", now));
  if (given.end === "replaced") {
    const quantity = String(Number(order.quantity) + 3);
    orders.push(later(order, version + 1, "SENT", { ...now, quantity }));
  }
  return { order, orders, fills };
}

/** Every sum anew, from all that has happened. */
function fromScratch(events: readonly Event[]) {
  const newest = new Map<string, Order>();
  const fills = new Map<string, Fill>();
  const marks = new Map<string, Big>();
  for (const event of events) {
    if (event.kind === "tick") {
      marks.set(event.symbol, Big(event.price));
      continue;
    }
    const { order } = event;
    const known = newest.get(order.order_id);
    const version = event.kind === "reserve" ? 0 : order.version;
    if (!known || known.version < version) newest.set(order.order_id, { ...order, version });
    if (event.kind === "confirm" && !fills.has(event.fill.fill_id)) fills.set(event.fill.fill_id, event.fill);
  }
  const position = new Map<string, Big>();
  const worth = new Map<string, Big>();
  const last = new Map<string, Big>();
  const key = (one: { readonly account: string; readonly symbol: string }) => `${one.account} ${one.symbol}`;
  for (const fill of fills.values()) {
    const signed = fill.side === "BUY" ? Big(fill.quantity) : Big(fill.quantity).neg();
    position.set(key(fill), (position.get(key(fill)) ?? Big(0)).plus(signed));
    last.set(key(fill), Big(fill.price));
  }
  const open = (id: string, family: readonly string[]): Big => {
    const order = newest.get(id);
    if (!order) return Big(0);
    const confirmed = [...fills.values()]
      .filter(({ order_id }) => family.includes(order_id))
      .reduce((sum, { quantity }) => sum.plus(quantity), Big(0));
    const whole = Big(isFinal(order.status) ? order.filled_quantity : order.quantity);
    return whole.gt(confirmed) ? whole.minus(confirmed) : Big(0);
  };
  for (const [id, order] of newest) {
    if (order.parent_order_id !== undefined) continue;
    const children = [...newest.values()].filter(({ parent_order_id }) => parent_order_id === id);
    const ofChildren = children.reduce((sum, { order_id }) => sum.plus(open(order_id, [order_id])), Big(0));
    const own = open(id, [id, ...children.map(({ order_id }) => order_id)]);
    const quantity = own.gt(ofChildren) ? own : ofChildren;
    const mark = marks.get(order.symbol) ?? last.get(key(order)) ?? Big(0);
    const price = order.price === undefined ? mark : Big(order.price);
    worth.set(key(order), (worth.get(key(order)) ?? Big(0)).plus(quantity.times(price)));
  }
  const exposure = new Map<string, Big>();
  for (const each of new Set([...position.keys(), ...worth.keys()])) {
    const [account = "", symbol = ""] = each.split(" ");
    const mark = marks.get(symbol) ?? last.get(each) ?? Big(0);
    const held = (position.get(each) ?? Big(0)).abs().times(mark);
    exposure.set(account, (exposure.get(account) ?? Big(0)).plus(held).plus(worth.get(each) ?? 0));
  }
  const openOrders = [...newest.values()].filter(
    ({ status, parent_order_id, account }) =>
      account === "alpha" && parent_order_id === undefined && !isFinal(status),
  ).length;
  return { position, exposure, openOrders };
}

const script = fc.array(plan, { minLength: 1, maxLength: 6 }).chain((plans) =>
  fc.record({
    plans: fc.constant(plans),
    // which queue goes next, what is told twice, and prices between
    choices: fc.array(fc.nat(99), { minLength: 120, maxLength: 120 }),
  }),
);

/** Both streams are each in order, and nothing is known of one against the other, except that a parent comes first. */
function* played({ plans, choices }: typeof script extends fc.Arbitrary<infer Script> ? Script : never) {
  let parent: Order | undefined;
  const lives = plans.map((given, index) => {
    const one = life(index + 1, given, given.parent ? parent : undefined);
    if (one.order.parent_order_id === undefined && !given.market) {
      parent = one.order;
    }
    return one;
  });
  for (const { order } of lives) yield { kind: "reserve", order } as const;
  const orders = lives.flatMap((one) => one.orders.map((order) => ({ kind: "see", order }) as const));
  const fills = lives.flatMap((one) => one.fills.map((each) => ({ kind: "confirm", ...each }) as const));
  for (const choice of choices) {
    if (choice < 10)
      yield {
        kind: "tick",
        symbol: choice % 2 === 0 ? "AAPL" : "MSFT",
        price: String(90 + choice),
      } as const;
    const queue = choice % 2 === 0 ? orders : fills;
    const next = queue[0];
    if (!next) continue;
    yield next;
    // sometimes told again
    if (choice % 5 !== 0) queue.shift();
  }
}

test("sums are what they would be if everything were added up anew, after every event", () => {
  fc.assert(
    fc.property(script, (given) => {
      const [book, marks] = [new Book(), new Marks()];
      const events: Event[] = [];
      let now = NOW;
      for (const event of played(given)) {
        events.push(event);
        if (event.kind === "reserve") book.reserve(event.order, NOW);
        else if (event.kind === "see") book.see(event.order, true);
        else if (event.kind === "confirm") book.confirm(event.fill, event.order);
        else marks.tick(event.symbol, event.price, ++now, now);
        const expected = fromScratch(events);
        for (const account of book.accounts.values()) {
          expect(account.exposure(marks).toFixed()).toBe(
            (expected.exposure.get(account.name) ?? Big(0)).toFixed(),
          );
          for (const holding of account.holdings.values())
            expect(holding.position.toFixed()).toBe(
              (expected.position.get(`${account.name} ${holding.symbol}`) ?? Big(0)).toFixed(),
            );
        }
        expect(book.accounts.get("alpha")?.openOrders ?? 0).toBe(expected.openOrders);
      }
    }),
    { numRuns: 150 },
  );
});

test("an approval that the log never shows is dropped after its time, and counted when it comes late", () => {
  const book = new Book();
  const marks = new Marks();
  book.reserve(anOrder(1), NOW);
  book.reserve(anOrder(2), NOW + 100);
  book.see(later(anOrder(2), 1, "ACCEPTED"), true);
  const sums = () => [book.account("alpha").exposure(marks).toFixed(), book.account("alpha").openOrders];
  expect(book.expire(NOW - 1)).toBe(0);
  expect(sums()).toEqual(["2000", 2]);
  expect(book.expire(NOW + 100)).toBe(1);
  expect(sums()).toEqual(["1000", 1]);
  book.see(later(anOrder(1), 1, "ACCEPTED"), true);
  expect(sums()).toEqual(["2000", 2]);
});

test("what comes after an order's end changes nothing", () => {
  const book = new Book();
  const order = anOrder(1);
  book.see(later(order, 3, "CANCELLED"), true);
  expect(book.see(later(order, 2, "SENT"), true)).toBe(false);
  expect(book.order(uuid(1))).toBeUndefined();
  expect(book.account("alpha").openOrders).toBe(0);
});
