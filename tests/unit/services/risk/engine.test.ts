import Big from "big.js";
import { replyOf } from "../../../../services/risk/src/verdict";
import { aFill, anOrder, aWorld, later, NOW, ruleOf, uuid, type World } from "./given";

const passes = undefined;

describe("limits of one order", () => {
  it.each([
    ["order-quantity", { max_order_quantity: "10" }, "10", "11"],
    ["order-value", { max_order_value: "1000" }, "10", "11"],
    ["position", { max_position: "10" }, "10", "11"],
    ["exposure", { max_exposure: "1000" }, "10", "11"],
  ])("%s: at the limit it passes, a lot above it does not", (rule, limits, at, above) => {
    expect(ruleOf(aWorld({ default: limits }).ask(anOrder(1, { quantity: at })))).toBe(passes);
    expect(ruleOf(aWorld({ default: limits }).ask(anOrder(1, { quantity: above })))).toBe(rule);
  });

  it("applies the default limits to symbols that nothing else is said of (5000 AAPL at 190 once passed)", () => {
    const world = aWorld({ default: { max_order_quantity: "1000", max_order_value: "50000" } });
    world.marks.tick("AAPL", "190", NOW, NOW);
    const verdict = world.ask(anOrder(1, { quantity: "5000", price: "190" }));
    expect(replyOf(verdict)).toEqual({
      approved: false,
      reason: "order-quantity: the order's quantity would be 5000, allowed is at most 1000",
      rule: "order-quantity",
      risk_level: "HIGH",
      warnings: [],
    });
    expect(ruleOf(world.ask(anOrder(2, { quantity: "264", price: "190" })))).toBe("order-value");
  });

  it("takes the most specific word on each field, and never lifts a block", () => {
    const world = aWorld({
      default: { max_order_quantity: "10", max_order_value: "5000", blocked_symbols: ["MSFT"] },
      accounts: { alpha: { max_order_quantity: "20", blocked_symbols: [] } },
      symbols: { AAPL: { max_order_quantity: "30", blocked: false }, NVDA: { blocked: true } },
    });
    expect(ruleOf(world.ask(anOrder(1, { quantity: "30" })))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(2, { quantity: "31" })))).toBe("order-quantity");
    expect(ruleOf(world.ask(anOrder(3, { account: "beta", quantity: "30" })))).toBe(passes);
    // the account's word where the symbol has none, the default's where neither has
    world.marks.tick("SPY", "100", NOW, NOW);
    expect(ruleOf(world.ask(anOrder(4, { symbol: "SPY", quantity: "20" })))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(5, { symbol: "SPY", quantity: "21" })))).toBe("order-quantity");
    expect(ruleOf(world.ask(anOrder(6, { symbol: "SPY", account: "beta", quantity: "11" })))).toBe(
      "order-quantity",
    );
    for (const symbol of ["MSFT", "NVDA"])
      expect(ruleOf(world.ask(anOrder(7, { symbol })))).toBe("block-list");
  });

  it.each([
    [{ symbol: "TSLA" }, "TSLA is not traded here"],
    [{ quantity: "1.5" }, "quantity 1.5 of AAPL is no multiple of its lot 1"],
    [{ price: "100.005" }, "price 100.005 of AAPL is no multiple of its tick 0.01"],
    [
      { order_type: "STOP", stop_price: "100.001" } as const,
      "stop_price 100.001 of AAPL is no multiple of its tick 0.01",
    ],
  ])("keeps to the instrument: %j", (more, message) => {
    expect(replyOf(aWorld().ask(anOrder(1, more)))).toMatchObject({ reason: `instrument: ${message}` });
  });

  it.each([
    ["80", passes],
    ["120", passes],
    ["79.99", "price-collar"],
    ["120.01", "price-collar"],
  ])("keeps limits within 20 %% of the last price: %s", (price, rule) => {
    expect(ruleOf(aWorld().ask(anOrder(1, { price })))).toBe(rule);
  });

  it("measures a stop-limit from its stop", () => {
    const order = { order_type: "STOP_LIMIT", stop_price: "150" } as const;
    expect(ruleOf(aWorld().ask(anOrder(1, { ...order, price: "160" })))).toBe(passes);
    expect(ruleOf(aWorld().ask(anOrder(1, { ...order, price: "181" })))).toBe("price-collar");
  });
});

