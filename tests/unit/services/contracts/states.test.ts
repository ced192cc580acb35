import fc from "fast-check";
import {
  assertMove,
  canMove,
  IllegalTransitionError,
  isFinal,
  orderStatus,
  orderTransitions,
  type OrderStatus,
} from "../../../../services/contracts";

const all = orderStatus.options;

test("the ways an order may go, written by hand", () => {
  const ways: readonly (readonly OrderStatus[])[] = [
    ["NEW", "PENDING_RISK", "ACCEPTED", "ROUTING", "SENT", "FILLED"],
    ["NEW", "PENDING_RISK", "RISK_REJECTED"],
    ["NEW", "PENDING_RISK", "ACCEPTED", "ROUTING", "SENT", "PARTIALLY_FILLED", "PARTIALLY_FILLED", "FILLED"],
    ["SENT", "PENDING_CANCEL", "CANCELLED"],
    ["SENT", "PENDING_CANCEL", "FILLED"],
    ["PARTIALLY_FILLED", "PENDING_CANCEL", "PARTIALLY_FILLED", "FILLED"],
    ["SENT", "PENDING_REPLACE", "SENT", "FILLED"],
    ["SENT", "PENDING_REPLACE", "PARTIALLY_FILLED"],
    ["SENT", "REJECTED"],
    ["SENT", "EXPIRED"],
    ["ROUTING", "FAILED"],
  ];
  for (const way of ways) {
    way
      .slice(1)
      .forEach((to, index) =>
        expect(`${way[index]}>${to} ${canMove(way[index] ?? to, to)}`).toBe(`${way[index]}>${to} true`),
      );
  }
});

test("what must never happen, written by hand", () => {
  const never: readonly (readonly [OrderStatus, OrderStatus])[] = [
    ["NEW", "SENT"],
    ["NEW", "ACCEPTED"],
    ["PENDING_RISK", "ROUTING"],
    ["RISK_REJECTED", "ACCEPTED"],
    ["ACCEPTED", "FILLED"],
    ["SENT", "NEW"],
    ["PARTIALLY_FILLED", "SENT"],
    ["PARTIALLY_FILLED", "REJECTED"],
    ["FILLED", "CANCELLED"],
    ["CANCELLED", "FILLED"],
    ["EXPIRED", "SENT"],
  ];
  for (const [from, to] of never) {
    expect(`${from}>${to} ${canMove(from, to)}`).toBe(`${from}>${to} false`);
  }
});

test("every state has its row, is reached from NEW, and six are final", () => {
  expect(Object.keys(orderTransitions).sort()).toEqual([...all].sort());
  const reached = new Set<OrderStatus>(["NEW"]);
  for (const state of reached) {
    orderTransitions[state].forEach((next) => reached.add(next));
  }
  expect([...reached].sort()).toEqual([...all].sort());
  expect(all.filter(isFinal).sort()).toEqual([
    "CANCELLED",
    "EXPIRED",
    "FAILED",
    "FILLED",
    "REJECTED",
    "RISK_REJECTED",
  ]);
});

test("from every state some end can be reached", () => {
  const ends = (state: OrderStatus, seen: ReadonlySet<OrderStatus>): boolean =>
    isFinal(state) ||
    orderTransitions[state].some((next) => !seen.has(next) && ends(next, new Set([...seen, state])));
  expect(all.filter((state) => !ends(state, new Set()))).toEqual([]);
});

test("a step is either in the table or an error that says what would be allowed", () => {
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.constantFrom(...all), (from, to) => {
      if (canMove(from, to)) {
        expect(() => assertMove("o-1", from, to)).not.toThrow();
      } else {
        expect(() => assertMove("o-1", from, to)).toThrow(IllegalTransitionError);
      }
    }),
  );
  expect(() => assertMove("o-1", "FILLED", "SENT")).toThrow(
    "order o-1 is FILLED and cannot become SENT; it is final",
  );
  expect(() => assertMove("o-1", "PENDING_RISK", "SENT")).toThrow(
    "it can become ACCEPTED, RISK_REJECTED, CANCELLED, FAILED",
  );
});
