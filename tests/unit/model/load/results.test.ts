import fc from "fast-check";
import {
  failureSentences,
  parseSummary,
  resultsOf,
  withUnit,
  type ResultsInput,
} from "../../../../model/load/results";
import type { Threshold } from "../../../../model/load/thresholds";

const ORDERS: Threshold = {
  ...{ metric: "http_req_duration{name:order}", value: "p(95)", compare: "<=", bound: 100, unit: "ms" },
  title: "95th percentile of POST /api/orders",
};
const DROPPED: Threshold = {
  ...{ metric: "dropped_iterations", value: "count", compare: "<=", bound: 3, unit: "count" },
  title: "requests not sent",
};
const input: ResultsInput = {
  thresholds: [ORDERS, DROPPED],
  names: [
    { name: "order", title: "POST /api/orders" },
    { name: "quote", title: "GET /api/market/quote/…" },
  ],
  windows: { count: 2, ms: 500 },
};

/** As k6 has it: linear between neighbours. */
function percentile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? 0, sorted[Math.ceil(at)] ?? 0];
  return low + (high - low) * (at - Math.floor(at));
}

function trend(values: readonly number[]): Readonly<Record<string, number>> {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    count: sorted.length,
    avg: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    min: sorted[0] ?? 0,
    med: percentile(sorted, 0.5),
    "p(90)": percentile(sorted, 0.9),
    "p(95)": percentile(sorted, 0.95),
    "p(99)": percentile(sorted, 0.99),
    max: sorted.at(-1) ?? 0,
  };
}

type Metrics = Readonly<
  Record<
    string,
    {
      readonly values: Readonly<Record<string, number>>;
      readonly thresholds?: Readonly<Record<string, { readonly ok: boolean }>>;
    }
  >
>;
const summary = (metrics: Metrics): ReturnType<typeof parseSummary> =>
  parseSummary(
    JSON.stringify({ state: { testRunDurationMs: 1234.5 }, metrics, root_group: { checks: [] }, more: true }),
  );

test("percentiles are k6's own, in order, and the parts hold all answers", () => {
  const times = fc.array(fc.double({ min: 0.01, max: 60_000, noNaN: true }), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(times, times, (first, second) => {
      const all = [...first, ...second];
      const { endpoints, parts, requests } = resultsOf(
        summary({
          "http_req_duration{name:order}": { values: trend(all) },
          load_latency: { values: trend(all) },
          "load_latency{window:0}": { values: trend(first) },
          "load_latency{window:1}": { values: trend(second) },
        }),
        input,
      );
      const [order] = endpoints;
      expect(endpoints.map(({ name }) => name)).toEqual(["POST /api/orders"]);
      const { min = 0, med = 0, p90 = 0, p95 = 0, p99 = 0, max = 0 } = order?.latency ?? {};
      const inOrder = [min, med, p90, p95, p99, max];
      expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
      expect([min, max]).toEqual([Math.min(...all), Math.max(...all)]);
      const below = all.filter((value) => value <= p95).length;
      expect(below / all.length).toBeGreaterThanOrEqual(0.95 - 1 / all.length);
      expect(parts.reduce((sum, { rate, from, to }) => sum + rate * (to - from), 0)).toBeCloseTo(requests, 6);
    }),
  );
});

test("a limit is kept or broken as k6 says; what was not measured has not been kept", () => {
  const verdicts = (metrics: Metrics): readonly (readonly [boolean, number | undefined])[] =>
    resultsOf(summary(metrics), input).verdicts.map(({ ok, found }) => [ok, found]);
  const measured = (ok: boolean): Metrics => ({
    "http_req_duration{name:order}": {
      values: { ...trend([150]), count: 1 },
      thresholds: { "p(95)<=100": { ok } },
    },
    dropped_iterations: { values: { count: 2, rate: 1 }, thresholds: { "count<=3": { ok: true } } },
  });
  expect(verdicts(measured(false))).toEqual([
    [false, 150],
    [true, 2],
  ]);
  expect(verdicts(measured(true))[0]).toEqual([true, 150]);
  // k6 counts what it drops only when it drops something
  expect(verdicts({})).toEqual([
    [false, undefined],
    [true, undefined],
  ]);
});

test("what was broken is said with what was found and what is allowed", () => {
  const verdicts = [
    { threshold: ORDERS, found: 150.4, ok: false },
    { threshold: DROPPED, found: 2, ok: true },
    {
      threshold: {
        ...ORDERS,
        metric: "checks",
        compare: ">=",
        unit: "share",
        bound: 0.999,
        title: "answers",
      },
      found: 0.5,
      ok: false,
    },
    { threshold: ORDERS, found: undefined, ok: false },
  ] as const;
  expect(failureSentences({ verdicts })).toEqual([
    "95th percentile of POST /api/orders: 150 ms, allowed at most 100 ms",
    "answers: 50 %, allowed at least 99.9 %",
    "95th percentile of POST /api/orders: not measured, allowed at most 100 ms",
  ]);
});

test("errors are told by status, those that there were", () => {
  const results = resultsOf(
    summary({
      "load_errors{status:503}": { values: { rate: 1, passes: 4, fails: 0 } },
      "load_errors{status:0}": { values: { rate: 1, passes: 1, fails: 0 } },
      "load_errors{status:429}": { values: { rate: 0, passes: 0, fails: 0 } },
      "load_errors{window:1}": { values: { rate: 0.5, passes: 5, fails: 5 } },
    }),
    input,
  );
  expect(results.statuses).toEqual([
    { status: 0, count: 1 },
    { status: 503, count: 4 },
  ]);
  expect(results.parts.map(({ errors }) => errors)).toEqual([0, 5]);
});

test.each([
  [0.001, "share", "0.1 %"],
  [0, "share", "0 %"],
  [1, "share", "100 %"],
  [0.00012345, "share", "0.012 %"],
  [1.234, "ms", "1.23 ms"],
  [12.34, "ms", "12.3 ms"],
  [100, "ms", "100 ms"],
  [1234.5, "ms", "1235 ms"],
  [0, "count", "0"],
  [300, "count", "300"],
] as const)("%d of %s is %s", (value, unit, text) => {
  expect(withUnit(value, unit)).toBe(text);
});

test("something else is no summary", () => {
  expect(() => parseSummary("{}")).toThrow(/k6's summary is not as expected: state/);
});
