import { liveStatsOf, type LiveStats } from "../../../../cli/load-test/live";
import { LoadView } from "../../../../cli/load-test/progress";
import { styleFor } from "../../../../cli/ui/style";
import { scenarioNamed, type Scenario } from "../../../../model/load/scenarios";

const plain = styleFor({}, {});
const baseline = scenarioNamed("baseline") as Scenario;
const stats = (change: Partial<LiveStats>): LiveStats => ({
  ...{ done: 0, errors: 0, p95: undefined, dropped: 0, clients: 10 },
  ...change,
});

test("what k6 says of itself is read, whatever else is in it", () => {
  const text = `- name: load_latency{window:0}
  type:
    type: trend
  sample:
    p(95): 99
- name: load_latency
  sample:
    avg: 10.3
    p(95): 19.379562999999997
- name: iterations
  sample:
    count: 765
    rate: 195.9
- name: load_errors
  sample:
    rate: 0.25
- name: vus
  sample:
    value: 3
`;
  expect(liveStatsOf(text)).toEqual({
    done: 765,
    errors: 0.25,
    p95: 19.379562999999997,
    dropped: 0,
    clients: 3,
  });
});

test.each(["", "not: a list", "\tno yaml: [", "42"])("%j is no answer of k6", (text) => {
  expect(liveStatsOf(text)).toBeUndefined();
});

test("a rate is between two looks, the time left from the first answer on", () => {
  const view = new LoadView(baseline);
  expect(view.line(0, plain)).toBe("baseline · getting ready");
  view.see(stats({}), 1000);
  expect(view.line(1000, plain)).toBe("baseline · getting ready");
  view.see(stats({ done: 20, p95: 12.34 }), 3000);
  expect(view.line(3000, plain)).toBe(
    "baseline · 10/s of 10 · p95 12.3 ms · errors 0 % · 10 clients · 1 min left",
  );
  view.see(stats({ done: 30, p95: 15, errors: 0.01, dropped: 3 }), 5000);
  expect(view.line(8000, plain)).toBe(
    "baseline · 5.0/s of 10 · p95 15 ms · errors 1 % · 3 not sent · 10 clients · 55 s left",
  );
  expect(view.line(64_000, plain)).toContain("ending");
});

test("a look that comes late changes no rate", () => {
  const view = new LoadView(baseline);
  view.see(stats({ done: 20 }), 3000);
  view.see(stats({ done: 40 }), 5000);
  view.see(stats({ done: 40 }), 5000);
  expect(view.line(5000, plain)).toContain("10/s of 10");
});
