import fc from "fast-check";
import type { FillRecord, OrderRequest } from "../../../../services/prism/src/domain/types";
import type { Lab } from "./lab";

/** Something that the venue is told. */
export type Step =
  | { readonly kind: "tick"; readonly bid: string; readonly ask: string; readonly price: string }
  | { readonly kind: "order"; readonly order: Partial<OrderRequest> }
  | { readonly kind: "cancel"; readonly order_id: string; readonly request_id: string }
  | {
      readonly kind: "replace";
      readonly order_id: string;
      readonly request_id: string;
      readonly quantity?: string;
      readonly price?: string;
    }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "restart" };

/** Few prices and few names, so that orders meet: 99.90 to 100.10. */
const price = fc.integer({ min: 0, max: 20 }).map((cents) => ((9990 + cents) / 100).toFixed(2));
const quantity = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 120 })).map(String);
const order_id = fc.integer({ min: 1, max: 40 }).map((n) => `o${n}`);
const request_id = fc.integer({ min: 1, max: 12 }).map((n) => `r${n}`);
const side = fc.constantFrom("BUY" as const, "SELL" as const);
const account = fc.constantFrom("a", "b");
const whenever = fc.constantFrom("DAY" as const, "GTC" as const, "IOC" as const, "FOK" as const);
const common = { order_id, side, quantity, account };

const limit = fc.record({
  ...common,
  order_type: fc.constant("LIMIT" as const),
  price,
  time_in_force: fc.constantFrom(
    "DAY" as const,
    "GTC" as const,
    "GTC" as const,
    "IOC" as const,
    "FOK" as const,
  ),
});
const market = fc.record({
  ...common,
  order_type: fc.constant("MARKET" as const),
  time_in_force: fc.constantFrom("DAY" as const, "IOC" as const, "FOK" as const),
});
const stop = fc.record({
  ...common,
  order_type: fc.constant("STOP" as const),
  stop_price: price,
  time_in_force: whenever,
});
const stopLimit = fc.record({
  ...common,
  order_type: fc.constant("STOP_LIMIT" as const),
  stop_price: price,
  price,
  time_in_force: whenever,
});

const order = fc
  .oneof({ weight: 6, arbitrary: limit }, { weight: 2, arbitrary: market }, stop, stopLimit)
  .map((each): Step => ({ kind: "order", order: each }));

const tick = fc
  .tuple(
    fc.integer({ min: 9990, max: 10_010 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 0, max: 5 }),
  )
  .map(([bid, spread, trade]): Step => {
    const text = (cents: number) => (cents / 100).toFixed(2);
    return { kind: "tick", bid: text(bid), ask: text(bid + spread), price: text(bid + trade) };
  });

export const steps = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: order },
    { weight: 3, arbitrary: tick },
    fc.record({ kind: fc.constant("cancel" as const), order_id, request_id }),
    fc.record(
      { kind: fc.constant("replace" as const), order_id, request_id, quantity, price },
      { requiredKeys: ["kind", "order_id", "request_id"] },
    ),
    // an hour takes quotes out of date, seven end the session
    fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(1, 1000, 3_600_000, 7 * 3_600_000) }),
    fc.constant({ kind: "restart" } as const),
  ),
  { minLength: 5, maxLength: 60, size: "max" },
);

/** Does a step, as the venue would be told. */
export function take(lab: Lab, step: Step): readonly FillRecord[] {
  switch (step.kind) {
    case "tick":
      return lab.tick(step.bid, step.ask, step.price).fills;
    case "order":
      return lab.submit(step.order).fills;
    case "cancel":
      return lab.act((engine, now) =>
        engine.cancel({ order_id: step.order_id, request_id: step.request_id }, now),
      ).changes.fills;
    case "replace":
      return lab.act((engine, now) => engine.replace(step, now)).changes.fills;
    case "wait":
      lab.now += step.ms;
      return lab.act((engine, now) => engine.expire(now)).changes.fills;
    case "restart":
      lab.restart();
      return [];
  }
}
