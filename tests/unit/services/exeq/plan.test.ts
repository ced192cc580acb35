import Big from "big.js";
import fc from "fast-check";
import { isMultipleOf } from "../../../../services/contracts/amounts";
import { cappedShares, lotsOf, shares } from "../../../../services/exeq/src/lots";
import { planOf, PlanError, replan, type Plan } from "../../../../services/exeq/src/plan";
import { parent, START } from "./orders";

const sum = (plan: Plan): string =>
  plan.slices.reduce((all, { quantity }) => all.plus(quantity), Big(plan.unplaced)).toFixed();
const total = (parts: readonly bigint[]): bigint => parts.reduce((all, each) => all + each, 0n);

const durations = fc.integer({ min: 1000, max: 86_400_000 });
const sliceCounts = fc.integer({ min: 2, max: 200 });
const lots = fc.integer({ min: 1, max: 1_000_000 });
const volumes = fc.array(fc.integer({ min: 0, max: 100_000 }).map(String), {
  minLength: 200,
  maxLength: 200,
});

function expectWithinWindow(plan: Plan, duration: number): void {
  for (const { at, quantity } of plan.slices) {
    expect(at).toBeGreaterThanOrEqual(START);
    expect(at).toBeLessThanOrEqual(START + duration);
    expect(isMultipleOf(quantity, "0.0001")).toBe(true);
    expect(Big(quantity).gt(0)).toBe(true);
  }
  const times = plan.slices.map(({ at }) => at);
  expect(times).toEqual([...times].sort((left, right) => left - right));
  expect(plan.slices.map(({ n }) => n)).toEqual(plan.slices.map((_, index) => index));
}

describe("cutting lots", () => {
  test("parts sum to the whole, none farther than a lot from its share", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 50 }),
        (whole, weights) => {
          fc.pre(total(weights) > 0n);
          const parts = shares(whole, weights);
          expect(total(parts)).toBe(whole);
          parts.forEach((part, index) => {
            const exact = Big((whole * (weights[index] ?? 0n)).toString()).div(total(weights).toString());
            expect(exact.minus(part.toString()).abs().lt(1.000001)).toBe(true);
          });
        },
      ),
    );
  });

  test("no part is above its most, and nothing is lost", () => {
    const entries = fc.array(
      fc.tuple(fc.bigInt({ min: 1n, max: 1000n }), fc.bigInt({ min: 0n, max: 1000n })),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 20_000n }), entries, (whole, pairs) => {
        const caps = pairs.map(([, cap]) => cap);
        const { parts, left } = cappedShares(
          whole,
          pairs.map(([weight]) => weight),
          caps,
        );
        parts.forEach((part, index) => expect(part <= (caps[index] ?? 0n)).toBe(true));
        expect(total(parts) + left).toBe(whole);
        // what is left had no room anywhere
        if (left > 0n) expect(total(parts)).toBe(total(caps));
      }),
    );
  });

  test("weights of nothing are refused, and so are parts of lots", () => {
    expect(() => shares(5n, [0n, 0n])).toThrow(RangeError);
    expect(lotsOf("1.5", "1")).toBeUndefined();
    expect(lotsOf("1.5", "0.0001")).toBe(15_000n);
  });
});

describe("TWAP", () => {
  test("exact in lots, in order, within the window", () => {
    fc.assert(
      fc.property(lots, durations, sliceCounts, (count, duration_ms, slices) => {
        const quantity = Big(count).times("0.0001").toFixed();
        const plan = planOf(parent({ quantity, algo: { name: "TWAP", duration_ms, slices } }), undefined);
        expect(sum(plan)).toBe(Big(quantity).toFixed());
        expect(plan.unplaced).toBe("0");
        expectWithinWindow(plan, duration_ms);
        expect(plan.slices).toHaveLength(Math.min(slices, count));
      }),
    );
  });

  test("the same order is cut the same way again", () => {
    const order = parent({ quantity: "10", algo: { name: "TWAP", duration_ms: 60_000, slices: 3 } });
    expect(planOf(order, undefined)).toEqual(planOf(order, undefined));
    expect(planOf(order, undefined).slices).toEqual([
      { n: 0, at: START, quantity: "3.3333", bucket: 0 },
      { n: 1, at: START + 20_000, quantity: "3.3333", bucket: 1 },
      { n: 2, at: START + 40_000, quantity: "3.3334", bucket: 2 },
    ]);
  });

  test("a quantity that is no whole number of lots is refused", () => {
    const algo = { name: "TWAP", duration_ms: 60_000, slices: 3 } as const;
    expect(() => planOf(parent({ quantity: "1.00005", algo }), undefined)).toThrow(/0\.0001/);
    expect(() => planOf(parent({ quantity: "1", symbol: "NOBODY", algo }), undefined)).toThrow(PlanError);
  });
});

