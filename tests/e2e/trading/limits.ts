import { until } from "../../harness/docker";
import type { Refused, Reply } from "./api";
import { BTC, SOL, XRP } from "./market";
import type { TradingRun } from "./run";
import type { Desk, Wanted } from "./desk";

type Limits = Readonly<Record<string, unknown>>;
interface Book {
  readonly version: number;
  readonly default: Limits;
  readonly accounts: Readonly<Record<string, Limits>>;
  readonly symbols: Readonly<Record<string, Limits>>;
}

/** Each limit refuses what is beyond it, says which it was, and lets pass what is within. */
export function limitCases(run: TradingRun): void {
  const desk = (): Desk => run.desk("limits");
  const book = async (): Promise<Book> => (await run.users.viewer.ask<Book>("GET", "/risk/limits")).body;
  const put = async (scope: string, limits: Limits, version?: number): Promise<Reply<Book & Refused>> =>
    run.users.admin.ask<Book & Refused>(
      "PUT",
      `/risk/limits/${scope}`,
      { limits, reason: `end-to-end test ${run.id}` },
      { "if-match": `"${version ?? (await book()).version}"` },
    );
  /** While `work` runs; then the scope has what it had before. */
  async function limited(scope: string, limits: Limits, work: () => Promise<void>): Promise<void> {
    const before = await book();
    const [kind = "", key = ""] = scope.split("/");
    const own = kind === "symbols" ? before.symbols[key] : before.accounts[key];
    const back = kind === "default" ? before.default : (own ?? {});
    expect((await put(scope, kind === "default" ? { ...before.default, ...limits } : limits)).status).toBe(
      200,
    );
    try {
      await work();
    } finally {
      expect((await put(scope, back)).status).toBe(200);
    }
  }
  const ofAccount = (limits: Limits, work: () => Promise<void>): Promise<void> =>
    limited(`accounts/${desk().account}`, limits, work);
  const market: Wanted = { symbol: BTC, side: "BUY", quantity: "0.01", order_type: "MARKET" };
  async function refused(order: Wanted, rule: string, reason: RegExp): Promise<void> {
    const { status, body } = await desk().send(order);
    expect({ status, error: body.error, rule: body.rule, message: body.message }).toEqual({
      ...{ status: 422, error: "risk_rejected", rule },
      message: expect.stringMatching(reason) as string,
    });
    expect(body.order).toMatchObject({ status: "RISK_REJECTED" });
  }
  const passes = async (order: Wanted): Promise<void> =>
    expect(await desk().done(order)).toMatchObject({ status: "FILLED" });

  it("the quantity of an order", () =>
    ofAccount({ max_order_quantity: "0.01" }, async () => {
      await refused({ ...market, quantity: "0.01001" }, "order-quantity", /0\.01001/);
      await passes(market);
    }));
  it("its value", () =>
    ofAccount({ max_order_value: "2000" }, async () => {
      await refused({ ...market, quantity: "0.1" }, "order-value", /2000/);
      await passes(market);
    }));
  it("the position, with what is open; what reduces it passes", () =>
    ofAccount({ max_position: "0.05" }, async () => {
      const price = await run.prices.above(BTC, -500);
      const open = await desk().rests({ ...market, order_type: "LIMIT", price, quantity: "0.02" });
      await refused({ ...market, quantity: "0.04" }, "position", /0\.05/);
      await passes({ ...market, side: "SELL" });
      await desk().cancelled(open.order_id);
    }));
  it("the exposure of the account", () =>
    ofAccount({ max_exposure: "5000" }, async () => {
      await refused({ symbol: SOL, side: "BUY", quantity: "100", order_type: "MARKET" }, "exposure", /5000/);
      await passes({ symbol: SOL, side: "BUY", quantity: "1", order_type: "MARKET" });
    }));
  it("how far a price may lie from the market", () =>
    ofAccount({ price_collar_percent: "2" }, async () => {
      const [far, near] = [await run.prices.above(BTC, -300), await run.prices.above(BTC, 100)];
      await refused({ ...market, order_type: "LIMIT", price: far }, "price-collar", /2 %/);
      await passes({ ...market, order_type: "LIMIT", price: near });
    }));
  it("how many orders are open", () =>
    ofAccount({ max_open_orders: 1 }, async () => {
      const limit = { ...market, order_type: "LIMIT", price: await run.prices.above(BTC, -500) };
      const open = await desk().rests(limit);
      await refused(limit, "open-orders", /2 open orders, allowed are 1/);
      await desk().cancelled(open.order_id);
      const next = await desk().rests(limit);
      await desk().cancelled(next.order_id);
    }));
  it("how many orders come within a time", () =>
    ofAccount({ order_rate: 1, order_rate_window_ms: 3_600_000 }, () =>
      refused(market, "order-rate", /1 orders within 3600000 ms/),
    ));
  it("symbols that the account may not trade", () =>
    ofAccount({ blocked_symbols: [XRP] }, async () => {
      await refused({ ...market, symbol: XRP, quantity: "10" }, "block-list", /XRPUSDT is blocked/);
      await passes(market);
    }));
  it("symbols that nobody may trade", () =>
    limited(`symbols/${XRP}`, { blocked: true }, () =>
      refused({ ...market, symbol: XRP, quantity: "10" }, "block-list", /XRPUSDT is blocked/),
    ));
  it("a symbol's word counts before the account's, the account's before the default", () =>
    ofAccount({ max_order_quantity: "20" }, async () => {
      await refused({ ...market, symbol: XRP, quantity: "30" }, "order-quantity", /20/);
      await limited(`symbols/${XRP}`, { max_order_quantity: "40" }, () =>
        passes({ ...market, symbol: XRP, quantity: "30" }),
      );
    }));
  it("the default, for everybody that nothing else is said of", () =>
    limited("default", { max_order_quantity: "9000" }, async () => {
      await refused({ ...market, symbol: XRP, quantity: "9500" }, "order-quantity", /9000/);
    }));
  it.each([
    ["a symbol that nobody trades", { symbol: "DOGEUSDT" }, /DOGEUSDT is not traded here/],
    ["a part of a lot", { quantity: "0.000001" }, /lot/],
    ["a part of a tick", { order_type: "LIMIT", price: "90000.001" }, /tick/],
  ])("%s", (_what, order, reason) => refused({ ...market, ...order }, "instrument", reason));
  it("a price that is too old says nothing", () =>
    ofAccount({ price_max_age_ms: 100 }, async () => {
      const trial = { ...market, account: desk().account };
      const { body } = await until(
        "risk finds the price too old",
        10,
        () =>
          desk().ask<{ readonly approved: boolean; readonly rule?: string; readonly reason?: string }>(
            "POST",
            "/risk/check",
            { ...trial, client_order_id: desk().nextId() },
          ),
        ({ body: reply }) => !reply.approved,
        30,
      );
      expect(body).toMatchObject({
        rule: "no-price",
        reason: expect.stringMatching(/allowed are 100/) as string,
      });
    }));
  it("limits are changed by who has seen them, and each change is recorded", async () => {
    const { version } = await book();
    const { status, body } = await put(`accounts/${desk().account}`, {}, version - 1);
    expect({ status, error: body.error }).toEqual({ status: 412, error: "version_changed" });
    const { body: history } = await run.users.viewer.ask<
      readonly { readonly by: string; readonly reason: string }[]
    >("GET", "/risk/limits/history?limit=1");
    expect(history).toMatchObject([
      { by: run.users.admin.name, reason: expect.stringContaining(run.id) as string },
    ]);
  });
  it("a refusal is an alert of its account", async () => {
    const { body } = await desk().ask<readonly { readonly account?: string; readonly rule: string }[]>(
      "GET",
      "/risk/alerts?limit=1000",
    );
    const rules = new Set(body.filter(({ account }) => account === desk().account).map(({ rule }) => rule));
    expect([...rules]).toEqual(expect.arrayContaining(["order-quantity", "exposure", "block-list"]));
  });
}
