import { phasesOf, type EngineEvent } from "../../bench/timeline";

const at = (seconds: number, what: EngineEvent["what"], name = "a"): EngineEvent => ({
  at: seconds * 1000,
  what,
  name,
});
const phases = (...events: readonly EngineEvent[]): ReturnType<typeof phasesOf> =>
  phasesOf(0, 20_000, events);

it("a command that makes nothing only prepares", () => {
  expect(phases()).toEqual({ preparing: 20, creating: 0, waiting: 0, ending: 0 });
});

it("splits one container's start into making and waiting", () => {
  const events = [at(2, "made", "net"), at(2.5, "created"), at(3.5, "started"), at(9, "healthy")];
  expect(phases(...events)).toEqual({ preparing: 2, creating: 1.5, waiting: 5.5, ending: 11 });
});

it("a container that is slow to start is being made while nobody is waited for", () => {
  expect(phases(at(1, "created"), at(7, "started"), at(8.5, "healthy"))).toMatchObject({
    creating: 6,
    waiting: 1.5,
  });
});

it("one that is created early and started once another is healthy waits", () => {
  const events = [at(1, "created", "a"), at(1.2, "created", "b"), at(1.5, "started", "a")];
  expect(phases(...events, at(6.5, "healthy", "a"), at(6.6, "started", "b"), at(7, "ended", "b"))).toEqual({
    preparing: 1,
    creating: 0.9,
    waiting: 5.1,
    ending: 13,
  });
});

it("taking down makes nothing", () => {
  expect(phases(at(1, "ended", "a"), at(5, "ended", "b"))).toMatchObject({ preparing: 20, creating: 0 });
});

it("pauses between two steps of making are making; longer ones are waiting", () => {
  const first = [
    at(1, "created", "a"),
    at(1.5, "started", "a"),
    at(2.4, "created", "b"),
    at(2.5, "started", "b"),
  ];
  expect(phases(...first, at(6.5, "created", "c"), at(7, "started", "c"))).toMatchObject({
    creating: 2,
    waiting: 4,
  });
});

it("what becomes healthy while others are made takes no time of its own", () => {
  const made = [1, 1.9, 2.8, 3.7].map((second, index) => at(second, "created", `c${index}`));
  expect(phases(...made, at(2, "healthy", "c0"))).toMatchObject({ creating: 2.7, waiting: 0 });
});

it("adds up, whatever the order of the events, and leaves out those of before and after", () => {
  const events = [
    at(9, "healthy"),
    at(3, "started"),
    at(2, "created"),
    { ...at(0, "made"), at: -5 },
    at(30, "ended"),
  ];
  const { preparing, creating, waiting, ending } = phases(...events);
  expect([preparing, creating, waiting, ending]).toEqual([2, 1, 6, 11]);
});