describe("prices", () => {
  it("values a market order at the last price, and a stop at the higher of both (a null price once crashed it)", () => {
    const world = aWorld({ default: { max_order_value: "1000" } });
    expect(ruleOf(world.ask(anOrder(1, { order_type: "MARKET" })))).toBe(passes);
    world.marks.tick("AAPL", "100.01", NOW, NOW);
    expect(ruleOf(world.ask(anOrder(2, { order_type: "MARKET" })))).toBe("order-value");
    const stop = { order_type: "STOP", stop_price: "101", quantity: "9" } as const;
    expect(ruleOf(world.ask(anOrder(3, stop)))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(4, { ...stop, quantity: "10" })))).toBe("order-value");
  });

  it("refuses without a price, and with one that is too old", () => {
    const world = aWorld({ default: { price_max_age_ms: 1000 } });
    expect(replyOf(world.ask(anOrder(1, { symbol: "MSFT" })))).toMatchObject({
      reason: "no-price: no price of MSFT is known",
    });
    expect(ruleOf(world.ask(anOrder(2), NOW + 1000))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(3), NOW + 1001))).toBe("no-price");
  });

  it("takes no price from the future for a fresh one", () => {
    const world = aWorld({ default: { price_max_age_ms: 1000 } });
    world.marks.tick("AAPL", "100", NOW + 3_600_000, NOW);
    expect(ruleOf(world.ask(anOrder(1), NOW + 1001))).toBe("no-price");
  });
});

describe("sums", () => {
  it("counts what it has approved at once: orders of one request against each other", () => {
    const { engine } = aWorld({ default: { max_exposure: "2500" } });
    const orders = [1, 2, 3].map((n) => ({ order: anOrder(n), replaces: false }));
    expect(engine.checkAll(orders, NOW).map(ruleOf)).toEqual([passes, passes, "exposure"]);
  });

  it("counts both sides into the exposure, and each side for itself into the position", () => {
    const world = aWorld({ default: { max_exposure: "2000", max_position: "10" } });
    expect(ruleOf(world.ask(anOrder(1)))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(2)))).toBe("position");
    expect(ruleOf(world.ask(anOrder(3, { side: "SELL" })))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(4, { symbol: "BTCUSDT", quantity: "0.00001", price: "50000" })))).toBe(
      "exposure",
    );
  });

  it("follows the last price with what is held and what is valued by it", () => {
    const world = aWorld({ default: { max_exposure: "3000" } });
    const held = anOrder(1);
    world.ask(held);
    world.fill(held);
    world.ask(anOrder(2, { order_type: "MARKET", quantity: "5" }));
    expect(world.book.account("alpha").exposure(world.marks).toFixed()).toBe("1500");
    world.marks.tick("AAPL", "110", NOW + 1, NOW + 1);
    expect(world.book.account("alpha").exposure(world.marks).toFixed()).toBe("1650");
  });

  it("has the position that the fills made (it once stayed empty)", () => {
    const world = aWorld();
    const order = anOrder(1);
    world.ask(order);
    for (const [n, filled] of [
      [1, "4"],
      [2, "8"],
    ] as const) {
      const after = later(order, n + 1, "PARTIALLY_FILLED", { filled_quantity: filled });
      world.book.confirm(aFill(`f${n}`, order, "4"), after);
      // told again
      world.book.confirm(aFill(`f${n}`, order, "4"), after);
    }
    const holding = world.book.account("alpha").holding("AAPL");
    expect([holding.position.toFixed(), holding.openBuy.toFixed()]).toEqual(["8", "2"]);
    expect(world.book.account("alpha").exposure(world.marks).toFixed()).toBe("1000");
  });

  it("limits open orders and orders in a window", () => {
    const few = aWorld({ default: { max_open_orders: 2 } });
    expect([1, 2, 3].map((n) => ruleOf(few.ask(anOrder(n))))).toEqual([passes, passes, "open-orders"]);
    const slow = aWorld({ default: { order_rate: 2, order_rate_window_ms: 1000 } });
    const at = (n: number, now: number) => ruleOf(slow.ask(anOrder(n), now));
    expect([at(1, NOW), at(2, NOW + 500), at(3, NOW + 999)]).toEqual([passes, passes, "order-rate"]);
    expect([at(4, NOW + 1000), at(5, NOW + 1499), at(6, NOW + 1500)]).toEqual([passes, "order-rate", passes]);
    expect(ruleOf(slow.ask(anOrder(7, { account: "beta" }), NOW + 1500))).toBe(passes);
  });

  it("warns from 80 %", () => {
    const verdict = aWorld({ default: { max_order_value: "1000" } }).ask(anOrder(1, { quantity: "8" }));
    expect(replyOf(verdict)).toMatchObject({
      approved: true,
      risk_level: "HIGH",
      warnings: ["order-value: the order's value would be 800 of 1000"],
    });
  });
});

