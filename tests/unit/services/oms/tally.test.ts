import Big from "big.js";
import fc from "fast-check";
import type { Fill, Order } from "../../../../services/contracts";
import { order as orderSchema } from "../../../../services/contracts";
import {
  applyFill,
  averagePrice,
  NO_FILLS,
  plus,
  reconcile,
  type Tally,
} from "../../../../services/oms/src/domain/tally";
import { fillOf, orderOf } from "./orders";

function applied(order: Order, tally: Tally, fill: Fill): { order: Order; tally: Tally; late: boolean } {
  const outcome = applyFill(order, tally, fill, 5000, "order");
  if (outcome.kind === "refused") throw new Error(outcome.message);
  return outcome;
}

it("fills 10 by 4, 4 and 2, and not a bit more", () => {
  const first = applied(orderOf(), NO_FILLS, fillOf("4"));
  expect(first.order).toMatchObject({
    status: "PARTIALLY_FILLED",
    filled_quantity: "4",
    remaining_quantity: "6",
  });
  const second = applied(first.order, first.tally, fillOf("4"));
  expect(second.order).toMatchObject({
    status: "PARTIALLY_FILLED",
    filled_quantity: "8",
    remaining_quantity: "2",
  });
  expect(applyFill(second.order, second.tally, fillOf("4"), 1, "order")).toMatchObject({
    kind: "refused",
    reason: "overfill",
  });
  const third = applied(second.order, second.tally, fillOf("2"));
  expect(third.order).toMatchObject({
    status: "FILLED",
    filled_quantity: "10",
    remaining_quantity: "0",
    commission: "0.03",
  });
  expect(applyFill(third.order, third.tally, fillOf("0.000000000000000001"), 1, "order")).toMatchObject({
    reason: "overfill",
  });
});

it("averages exactly: a third is rounded once, at the end", () => {
  const fills = [fillOf("1", { price: "100" }), fillOf("2", { price: "100.000000000000000001" })];
  expect(averagePrice(fills.reduce(plus, NO_FILLS))).toBe("100.000000000000000001");
  const third = [fillOf("1", { price: "1" }), fillOf("2", { price: "2" })].reduce(plus, NO_FILLS);
  expect(averagePrice(third)).toBe("1.666666666666666667");
});

const units = fc.array(fc.bigInt({ min: 1n, max: 10n ** 21n }), { minLength: 1, maxLength: 20 });
const text = (amount: bigint): string => Big(amount.toString()).div("1000000000000000000").toFixed();
const fills = units.chain((quantities) =>
  fc.tuple(
    ...quantities.map((quantity) =>
      fc.record({
        quantity: fc.constant(quantity),
        price: fc.bigInt({ min: 1n, max: 10n ** 23n }),
        commission: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
      }),
    ),
  ),
);

it("is exact for any fills in any order, against integers", () => {
  fc.assert(
    fc.property(fills, fc.bigInt({ min: 0n, max: 10n ** 20n }), (parts, rest) => {
      const total = parts.reduce((sum, { quantity }) => sum + quantity, 0n);
      const first = orderOf({ quantity: text(total + rest), remaining_quantity: text(total + rest) });
      const end = parts.reduce(
        (state, { quantity, price, commission }) =>
          applied(
            state.order,
            state.tally,
            fillOf(text(quantity), { price: text(price), commission: text(commission) }),
          ),
        { order: first, tally: NO_FILLS, late: false },
      );
      const notional = parts.reduce((sum, { quantity, price }) => sum + quantity * price, 0n);
      // half even, by integers: twice the remainder against the divisor
      const [down, left] = [notional / total, (notional % total) * 2n];
      const average = left > total || (left === total && down % 2n === 1n) ? down + 1n : down;
      expect(end.order.average_fill_price).toBe(text(average));
      expect(end.order.filled_quantity).toBe(text(total));
      expect(end.order.remaining_quantity).toBe(text(rest));
      expect(end.order.commission).toBe(text(parts.reduce((sum, { commission }) => sum + commission, 0n)));
      expect(end.order.status).toBe(rest === 0n ? "FILLED" : "PARTIALLY_FILLED");
      expect(end.order.version).toBe(first.version + parts.length);
    }),
  );
});

it("never lets what is left become negative, whatever comes", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 30 }), (quantities) => {
      let state = { order: orderOf(), tally: NO_FILLS };
      for (const quantity of quantities) {
        const outcome = applyFill(state.order, state.tally, fillOf(String(quantity)), 1, "order");
        if (outcome.kind === "applied") state = outcome;
        const { filled_quantity, remaining_quantity } = state.order;
        expect(Number(remaining_quantity)).toBeGreaterThanOrEqual(0);
        expect(Number(filled_quantity) + Number(remaining_quantity)).toBe(10);
        expect(state.order.status === "FILLED").toBe(remaining_quantity === "0");
        expect(orderSchema.safeParse(state.order).success).toBe(true);
      }
    }),
  );
});

it.each([
  ["symbol", { symbol: "MSFT" }],
  ["side", { side: "SELL" }],
  ["account", { account: "a2" }],
] as const)("refuses a fill of another %s", (_what, more) => {
  expect(applyFill(orderOf(), NO_FILLS, fillOf("1", more), 1, "order")).toMatchObject({ reason: "mismatch" });
});

it.each(["ACCEPTED", "ROUTING", "SENT", "PARTIALLY_FILLED", "PENDING_CANCEL", "PENDING_REPLACE"] as const)(
  "counts a fill of an order that is %s",
  (status) => {
    expect(applied(orderOf({ status }), NO_FILLS, fillOf("1")).order.status).toBe("PARTIALLY_FILLED");
    expect(applied(orderOf({ status }), NO_FILLS, fillOf("10")).order.status).toBe("FILLED");
  },
);

it.each(["CANCELLED", "EXPIRED"] as const)(
  "counts a fill of an order that is %s already, which stays so",
  (status) => {
    const late = applied(orderOf({ status }), NO_FILLS, fillOf("4"));
    expect([late.late, late.order.status, late.order.filled_quantity]).toEqual([true, status, "4"]);
  },
);

it.each(["NEW", "PENDING_RISK", "RISK_REJECTED", "REJECTED", "FAILED"] as const)(
  "refuses a fill of an order that is %s",
  (status) => {
    expect(applyFill(orderOf({ status }), NO_FILLS, fillOf("4"), 1, "order")).toMatchObject({
      reason: "illegal",
    });
  },
);

it("leaves a parent waiting for its cancel until it is full", () => {
  const parent = orderOf({ status: "PENDING_CANCEL" });
  expect(applyFill(parent, NO_FILLS, fillOf("4"), 1, "parent")).toMatchObject({
    order: { status: "PENDING_CANCEL", filled_quantity: "4" },
  });
  expect(applyFill(parent, NO_FILLS, fillOf("10"), 1, "parent")).toMatchObject({
    order: { status: "FILLED" },
  });
});

it("brings an order to what its fills say, and leaves one that is right", () => {
  const tally = [fillOf("4"), fillOf("2")].reduce(plus, NO_FILLS);
  const behind = orderOf({ status: "PARTIALLY_FILLED", filled_quantity: "4", remaining_quantity: "6" });
  const mended = reconcile(behind, tally, 5000);
  expect(mended).toMatchObject({
    filled_quantity: "6",
    remaining_quantity: "4",
    commission: "0.02",
    version: 4,
  });
  expect(mended && reconcile(mended, tally, 6000)).toBeUndefined();
  expect(reconcile(orderOf({ quantity: "5" }), tally, 1)).toBeUndefined();
});
