import Big from "big.js";
import { CircuitBreaker } from "../../../../services/live-gateway/src/breaker";
import { capRefusal, dayOf, defaultCaps, notionalOf } from "../../../../services/live-gateway/src/caps";
import { decide, type Circumstances } from "../../../../services/live-gateway/src/gate";
import { halt, running } from "../../../../services/live-gateway/src/kill-switch";
import { growing, Reducible } from "../../../../services/live-gateway/src/reducing";
import { order, START } from "../exeq/orders";

const limits = { failures: 3, slowMs: 100, openMs: 1000, maxOpenMs: 3000 };

describe("circuit breaker", () => {
  test("opens after failures in a row, lets one probe through, closes with its success", () => {
    let now = 0;
    const breaker = new CircuitBreaker(limits, () => now);
    for (const reason of ["a", "b"]) breaker.failed(reason);
    expect(breaker.state).toBe("closed");
    breaker.succeeded(1);
    for (const reason of ["a", "b", "c"]) breaker.failed(reason);
    expect([breaker.state, breaker.reason, breaker.tryAcquire()]).toEqual(["open", "c", false]);
    now = 1000;
    expect([breaker.state, breaker.tryAcquire(), breaker.tryAcquire()]).toEqual(["half-open", true, false]);
    breaker.succeeded(1);
    expect([breaker.state, breaker.reason, breaker.tryAcquire()]).toEqual(["closed", undefined, true]);
  });

  test("a probe that fails opens it again, longer each time, up to the most", () => {
    let now = 0;
    const breaker = new CircuitBreaker(limits, () => now);
    for (const reason of ["a", "b", "c"]) breaker.failed(reason);
    const waits: number[] = [];
    for (let probe = 0; probe < 3; probe++) {
      const from = now;
      while (breaker.state === "open") now += 100;
      waits.push(now - from);
      expect(breaker.tryAcquire()).toBe(true);
      breaker.failed("still");
    }
    expect(waits).toEqual([1000, 2000, 3000]);
  });

  test("slow answers count as failures", () => {
    const breaker = new CircuitBreaker(limits, () => 0);
    for (let answers = 0; answers < 3; answers++) breaker.succeeded(101);
    expect(breaker.state).toBe("open");
    expect(breaker.reason).toMatch(/101 ms; 100 ms are allowed/);
  });
});

describe("notional", () => {
  test("at the limit; else at the dearer of stop and last price; unknown without any", () => {
    expect(notionalOf(order({ quantity: "2", price: "10" }), "99")?.toFixed()).toBe("20");
    const { price: _price, ...market } = order({ quantity: "2", order_type: "MARKET" });
    expect(notionalOf(market, "7")?.toFixed()).toBe("14");
    expect(notionalOf({ ...market, stop_price: "9" }, "7")?.toFixed()).toBe("18");
    expect(notionalOf({ ...market, stop_price: "5" }, "7")?.toFixed()).toBe("14");
    expect(notionalOf(market, undefined)).toBeUndefined();
  });

  test("the day's cap counts to its last cent, and says what is left", () => {
    const caps = { daily: "100", order: undefined };
    expect(capRefusal(Big("40"), Big("60"), caps)).toBeUndefined();
    expect(capRefusal(Big("40.01"), Big("60"), caps)).toMatch(/40.01, 40.00 of 100 are left/);
    expect(capRefusal(Big("60"), Big(0), { daily: "100", order: "50" })).toMatch(/one may be worth 50/);
    expect(Big(defaultCaps.canary.daily).lt(defaultCaps.live.daily)).toBe(true);
    expect(dayOf(Date.UTC(2026, 0, 1, 23, 59, 59, 999))).toBe("2026-01-01");
  });
});