describe("what reduces", () => {
  function long10(gate?: Parameters<typeof aWorld>[1], limits = {}): World {
    const world = aWorld({ default: limits }, gate);
    const order = anOrder(1);
    world.book.reserve(order, NOW);
    world.fill(order);
    return world;
  }
  const sell = (n: number, quantity: string) => anOrder(n, { side: "SELL", quantity });

  it("is all that passes while REDUCING, up to zero and not through it", () => {
    const world = long10({ state: () => ({ state: "REDUCING", why: "trading is REDUCING" }) });
    expect(ruleOf(world.ask(anOrder(2, { quantity: "1" })))).toBe("trading-state");
    expect(ruleOf(world.ask(sell(3, "11")))).toBe("trading-state");
    expect(ruleOf(world.ask(sell(4, "6")))).toBe(passes);
    expect(ruleOf(world.ask(sell(5, "5")))).toBe("trading-state");
    expect(ruleOf(world.ask(sell(6, "4")))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(7, { symbol: "BTCUSDT", quantity: "1", price: "50000" })))).toBe(
      "trading-state",
    );
  });

  it("passes when a limit is exceeded already", () => {
    const world = long10(undefined, { max_exposure: "500", max_position: "5" });
    expect(ruleOf(world.ask(anOrder(2, { quantity: "1" })))).toBe("position");
    expect(ruleOf(world.ask(sell(3, "10")))).toBe(passes);
    expect(ruleOf(world.ask(sell(4, "1")))).toBe("exposure");
  });

  it("passes after a drawdown, and nothing else until somebody resumes", () => {
    const world = long10(undefined, { max_drawdown: "100" });
    const limit = Big(100);
    expect(world.drawdowns.update("alpha", Big(50), limit, NOW)).toBe(false);
    expect(world.drawdowns.update("alpha", Big("-49.99"), limit, NOW)).toBe(false);
    expect(ruleOf(world.ask(anOrder(2, { quantity: "1" })))).toBe(passes);
    expect(world.drawdowns.update("alpha", Big(-50), limit, NOW)).toBe(true);
    expect(ruleOf(world.ask(anOrder(3, { quantity: "1" })))).toBe("drawdown");
    expect(world.drawdowns.update("alpha", Big(40), limit, NOW)).toBe(false);
    expect(ruleOf(world.ask(anOrder(4, { quantity: "1" })))).toBe("drawdown");
    expect(ruleOf(world.ask(sell(5, "1")))).toBe(passes);
    world.drawdowns.resume();
    expect(ruleOf(world.ask(anOrder(6, { quantity: "1" })))).toBe(passes);
  });

  it("is all that passes while the result of what is held is not known", () => {
    const world = long10();
    world.marks.tick("AAPL", "100", NOW + 30_001, NOW + 30_001);
    expect(ruleOf(world.ask(anOrder(2), NOW + 30_000))).toBe(passes);
    expect(ruleOf(world.ask(anOrder(3), NOW + 30_001))).toBe("drawdown");
    expect(ruleOf(world.ask(sell(4, "10"), NOW + 30_001))).toBe(passes);
  });
});

