import fc from "fast-check";
import { killLevel, stateOfLevel, type KillLevel } from "../../../../services/contracts/control";
import {
  halt,
  resume,
  running,
  type KillSwitchState,
} from "../../../../services/live-gateway/src/kill-switch";

const stop = (level: KillLevel, at: number) => ({ level, by: "trader", reason: "test", at });
const go = (at: number) => ({ by: "admin", reason: "over", at });
const strictness = { ACTIVE: 0, REDUCING: 1, HALTED: 2 };

test("each level has its state, and only a later resume ends it", () => {
  for (const level of killLevel.options) {
    const halted = halt(running, stop(level, 100), true);
    expect(halted).toMatchObject({ state: stateOfLevel[level], level, since: 100, announced: false });
    expect(resume(halted, go(100), true)).toBe(halted);
    expect(resume(halted, go(101), true)).toMatchObject({ state: "ACTIVE", level: null, announced: false });
  }
});

test("a further halt never makes trading looser", () => {
  const levels = fc.constantFrom(...killLevel.options);
  fc.assert(
    fc.property(fc.array(fc.tuple(levels, fc.integer({ min: 1, max: 50 })), { minLength: 1 }), (orders) => {
      let state: KillSwitchState = running;
      for (const [level, at] of orders) {
        const next = halt(state, stop(level, at), true);
        expect(strictness[next.state]).toBeGreaterThanOrEqual(strictness[state.state]);
        expect(strictness[next.state]).toBeGreaterThanOrEqual(strictness[stateOfLevel[level]]);
        state = next;
      }
      const asked = orders.map(([level]) => level);
      expect(state.level).toBe([...killLevel.options].reverse().find((level) => asked.includes(level)));
      // the stop keeps its name: orders that flatten for it are called after it
      expect(state.since).toBe(orders[0]?.[1]);
    }),
  );
});

test("no-new-orders and then reduce-only stays halted, and cancels what could grow", () => {
  const state = halt(halt(running, stop("no-new-orders", 1), true), stop("reduce-only", 2), true);
  expect(state).toMatchObject({ state: "HALTED", level: "reduce-only" });
});

test("the same again changes nothing, and a halt of before the last resume is over", () => {
  const halted = halt(running, stop("flatten", 100), true);
  expect(halt(halted, stop("flatten", 120), false)).toBe(halted);
  const resumed = resume(halted, go(200), true);
  expect(halt(resumed, stop("flatten", 150), false)).toBe(resumed);
  expect(resume(resumed, go(300), true)).toBe(resumed);
  expect(halt(resumed, stop("flatten", 200), false).state).toBe("HALTED");
});

test("what was heard from another is not announced again", () => {
  expect(halt(running, stop("flatten", 1), false).announced).toBe(true);
});