describe("the gate", () => {
  const circumstances: Circumstances = {
    mode: "paper",
    kill: running,
    venue: { name: "prism", live: false, disabled: undefined },
    caps: { daily: "1000000", order: undefined },
    spentToday: Big(0),
    lastPrice: "2000",
    reducible: "0",
    now: START,
    maxAgeMs: 1000,
  };
  const live = { name: "binance", live: true, disabled: undefined };
  const reasonOf = (about: Partial<Circumstances>, values = {}) => {
    const decision = decide(order({ quantity: "1", ...values }), { ...circumstances, ...about });
    return decision.send ? "sent" : decision.reason;
  };
  const halted = (level: "no-new-orders" | "reduce-only" | "flatten") =>
    halt(running, { level, by: "t", reason: "why", at: 1 }, true);

  test.each([
    ["nothing against it", {}, "sent"],
    ["an unknown venue", { venue: undefined }, "no venue prism here"],
    ["a live venue in paper mode", { venue: live }, "trading mode paper: orders do not go to binance"],
    ["a live venue in live mode", { venue: live, mode: "live" as const }, "sent"],
    [
      "a disabled one in live mode",
      { venue: { ...live, disabled: "no key" }, mode: "live" as const },
      "venue binance is disabled: no key",
    ],
    ["no new orders", { kill: halted("no-new-orders") }, "kill switch: no-new-orders (why)"],
    ["flatten", { kill: halted("flatten") }, "kill switch: flatten (why)"],
    [
      "reduce-only, opening",
      { kill: halted("reduce-only"), reducible: "0.9" },
      expect.stringContaining("0.9 would reduce"),
    ],
    ["reduce-only, reducing", { kill: halted("reduce-only"), reducible: "1" }, "sent"],
    ["too old", { now: START + 1001 }, "waited 1001 ms for its venue; 1000 ms are allowed"],
    ["old, where age does not count", { now: START + 1001, maxAgeMs: 0 }, "sent"],
    ["over the cap", { spentToday: Big("999999") }, expect.stringContaining("daily notional cap")],
  ])("%s", (_name, about, expected) => {
    expect(reasonOf(about)).toEqual(expected);
  });

  test("in shadow mode an order of a live venue passes as a shadow, also when the venue cannot be used", () => {
    const venue = { ...live, disabled: "no key" };
    expect(decide(order(), { ...circumstances, mode: "shadow", venue })).toMatchObject({
      send: true,
      shadow: true,
    });
    expect(decide(order(), { ...circumstances, mode: "shadow" })).toMatchObject({
      send: true,
      shadow: false,
    });
  });

  test("an order that nobody can value is not sent", () => {
    const { price: _price, ...market } = order({ order_type: "MARKET" });
    expect(decide(market, { ...circumstances, lastPrice: undefined })).toEqual({
      send: false,
      reason: "no price of ETHUSDT is known to value a MARKET order with",
    });
  });
});

describe("reducing", () => {
  const position = { account: "a", symbol: "AAPL", quantity: "10" };
  const open = (order_id: string, side: "BUY" | "SELL", remaining_quantity: string) =>
    ({
      order_id,
      symbol: "AAPL",
      side,
      account: "a",
      quantity: remaining_quantity,
      remaining_quantity,
      status: "ACCEPTED",
    }) as const;
  const sell = { account: "a", symbol: "AAPL", side: "SELL" } as const;

  test("many small orders close no more than is held, and what open orders close already counts", () => {
    const reducible = new Reducible([position], [open("1", "SELL", "3")]);
    expect(reducible.left(sell)).toBe("7");
    reducible.take({ ...sell, quantity: "5" });
    expect(reducible.left(sell)).toBe("2");
    expect(reducible.left({ ...sell, side: "BUY" })).toBe("0");
    expect(reducible.left({ ...sell, account: "b" })).toBe("0");
  });

  test("a short position is reduced by buying", () => {
    const reducible = new Reducible([{ ...position, quantity: "-4" }], []);
    expect(reducible.left({ ...sell, side: "BUY" })).toBe("4");
    expect(reducible.left(sell)).toBe("0");
  });

  test("orders that could make a position grow are found, those that close it stay", () => {
    const orders = [open("1", "BUY", "1"), open("2", "SELL", "6"), open("3", "SELL", "6")];
    expect(growing([position], orders).map(({ order_id }) => order_id)).toEqual(["1", "3"]);
  });
});
