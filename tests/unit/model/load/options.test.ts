import { k6Options, clientsOf, windowsOf } from "../../../../model/load/run";
import { SCENARIOS, scenarioNamed, type Scenario } from "../../../../model/load/scenarios";
import { peakRate, stretched, totalSeconds } from "../../../../model/load/shape";
import { expressionOf, thresholdsOf } from "../../../../model/load/thresholds";

const goals = { order: 25, quote: 50, positions: 100 };
const hosts = { "localhost:8443": "10.0.0.2:8443" };
const named = (name: string): Scenario => scenarioNamed(name) as Scenario;
interface Options {
  readonly scenarios: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly thresholds: Readonly<Record<string, readonly unknown[]>>;
}
const options = (scenario: Scenario): Options =>
  k6Options({ scenario, goals, checks: [], hosts }) as unknown as Options;

test("a constant rate is an open model of it", () => {
  expect(options(named("normal")).scenarios).toEqual({
    normal: {
      executor: "constant-arrival-rate",
      rate: 100,
      timeUnit: "1s",
      duration: "5m0s",
      preAllocatedVUs: 20,
      maxVUs: 50,
      gracefulStop: "5s",
    },
  });
});

test("a ramp keeps its stages", () => {
  expect(options(named("spike")).scenarios["spike"]).toMatchObject({
    executor: "ramping-arrival-rate",
    startRate: 0,
    stages: [
      { target: 1000, duration: "10s" },
      { target: 1000, duration: "30s" },
      { target: 0, duration: "10s" },
    ],
  });
});

test("what fails a run: errors, checks, requests that were not sent, and the services' own goals", () => {
  const of = (name: string): readonly string[] =>
    thresholdsOf(named(name), goals).map((threshold) => `${threshold.metric} ${expressionOf(threshold)}`);
  expect(of("normal")).toEqual([
    "http_req_failed rate<=0.001",
    "checks rate>=0.999",
    "dropped_iterations count<=30",
    "http_req_duration{name:order} p(95)<=100",
    "http_req_duration{name:quote} p(95)<=200",
    "http_req_duration{name:positions} p(95)<=400",
  ]);
  expect(of("smoke")).toEqual([
    "http_req_failed rate<=0",
    "checks rate>=1",
    "dropped_iterations count<=0",
    "http_req_duration p(95)<=2000",
  ]);
  expect(options(named("normal")).thresholds["checks"]).toEqual(["rate>=0.999"]);
});

test("only the test for the limit ends when it is passed, and not while it warms up", () => {
  const ends = SCENARIOS.filter(({ limits }) => limits.abortAfter !== undefined).map(({ name }) => name);
  expect(ends).toEqual(["stress"]);
  expect(options(named("stress")).thresholds["http_req_failed"]).toEqual([
    { threshold: "rate<=0.01", abortOnFail: true, delayAbortEval: "30000ms" },
  ]);
});

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) => {
  test("has clients for its rate, and never more than a route lets in", () => {
    const { first, most } = clientsOf(scenario);
    expect(first).toBeGreaterThanOrEqual(Math.min(1000, 0.2 * peakRate(scenario.shape)));
    expect(most).toBeGreaterThanOrEqual(first);
    expect(most).toBeLessThanOrEqual(1000);
  });

  test.each([5, 20, 61, 3600])("is cut into equal parts that k6 tells of, in %d s", (seconds) => {
    const short = { ...scenario, shape: stretched(scenario.shape, seconds) };
    const { count, ms } = windowsOf(short);
    expect(count).toBeLessThanOrEqual(60);
    expect((count * ms) / 1000).toBeCloseTo(totalSeconds(short.shape), 6);
    expect(ms).toBeGreaterThanOrEqual(1000 - 1e-6);
    const { thresholds } = options(short);
    expect(thresholds[`load_latency{window:${count - 1}}`]).toEqual([]);
    expect(thresholds[`load_latency{window:${count}}`]).toBeUndefined();
  });
});
