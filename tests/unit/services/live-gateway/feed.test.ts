import fc from "fast-check";
import { phasesOf } from "../../../../services/live-gateway/src/feed";
import { closingOrder, uuidOf } from "../../../../services/live-gateway/src/enforcer";
import { order as orderSchema } from "../../../../services/contracts/order";
import { readArguments } from "../../../../services/live-gateway/src/control";
import type { VenueEvent } from "../../../../services/live-gateway/src/venues/venue";

const kinds = fc.constantFrom("accepted" as const, "fill" as const, "cancelled" as const);
const eventsOf = (told: readonly (readonly [number, "accepted" | "fill" | "cancelled"])[]): VenueEvent[] =>
  told.map(([orderNumber, kind], index) => {
    const base = {
      seq: index + 1,
      report_id: `v:${index + 1}`,
      order_id: `o${orderNumber}`,
      symbol: "AAPL",
      timestamp: 0,
    };
    const fill = {
      fill_id: `f${index}`,
      quantity: "1",
      price: "1",
      commission: "0",
      liquidity: "MAKER",
    } as const;
    return kind === "fill" ? { ...base, kind, side: "BUY", account: "a", fill } : { ...base, kind };
  });

test("phases are of one subject each, lose nothing, and keep each order's events in their order", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), kinds), { maxLength: 60 }), (told) => {
      const events = eventsOf(told);
      const phases = phasesOf(events);
      for (const phase of phases) expect(new Set(phase.map(({ kind }) => kind === "fill")).size).toBe(1);
      const flat = phases.flat();
      expect(flat.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(events.map(({ seq }) => seq));
      for (const id of new Set(events.map(({ order_id }) => order_id))) {
        const of = (all: readonly VenueEvent[]) =>
          all.filter(({ order_id }) => order_id === id).map(({ seq }) => seq);
        expect(of(flat)).toEqual(of(events));
      }
    }),
  );
});

test("a batch of accepted and filled orders is two messages, not one for each event", () => {
  const told = Array.from(
    { length: 100 },
    (_, index) => [index >> 1, index % 2 ? "fill" : "accepted"] as const,
  );
  expect(phasesOf(eventsOf(told))).toHaveLength(2);
});

describe("the order that closes a position", () => {
  const position = { account: "a", symbol: "ETHUSDT", quantity: "-1.23456" };

  test("is the contracts' own, of whole lots, and the same whenever it is made again", () => {
    const made = closingOrder("prism", position, 1000, 0, 5);
    expect(orderSchema.parse(made)).toMatchObject({ side: "BUY", quantity: "1.2345", order_type: "MARKET" });
    expect(closingOrder("prism", position, 1000, 0, 9)?.order_id).toBe(made?.order_id);
    const others = [closingOrder("prism", position, 1001, 0, 5), closingOrder("prism", position, 1000, 1, 5)];
    expect(new Set([made, ...others].map((each) => each?.order_id)).size).toBe(3);
  });

  test("dust is no order", () => {
    expect(closingOrder("prism", { ...position, quantity: "0.00001" }, 1, 0, 1)).toBeUndefined();
    expect(uuidOf("x")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe("the operator's words", () => {
  test("are read", () => {
    expect(readArguments(["halt", "--level", "flatten", "--reason", "runaway"])).toEqual({
      command: "halt",
      level: "flatten",
      reason: "runaway",
      by: "operator",
    });
    expect(readArguments(["state"])).toEqual({ command: "state" });
  });

  test.each([
    [[]],
    [["halt"]],
    [["halt", "--level", "all", "--reason", "x"]],
    [["resume"]],
    [["state", "--nonsense"]],
  ])("%j is answered with how it is said", (args) =>
    expect(() => readArguments(args)).toThrow(/usage: node main\.js control halt/),
  );
});
