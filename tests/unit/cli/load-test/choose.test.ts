import { chosenTest } from "../../../../cli/load-test/choose";
import { plannedRequests, totalSeconds } from "../../../../model/load/shape";

test("a scenario comes as it is, with a seed of its own", () => {
  const { scenario, seed, stretched } = chosenTest("normal", {}, () => 0.5);
  expect([scenario.name, totalSeconds(scenario.shape), stretched]).toEqual(["normal", 300, false]);
  expect(seed).toBe(1_073_741_823);
});

test("another length, and a seed that was given", () => {
  const { scenario, seed, stretched } = chosenTest("baseline", { duration: "20s", seed: "42" });
  expect([totalSeconds(scenario.shape), plannedRequests(scenario.shape), seed, stretched]).toEqual([
    20,
    200,
    42,
    true,
  ]);
  const spike = chosenTest("spike", { duration: "1m40s", seed: "0" }).scenario;
  expect([totalSeconds(spike.shape), plannedRequests(spike.shape)]).toEqual([100, 80_000]);
});

test.each([undefined, "bse", "__proto__"])(
  "there is no scenario %s, and the problem says which there are",
  (name) => {
    expect(() => chosenTest(name, {})).toThrow(
      expect.objectContaining({
        problems: [
          expect.objectContaining({
            path: "scenario",
            allowed: "smoke, baseline, normal, peak, stress, spike, soak",
            fix: expect.stringContaining("load --list") as string,
          }) as unknown,
        ],
      }),
    );
  },
);

test.each(["", "20", "1s", "1500ms", "25h", "-5m", "soon"])(
  "--duration %j is no length for a test",
  (duration) => {
    expect(() => chosenTest("baseline", { duration })).toThrow(/--duration: is no length[^]*5s to 24h/);
  },
);

test.each(["", "-1", "1.5", "x", "2147483648", "99999999999"])("--seed %j is none", (seed) => {
  expect(() => chosenTest("baseline", { seed })).toThrow(/--seed: is no seed/);
});

test("everything that is wrong is said at once", () => {
  expect(() => chosenTest("bse", { duration: "x", seed: "y" })).toThrow(/3 problems/);
});
