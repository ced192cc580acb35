import Big from "big.js";
import { isFinal } from "../../../services/contracts";
import { BTC, ETH } from "./market";
import type { TradingRun } from "./run";
import type { Desk } from "./desk";

/** Cancels, replaces, their races, and the same order sent again. */
export function changeCases(run: TradingRun): void {
  const desk = (): Desk => run.desk("changes");
  const resting = async (quantity = "0.01") =>
    desk().rests({
      ...{ symbol: BTC, side: "BUY", order_type: "LIMIT", quantity },
      price: await run.prices.above(BTC, -500),
    });

  describe("cancel", () => {
    it("is answered with the order that waits for the venue, and ends it", async () => {
      const { order_id } = await resting();
      const { status, body } = await desk().cancel(order_id);
      expect({ status, said: body.status }).toEqual({ status: 202, said: "PENDING_CANCEL" });
      expect(await desk().ends(order_id)).toMatchObject({ status: "CANCELLED", filled_quantity: "0" });
    });
    it("of a filled order is a 409, and the order stays what it is", async () => {
      const before = await desk().done({ symbol: BTC, side: "BUY", order_type: "MARKET", quantity: "0.01" });
      const { status, body } = await desk().cancel(before.order_id);
      expect({ status, error: body.error, order: body.order }).toEqual({
        status: 409,
        error: "final",
        order: before,
      });
      expect(await desk().read(before.order_id)).toEqual(before);
    });
    it("twice at once is one cancel", async () => {
      const { order_id } = await resting();
      const answers = await Promise.all([desk().cancel(order_id), desk().cancel(order_id)]);
      for (const { status } of answers) expect([202, 409]).toContain(status);
      expect(answers.map(({ status }) => status)).toContain(202);
      expect((await desk().ends(order_id)).status).toBe("CANCELLED");
    });
    it("of an order that nobody has sent is a 404", async () => {
      const { status, body } = await desk().cancel("01890000-0000-7000-8000-000000000000");
      expect({ status, error: body.error }).toEqual({ status: 404, error: "order_unknown" });
    });
    it("of a whole account leaves none of it open, and others' alone", async () => {
      const mine = [await resting(), await resting("0.02")];
      const others = await run.desk("other").rests({
        ...{ symbol: BTC, side: "BUY", order_type: "LIMIT", quantity: "0.01" },
        price: await run.prices.above(BTC, -500),
      });
      const { status, body } = await desk().ask<{ readonly requested: number }>(
        "POST",
        "/orders/cancel-all",
        {
          account: desk().account,
        },
      );
      expect({ status, requested: body.requested }).toEqual({ status: 202, requested: mine.length });
      for (const { order_id } of mine) expect((await desk().ends(order_id)).status).toBe("CANCELLED");
      expect((await run.desk("other").read(others.order_id)).status).toBe("SENT");
      await run.desk("other").cancelled(others.order_id);
    });
  });

  describe("replace", () => {
    it("gives it another quantity and price, under the same id", async () => {
      const { order_id } = await resting();
      const price = await run.prices.above(BTC, -600);
      const { status, body } = await desk().replace(order_id, { quantity: "0.02", price });
      expect({ status, said: body.status }).toEqual({ status: 202, said: "PENDING_REPLACE" });
      const after = await desk().becomes(order_id, "SENT");
      expect(after).toMatchObject({
        quantity: "0.02",
        price,
        remaining_quantity: "0.02",
        filled_quantity: "0",
      });
      await desk().cancelled(order_id);
    });
    it("to a price beyond the offer fills it", async () => {
      const { order_id } = await resting();
      expect((await desk().replace(order_id, { price: await run.prices.above(BTC, 50) })).status).toBe(202);
      expect(await desk().ends(order_id)).toMatchObject({ status: "FILLED", filled_quantity: "0.01" });
    });
    it("of a stop price moves the stop", async () => {
      const [before, after] = [await run.prices.above(BTC, 1000), await run.prices.above(BTC, 1200)];
      const { order_id } = await desk().rests({
        ...{ symbol: BTC, side: "BUY", order_type: "STOP", quantity: "0.01", stop_price: before },
      });
      expect((await desk().replace(order_id, { stop_price: after })).status).toBe(202);
      expect(await desk().becomes(order_id, "SENT")).toMatchObject({ stop_price: after, order_type: "STOP" });
      await desk().cancelled(order_id);
    });
    it("with a price of an order that has none is a 400, with nothing a 400", async () => {
      const { order_id } = await desk().rests({
        ...{ symbol: BTC, side: "BUY", order_type: "STOP", quantity: "0.01" },
        stop_price: await run.prices.above(BTC, 1000),
      });
      expect((await desk().replace(order_id, { price: "1000" })).status).toBe(400);
      expect((await desk().replace(order_id, {})).status).toBe(400);
      await desk().cancelled(order_id);
    });
    it("that risk does not allow is a 422, and the order stays what it is", async () => {
      const before = await resting();
      const { status, body } = await desk().replace(before.order_id, { quantity: "100" });
      expect({ status, rule: body.rule }).toEqual({ status: 422, rule: "order-value" });
      expect(await desk().read(before.order_id)).toEqual(before);
      await desk().cancelled(before.order_id);
    });
    it("of a filled order is a 409", async () => {
      const { order_id } = await desk().done({
        symbol: BTC,
        side: "SELL",
        order_type: "MARKET",
        quantity: "0.01",
      });
      const { status, body } = await desk().replace(order_id, { quantity: "0.02" });
      expect({ status, error: body.error }).toEqual({ status: 409, error: "final" });
    });
    it("to less than is filled is a 409", async () => {
      const price = await run.prices.above(ETH, 0);
      const quantity = await run.prices.worth(ETH, 950_000);
      const { order_id } = await desk().accepted({
        ...{ symbol: ETH, side: "BUY", order_type: "LIMIT", quantity, price },
      });
      await desk().reaches(order_id, "filled in part", ({ status }) => status === "PARTIALLY_FILLED");
      const { status, body } = await desk().replace(order_id, { quantity: "0.0001" });
      expect({ status, error: body.error }).toEqual({ status: 409, error: "filled" });
      await desk().cancelled(order_id);
    });
  });

  describe("races", () => {
    const rounds = [1, 2, 3, 4];
    it.each(rounds)("cancel and replace at once: one end, and no more than was asked (%d)", async () => {
      const { order_id } = await resting();
      const price = await run.prices.above(BTC, 30);
      const [cancelled, replaced] = await Promise.all([
        desk().cancel(order_id),
        desk().replace(order_id, { quantity: "0.03", price }),
      ]);
      for (const { status } of [cancelled, replaced]) expect([202, 409]).toContain(status);
      expect([cancelled.status, replaced.status]).toContain(202);
      const end = await desk().ends(order_id);
      expect(["CANCELLED", "FILLED"]).toContain(end.status);
      const filled = (await desk().fills(order_id)).reduce((sum, { quantity }) => sum.plus(quantity), Big(0));
      expect(filled.toFixed()).toBe(end.filled_quantity);
      expect(filled.lte(end.quantity)).toBe(true);
      if (cancelled.status === 202 && replaced.status === 409)
        expect(end).toMatchObject({ quantity: "0.01" });
    });
    it.each(rounds)("a cancel right behind its order ends it one way (%d)", async () => {
      const { order_id } = await desk().accepted({
        ...{ symbol: BTC, side: "BUY", order_type: "LIMIT", quantity: "0.01" },
        price: await run.prices.above(BTC, 30),
      });
      const { status } = await desk().cancel(order_id);
      const end = await desk().ends(order_id);
      expect([202, 409]).toContain(status);
      expect(end.filled_quantity).toBe(end.status === "FILLED" ? "0.01" : "0");
      if (status === 409) expect(end.status).toBe("FILLED");
      expect(["CANCELLED", "FILLED"]).toContain(end.status);
    });
    it("a storm of cancels and replaces leaves no order open", async () => {
      const orders = await Promise.all(Array.from({ length: 8 }, () => resting()));
      const prices = await Promise.all([-700, -100, 30].map((points) => run.prices.above(BTC, points)));
      await Promise.all(
        orders.flatMap(({ order_id }) => [
          ...prices.map((price) => desk().replace(order_id, { price })),
          desk().cancel(order_id),
        ]),
      );
      for (const { order_id } of orders) {
        // a cancel that came first may have been overtaken by nothing: whatever is left is cancelled again
        const end = await desk().cancelled(order_id);
        expect(isFinal(end.status)).toBe(true);
        expect(Big(end.filled_quantity).lte(end.quantity)).toBe(true);
      }
    });
  });

  describe("the same client id", () => {
    const order = { symbol: BTC, side: "BUY", order_type: "MARKET", quantity: "0.01" };
    it("with the same content is the same order, once filled", async () => {
      const client_order_id = desk().nextId();
      const first = await desk().send({ ...order, client_order_id });
      expect(first.status).toBe(201);
      const end = await desk().ends(first.body.order_id);
      // an amount is what it is worth, however it is written
      const again = await desk().send({ ...order, client_order_id, quantity: "0.010" });
      expect({ status: again.status, order: again.body }).toEqual({ status: 200, order: end });
      expect((await desk().all()).filter((each) => each.client_order_id === client_order_id)).toEqual([end]);
    });
    it("ten times at once is one order", async () => {
      const client_order_id = desk().nextId();
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => desk().send({ ...order, client_order_id })),
      );
      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
      expect(new Set(answers.map(({ body }) => body.order_id)).size).toBe(1);
      expect(await desk().ends(answers[0]?.body.order_id ?? "")).toMatchObject({ filled_quantity: "0.01" });
    });
    it("with other content is a 409, and nothing is sent", async () => {
      const client_order_id = desk().nextId();
      const first = await desk().done({ ...order, client_order_id });
      for (const other of [
        { quantity: "0.02" },
        { side: "SELL" },
        { symbol: ETH },
        { time_in_force: "IOC" },
      ]) {
        const { status, body } = await desk().send({ ...order, client_order_id, ...other });
        expect({ other, status, error: body.error }).toEqual({
          ...{ other, status: 409, error: "client_order_id_used" },
        });
      }
      expect((await desk().all()).filter((each) => each.client_order_id === client_order_id)).toEqual([
        first,
      ]);
    });
    it("of another account is another order", async () => {
      const client_order_id = desk().nextId();
      const mine = await desk().done({ ...order, client_order_id });
      const others = await run.desk("other").done({ ...order, client_order_id });
      expect(others.order_id).not.toBe(mine.order_id);
    });
    it("of an order that risk refused is that refusal, not a second try", async () => {
      const client_order_id = desk().nextId();
      const refused = { ...order, quantity: "100", client_order_id };
      const first = await desk().send(refused);
      const again = await desk().send(refused);
      expect([first.status, again.status]).toEqual([422, 200]);
      expect(again.body).toMatchObject({ order_id: first.body.order?.order_id, status: "RISK_REJECTED" });
    });
  });
}