describe("slices and replaces", () => {
  it("takes slices out of their order, and adds nothing for them", () => {
    const world = aWorld({ default: { max_exposure: "1000", max_open_orders: 1 } });
    world.ask(anOrder(1));
    const slice = (n: number, quantity: string, more = {}) =>
      anOrder(n, { parent_order_id: uuid(1), quantity, ...more });
    expect(ruleOf(world.ask(slice(2, "6")))).toBe(passes);
    expect(ruleOf(world.ask(slice(3, "5")))).toBe("order-quantity");
    expect(ruleOf(world.ask(slice(4, "4", { price: "101" })))).toBe("price-collar");
    expect(ruleOf(world.ask(slice(5, "4", { side: "SELL" })))).toBe("instrument");
    expect(ruleOf(world.ask(slice(6, "4")))).toBe(passes);
    expect(world.book.account("alpha").exposure(world.marks).toFixed()).toBe("1000");
    expect(ruleOf(world.ask(anOrder(7, { parent_order_id: uuid(99) })))).toBe("order-quantity");
    // one is filled, the other ends: what the first took is the position's, the rest is open again
    world.fill(slice(2, "6"));
    world.book.see(later(slice(6, "4"), 2, "CANCELLED"), true);
    const holding = world.book.account("alpha").holding("AAPL");
    expect([holding.position.toFixed(), holding.openBuy.toFixed()]).toEqual(["6", "4"]);
    expect(ruleOf(world.ask(slice(8, "5")))).toBe("order-quantity");
    expect(ruleOf(world.ask(slice(9, "4")))).toBe(passes);
  });

  it("values a replaced order anew, and counts the worse of both until the log decides", () => {
    const world = aWorld({ default: { max_exposure: "2000" } });
    const order = anOrder(1);
    world.ask(order);
    world.book.see(later(order, 2, "SENT"), true);
    const exposure = () => world.book.account("alpha").exposure(world.marks).toFixed();
    expect(ruleOf(world.ask(anOrder(1, { quantity: "21" }), NOW, true))).toBe("exposure");
    expect(ruleOf(world.ask(anOrder(1, { quantity: "20" }), NOW, true))).toBe(passes);
    expect(exposure()).toBe("2000");
    // on its way: told with what it was
    world.book.see(later(order, 3, "PENDING_REPLACE"), false);
    expect(exposure()).toBe("2000");
    world.book.see(later(order, 4, "SENT", { quantity: "20" }), true);
    expect(exposure()).toBe("2000");
    expect(ruleOf(world.ask(anOrder(1, { quantity: "5" }), NOW, true))).toBe(passes);
    expect(exposure()).toBe("2000");
    world.book.see(later(order, 5, "SENT", { quantity: "5" }), true);
    expect(exposure()).toBe("500");
    expect(ruleOf(world.ask(anOrder(9), NOW, true))).toBe("instrument");
  });

  it("does not add an order that is asked for twice, and knows one that is over", () => {
    const world = aWorld({ default: { max_exposure: "1000" } });
    const order = anOrder(1);
    expect([ruleOf(world.ask(order)), ruleOf(world.ask(order))]).toEqual([passes, passes]);
    expect(world.book.account("alpha").exposure(world.marks).toFixed()).toBe("1000");
    world.book.see(later(order, 2, "CANCELLED"), true);
    expect(ruleOf(world.ask(order))).toBe("instrument");
  });
});

test("nothing passes while trading is HALTED, and a trial counts nothing", () => {
  const halted = aWorld({}, { state: () => ({ state: "HALTED", why: "the trading state is not known" }) });
  expect(replyOf(halted.ask(anOrder(1)))).toEqual({
    approved: false,
    reason: "trading-state: the trading state is not known",
    rule: "trading-state",
    risk_level: "CRITICAL",
    warnings: [],
  });
  const world = aWorld();
  world.engine.check({ order: anOrder(1), replaces: false }, NOW, false);
  expect(world.book.orders.size).toBe(0);
});
