import { canMove, IllegalTransitionError, orderStatus } from "../../../../services/contracts";
import { amend, move, provenSteps } from "../../../../services/oms/src/domain/moves";
import { orderOf } from "./orders";

const pairs = orderStatus.options.flatMap((from) => orderStatus.options.map((to) => [from, to] as const));
const legal = pairs.filter(([from, to]) => canMove(from, to));
const illegal = pairs.filter(([from, to]) => !canMove(from, to));

it.each(legal)("moves from %s to %s as one version", (from, to) => {
  const order = orderOf({ status: from });
  expect(move(order, [to], {}, 5000)).toEqual({ ...order, status: to, updated_at: 5000, version: 4 });
});

it.each(illegal)("refuses to move from %s to %s, and changes nothing", (from, to) => {
  const order = orderOf({ status: from });
  const before = structuredClone(order);
  expect(() => move(order, [to], { reject_reason: "x" }, 5000)).toThrow(IllegalTransitionError);
  expect(order).toEqual(before);
});

it("refuses the whole way when a step of it is illegal", () => {
  expect(() => move(orderOf({ status: "ACCEPTED" }), ["ROUTING", "FILLED"], {}, 1)).toThrow(
    /ROUTING.*FILLED/,
  );
});

it.each(pairs)(
  "from %s to %s takes only steps of the table, and skips none that a client has to ask for",
  (from, to) => {
    const steps = provenSteps(from, to);
    expect(steps.at(-1)).toBe(to);
    if (canMove(from, to)) expect(steps).toEqual([to]);
    let status = from;
    const walks = steps.every((next) => {
      const may = canMove(status, next);
      status = next;
      return may;
    });
    // what has ended stays so, and nothing gets out of the hands of risk
    if (
      [
        "NEW",
        "PENDING_RISK",
        "RISK_REJECTED",
        "FILLED",
        "CANCELLED",
        "REJECTED",
        "EXPIRED",
        "FAILED",
      ].includes(from)
    )
      expect(walks).toBe(canMove(from, to));
  },
);

it("does not go back in time", () => {
  expect(amend(orderOf({ updated_at: 9000 }), {}, 5000).updated_at).toBe(9000);
});