describe("VWAP", () => {
  test("no bucket gets more than its share of the volume expected; what has no room is left", () => {
    fc.assert(
      fc.property(
        lots,
        durations,
        sliceCounts,
        volumes,
        fc.integer({ min: 1, max: 100 }),
        (count, duration_ms, slices, expected, percent) => {
          const quantity = Big(count).times("0.0001").toFixed();
          const max_participation = Big(percent).div(100).toFixed();
          const algo = { name: "VWAP", duration_ms, slices, max_participation } as const;
          const plan = planOf(parent({ quantity, algo }), expected.slice(0, slices));
          expect(sum(plan)).toBe(Big(quantity).toFixed());
          expectWithinWindow(plan, duration_ms);
          if (plan.profile === "uniform") return;
          for (const { bucket, quantity: part } of plan.slices) {
            expect(
              Big(expected[bucket] ?? 0)
                .times(max_participation)
                .gte(part),
            ).toBe(true);
          }
        },
      ),
    );
  });

  test("follows the volume", () => {
    const algo = { name: "VWAP", duration_ms: 4000, slices: 4, max_participation: "1" } as const;
    const plan = planOf(parent({ quantity: "10", algo }), ["10", "40", "0", "50"]);
    expect(plan.slices.map(({ quantity, bucket }) => [bucket, quantity])).toEqual([
      [0, "1"],
      [1, "4"],
      [3, "5"],
    ]);
    expect(plan.profile).toBe("volume");
  });

  test("without data it is cut as TWAP is, and says so", () => {
    const algo = { name: "VWAP", duration_ms: 4000, slices: 4, max_participation: "0.1" } as const;
    const plan = planOf(parent({ quantity: "8", algo }), undefined);
    expect(plan.profile).toBe("uniform");
    expect(plan.slices.map(({ quantity }) => quantity)).toEqual(["2", "2", "2", "2"]);
  });
});

describe("iceberg", () => {
  test("shows the display quantity, the rest last", () => {
    const plan = planOf(
      parent({ quantity: "10", algo: { name: "ICEBERG", display_quantity: "4" } }),
      undefined,
    );
    expect(plan.slices.map(({ quantity }) => quantity)).toEqual(["4", "4", "2"]);
  });

  test("one of too many slices is refused with the way out", () => {
    const algo = { name: "ICEBERG", display_quantity: "0.0001" } as const;
    expect(() => planOf(parent({ quantity: "10", algo }), undefined)).toThrow(/at most 5000.*display more/);
  });
});

describe("another quantity", () => {
  const algo = { name: "TWAP", duration_ms: 100_000, slices: 10 } as const;

  test("what was begun stays, the rest is exact, and no number is used twice", () => {
    fc.assert(
      fc.property(
        lots,
        lots,
        fc.integer({ min: 0, max: 10 }),
        fc.integer({ min: 0, max: 120_000 }),
        (was, is, begun, after) => {
          const before = planOf(parent({ quantity: Big(was).times("0.0001").toFixed(), algo }), undefined);
          const next = Math.min(begun, before.slices.length);
          const placed = before.slices
            .slice(0, next)
            .reduce((all, { quantity }) => all.plus(quantity), Big(0));
          const wanted = parent({ quantity: Big(is).times("0.0001").toFixed(), algo });
          if (placed.gt(wanted.quantity)) {
            expect(() => replan(before, wanted, next, START + after)).toThrow(/have been placed already/);
            return;
          }
          const plan = replan(before, wanted, next, START + after);
          expect(plan.slices.slice(0, next)).toEqual(before.slices.slice(0, next));
          expect(sum(plan)).toBe(Big(wanted.quantity).toFixed());
          expect(plan.slices.map(({ n }) => n)).toEqual(plan.slices.map((_, index) => index));
          for (const { at } of plan.slices) {
            expect(at).toBeGreaterThanOrEqual(START);
            expect(at).toBeLessThanOrEqual(START + algo.duration_ms);
          }
        },
      ),
    );
  });

  test("an iceberg goes on with what is left", () => {
    const iceberg = { name: "ICEBERG", display_quantity: "4" } as const;
    const before = planOf(parent({ quantity: "10", algo: iceberg }), undefined);
    const plan = replan(before, parent({ quantity: "7", algo: iceberg }), 1, START);
    expect(plan.slices.map(({ n, quantity }) => [n, quantity])).toEqual([
      [0, "4"],
      [1, "3"],
    ]);
  });
});
