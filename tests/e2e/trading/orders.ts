import Big from "big.js";
import { BTC, ETH, SOL } from "./market";
import type { TradingRun } from "./run";
import type { Wanted } from "./desk";

const DAYS = ["DAY", "GTC"] as const;
const AT_ONCE = ["IOC", "FOK"] as const;

/** Every type of order with every time in force, to where it must end. */
export function orderCases(run: TradingRun): void {
  const desk = () => run.desk("orders");
  const small = (more: Wanted): Wanted => ({ symbol: BTC, side: "BUY", quantity: "0.001", ...more });

  describe("MARKET", () => {
    it.each([...DAYS, ...AT_ONCE])("%s is filled at once, without a price", async (time_in_force) => {
      const order = await desk().done(small({ order_type: "MARKET", time_in_force }));
      expect(order).toMatchObject({ status: "FILLED", filled_quantity: "0.001", remaining_quantity: "0" });
      expect(order).not.toHaveProperty("price");
    });
    it("a SELL is filled, too", async () => {
      const order = await desk().done(small({ order_type: "MARKET", side: "SELL" }));
      expect(order).toMatchObject({ side: "SELL", status: "FILLED", time_in_force: "DAY" });
    });
  });

  describe("LIMIT", () => {
    it.each([...DAYS, ...AT_ONCE])(
      "%s beyond the offer is filled, at its price or better",
      async (time_in_force) => {
        const price = await run.prices.above(BTC, 50);
        const order = await desk().done(small({ order_type: "LIMIT", price, time_in_force }));
        expect(order).toMatchObject({ status: "FILLED", price });
        expect(Big(order.average_fill_price ?? "NaN").lte(price)).toBe(true);
      },
    );
    it.each(DAYS)("%s away from the market rests until it is cancelled", async (time_in_force) => {
      const order = await desk().rests(
        small({ order_type: "LIMIT", price: await run.prices.above(BTC, -1000), time_in_force }),
      );
      expect((await desk().cancel(order.order_id)).status).toBe(202);
      expect(await desk().ends(order.order_id)).toMatchObject({ status: "CANCELLED", filled_quantity: "0" });
    });
    it.each(AT_ONCE)("%s away from the market is over at once, unfilled", async (time_in_force) => {
      const order = await desk().done(
        small({ order_type: "LIMIT", price: await run.prices.above(BTC, -1000), time_in_force }),
      );
      expect(["CANCELLED", "EXPIRED"]).toContain(order.status);
      expect(order.filled_quantity).toBe("0");
    });
    it("a FOK that is more than there is gets nothing", async () => {
      const order = await desk().done({
        ...{ symbol: ETH, side: "BUY", order_type: "LIMIT", time_in_force: "FOK" },
        ...{ quantity: await run.prices.worth(ETH, 900_000), price: await run.prices.above(ETH, 0) },
      });
      expect(["CANCELLED", "EXPIRED"]).toContain(order.status);
      expect({ filled: order.filled_quantity, fills: await desk().fills(order.order_id) }).toEqual({
        filled: "0",
        fills: [],
      });
    });
  });

  describe("stops", () => {
    it.each(
      [...DAYS, ...AT_ONCE].flatMap((time_in_force) => [
        ["STOP", time_in_force] as const,
        ["STOP_LIMIT", time_in_force] as const,
      ]),
    )("%s %s waits for its price, and for nothing else", async (order_type, time_in_force) => {
      const stop_price = await run.prices.above(BTC, 1500);
      const limit = order_type === "STOP" ? {} : { price: stop_price };
      const order = await desk().rests(small({ order_type, stop_price, time_in_force, ...limit }));
      // meanwhile the market trades, below the stop
      await desk().done(small({ order_type: "MARKET" }));
      expect(await desk().read(order.order_id)).toMatchObject({
        status: "SENT",
        filled_quantity: "0",
        order_type,
      });
      expect(await desk().cancelled(order.order_id)).toMatchObject({ status: "CANCELLED" });
    });
    it("a trade at their price sets them off: then they are as orders that come at that moment", async () => {
      const stop_price = await run.prices.above(SOL, 4);
      const wanted = { symbol: SOL, side: "BUY", quantity: "1", stop_price };
      const near = { order_type: "STOP_LIMIT", price: await run.prices.above(SOL, 500) };
      const away = { order_type: "STOP_LIMIT", price: await run.prices.above(SOL, -500) };
      const of = (more: Wanted) =>
        Promise.all(
          [...DAYS, ...AT_ONCE].map((time_in_force) =>
            desk().accepted({ ...wanted, ...more, time_in_force }),
          ),
        );
      const [stops, limited, tooLow] = await Promise.all([of({ order_type: "STOP" }), of(near), of(away)]);
      // walks up the book, through the stop
      const walker = run.desk("walk");
      await walker.done({
        ...{ symbol: SOL, side: "BUY", order_type: "MARKET" },
        quantity: await run.prices.worth(SOL, 900_000),
      });
      for (const { order_id, order_type, time_in_force } of [...stops, ...limited])
        expect(await desk().ends(order_id)).toMatchObject({ status: "FILLED", order_type, time_in_force });
      for (const { order_id, time_in_force } of tooLow) {
        const rests = time_in_force === "DAY" || time_in_force === "GTC";
        if (rests)
          expect(await desk().read(order_id)).toMatchObject({ status: "SENT", filled_quantity: "0" });
        const over = rests ? await desk().cancelled(order_id) : await desk().ends(order_id);
        expect(over).toMatchObject({ status: "CANCELLED", filled_quantity: "0", time_in_force });
      }
    });
  });

  describe("more than there is at the touch", () => {
    it("MARKET walks the levels, each fill no better than the one before", async () => {
      const order = await run.desk("walk").done({
        ...{ symbol: ETH, side: "BUY", order_type: "MARKET" },
        quantity: await run.prices.worth(ETH, 600_000),
      });
      const fills = await run.desk("walk").fills(order.order_id);
      expect(new Set(fills.map(({ price }) => price)).size).toBeGreaterThan(1);
      for (const [index, { price }] of fills.entries())
        expect(Big(price).gte(fills[index - 1]?.price ?? "0")).toBe(true);
      expect(order.status).toBe("FILLED");
    });
    it("LIMIT at the touch is filled in part, and the rest stands at its price", async () => {
      const walker = run.desk("walk");
      const price = await run.prices.above(BTC, 0);
      const quantity = await run.prices.worth(BTC, 950_000);
      const { order_id } = await walker.accepted({
        symbol: BTC,
        side: "BUY",
        order_type: "LIMIT",
        quantity,
        price,
      });
      const part = await walker.reaches(order_id, "filled in part", (each) => each.filled_quantity !== "0");
      expect(part.status).toBe("PARTIALLY_FILLED");
      expect(Big(part.filled_quantity).plus(part.remaining_quantity).eq(quantity)).toBe(true);
      const end = await walker.cancelled(order_id);
      expect(end.status).toBe("CANCELLED");
      const fills = await walker.fills(order_id);
      for (const fill of fills) expect(Big(fill.price).lte(price)).toBe(true);
      expect(fills.reduce((sum, fill) => sum.plus(fill.quantity), Big(0)).toFixed()).toBe(
        end.filled_quantity,
      );
      expect(Big(end.filled_quantity).lt(quantity)).toBe(true);
    });
  });
}
