import fc from "fast-check";
import { SCENARIOS, type Shape } from "../../../../model/load/scenarios";
import { peakRate, plannedRequests, rateAt, stretched, totalSeconds } from "../../../../model/load/shape";

const rate = fc.integer({ min: 0, max: 3000 });
const seconds = fc.integer({ min: 1, max: 600 });
const shapes: fc.Arbitrary<Shape> = fc.oneof(
  fc.record({ kind: fc.constant("constant" as const), rate, duration: seconds.map((s) => `${s}s` as const) }),
  fc.record({
    kind: fc.constant("ramping" as const),
    startRate: rate,
    stages: fc.array(fc.record({ target: rate, duration: seconds.map((s) => `${s}s` as const) }), {
      minLength: 1,
      maxLength: 6,
    }),
  }),
);

const SPIKE: Shape = {
  kind: "ramping",
  startRate: 0,
  stages: [
    { target: 1000, duration: "10s" },
    { target: 1000, duration: "30s" },
    { target: 0, duration: "10s" },
  ],
};

test.each([
  [0, 0],
  [5, 500],
  [10, 1000],
  [25, 1000],
  [45, 500],
  [50, 0],
  [51, 0],
  [-1, 0],
])("a spike's rate at second %d is %d", (second, expected) => {
  expect(rateAt(SPIKE, second)).toBe(expected);
});

test("its requests are the area below its course", () => {
  expect([totalSeconds(SPIKE), peakRate(SPIKE), plannedRequests(SPIKE)]).toEqual([50, 1000, 40_000]);
});

test("at no moment is the rate above the peak, and the requests are the sum of what is sent each moment", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const total = totalSeconds(shape);
      const steps = 2000;
      let sum = 0;
      let highest = 0;
      for (let step = 0; step < steps; step++) {
        const now = rateAt(shape, ((step + 0.5) * total) / steps);
        highest = Math.max(highest, now);
        sum += (now * total) / steps;
      }
      expect(highest).toBeLessThanOrEqual(peakRate(shape) + 1e-6);
      expect(Math.abs(sum - plannedRequests(shape))).toBeLessThanOrEqual(
        1 + (10 / steps) * peakRate(shape) * total,
      );
    }),
    { numRuns: 30 },
  );
});

test("in another time the course is the same one", () => {
  fc.assert(
    fc.property(shapes, seconds, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (shape, time, share) => {
      const other = stretched(shape, time);
      expect(totalSeconds(other)).toBeCloseTo(time, 1);
      expect(peakRate(other)).toBe(peakRate(shape));
      // stages are rounded to milliseconds: a steep one is another rate a moment later
      const slope = (2 * peakRate(shape) * 0.01) / Math.max(0.01, time / totalSeconds(shape));
      const [a, b] = [rateAt(shape, share * totalSeconds(shape)), rateAt(other, share * time)];
      expect(Math.abs(a - b)).toBeLessThanOrEqual(slope + 1e-6);
    }),
    { numRuns: 200 },
  );
});

test("the levels are those of the plan", () => {
  const course = (name: string): readonly [number, number] => {
    const { shape } = SCENARIOS.find((each) => each.name === name) ?? { shape: SPIKE };
    return [peakRate(shape), totalSeconds(shape)];
  };
  expect(SCENARIOS.map(({ name }) => name)).toEqual([
    "smoke",
    "baseline",
    "normal",
    "peak",
    "stress",
    "spike",
    "soak",
  ]);
  expect(["baseline", "normal", "peak", "spike"].map((name) => course(name)[0])).toEqual([
    10, 100, 500, 1000,
  ]);
  expect(course("soak")).toEqual([100, 4 * 3600]);
  expect(course("stress")[0]).toBeGreaterThan(1000);
});
