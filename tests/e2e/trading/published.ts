import Big from "big.js";
import { sessionAt, type Position } from "../../../services/contracts";
import { until } from "../../harness/docker";
import { BTC, SOL } from "./market";
import type { TradingRun } from "./run";
import type { Desk } from "./desk";

/** How the published platform failed, order by order: none of it may come back. */
export function publishedCases(run: TradingRun): void {
  const desk = (): Desk => run.desk("published");
  const market = { symbol: BTC, side: "BUY", quantity: "0.01" };

  describe("what is meant is what is taken", () => {
    it("`type` is another name of order_type, alone or in agreement with it", async () => {
      const alias = await desk().done({ ...market, type: "MARKET" });
      const both = await desk().done({ ...market, type: "MARKET", order_type: "MARKET" });
      for (const order of [alias, both])
        expect(order).toMatchObject({ order_type: "MARKET", status: "FILLED" });
    });
    it.each([
      [
        "type and order_type that disagree",
        { ...market, order_type: "MARKET", type: "LIMIT", price: "90000" },
      ],
      ["no type at all", market],
      ["a lower-case type", { ...market, order_type: "market" }],
      ["a lower-case `type`", { ...market, type: "market" }],
      ["a lower-case side", { ...market, order_type: "MARKET", side: "buy" }],
      ["a lower-case time in force", { ...market, order_type: "MARKET", time_in_force: "day" }],
      ["a lower-case symbol", { ...market, order_type: "MARKET", symbol: "btcusdt" }],
      ["a MARKET order with a price", { ...market, order_type: "MARKET", price: "90000" }],
      ["a LIMIT order without one", { ...market, order_type: "LIMIT" }],
      [
        "a STOP order with a limit price",
        { ...market, order_type: "STOP", stop_price: "90000", price: "90000" },
      ],
      ["a STOP order with a price instead of its stop", { ...market, order_type: "STOP", price: "90000" }],
      ["a STOP_LIMIT order without a stop", { ...market, order_type: "STOP_LIMIT", price: "90000" }],
      ["a quantity that is a number", { ...market, order_type: "MARKET", quantity: 0.01 }],
      ["a quantity of zero", { ...market, order_type: "MARKET", quantity: "0" }],
      ["a negative quantity", { ...market, order_type: "MARKET", quantity: "-1" }],
      ["a quantity with an exponent", { ...market, order_type: "MARKET", quantity: "1e-2" }],
      ["a field that nobody knows", { ...market, order_type: "MARKET", metadata: {} }],
      ["an algorithm that nobody knows", { ...market, order_type: "MARKET", algo: { name: "POV" } }],
    ])("%s is a 400", async (_what, order) => {
      const before = (await desk().all()).length;
      const { status, body } = await desk().send(order);
      expect({ status, error: body.error, said: body.message !== "" }).toMatchObject({
        status: 400,
        said: true,
      });
      expect((await desk().all()).length).toBe(before);
    });
    it("risk's trial reads sides as orders do", async () => {
      const trial = (side: string) =>
        desk().ask<{ readonly approved?: boolean }>("POST", "/risk/check", {
          ...{ ...market, side, order_type: "MARKET" },
          ...{ account: desk().account, client_order_id: desk().nextId() },
        });
      expect((await trial("BUY")).body).toMatchObject({ approved: true });
      expect((await trial("buy")).status).toBe(400);
    });
  });

  it("limits that nobody has set are the defaults, for every symbol", async () => {
    const { open } = sessionAt("US_EQUITY", Date.now());
    const answers = await Promise.all([
      desk().send({ symbol: "AAPL", side: "BUY", quantity: "20000", order_type: "MARKET" }),
      desk().send({ symbol: SOL, side: "BUY", quantity: "20000", order_type: "MARKET" }),
      desk().send({ ...market, quantity: "100", order_type: "MARKET" }),
    ]);
    expect(answers.map(({ status, body }) => [status, body.rule])).toEqual([
      // outside its hours nobody knows a price of it
      [422, open ? "order-quantity" : "no-price"],
      [422, "order-quantity"],
      [422, "order-value"],
    ]);
  });

  it("an order is never filled beyond its quantity, and every fill is told once", async () => {
    const quantity = await run.prices.worth(BTC, 400_000);
    const order = await desk().done({ symbol: BTC, side: "SELL", order_type: "MARKET", quantity });
    const fills = await desk().fills(order.order_id);
    expect(fills.length).toBeGreaterThan(1);
    expect(new Set(fills.map(({ fill_id }) => fill_id)).size).toBe(fills.length);
    expect(fills.reduce((sum, fill) => sum.plus(fill.quantity), Big(0)).toFixed()).toBe(quantity);
    expect(order).toMatchObject({ status: "FILLED", filled_quantity: quantity, remaining_quantity: "0" });
  });

  it("positions are what was filled, at once and everywhere", async () => {
    const orders = await desk().all();
    const held = orders
      .filter(({ symbol }) => symbol === BTC)
      .reduce(
        (sum, { side, filled_quantity }) => sum[side === "BUY" ? "plus" : "minus"](filled_quantity),
        Big(0),
      );
    expect(held.eq(0)).toBe(false);
    for (const path of ["/risk/positions", "/pnl/positions"]) {
      const { body } = await until(
        `${path} shows ${held.toFixed()}`,
        10,
        () => desk().ask<readonly Position[]>("GET", `${path}?account=${desk().account}`),
        ({ body: found }) => found.find(({ symbol }) => symbol === BTC)?.quantity === held.toFixed(),
        50,
      );
      expect(body.map(({ symbol }) => symbol)).toEqual([BTC]);
    }
    const { body } = await desk().ask<readonly { readonly exposure: string }[]>(
      "GET",
      `/risk/exposure?account=${desk().account}`,
    );
    expect(Big(body[0]?.exposure ?? "0").gt(300_000)).toBe(true);
  });
}
