import type { Log } from "../../../../services/kit/log";
import type { Valkey } from "../../../../services/kit/valkey";
import { announcementOf } from "../../../../services/risk/src/announcement";
import type { DurableWriter } from "../../../../services/risk/src/durable";
import { STATE_KEY, TradingStateStore } from "../../../../services/risk/src/trading-state";

/** A store that can be taken away. */
function aStore(content?: string) {
  const store = { content: content as string | undefined, reachable: true };
  const assertReachable = (): void => {
    if (!store.reachable) throw new Error("connection lost");
  };
  const valkey = {
    get: async (key: string) => {
      assertReachable();
      expect(key).toBe(STATE_KEY);
      return store.content ?? null;
    },
    set: async (_key: string, value: string) => {
      assertReachable();
      store.content ??= value;
    },
  } as unknown as Valkey;
  const writer = {
    commit: async (write: (client: unknown) => unknown) => {
      assertReachable();
      write({ multi: () => ({ set: (_key: string, value: string) => (store.content = value) }) });
    },
  } as unknown as DurableWriter;
  const time = { now: 0 };
  const log = { error: () => undefined } as unknown as Log;
  const state = new TradingStateStore({ valkey, writer, log, clock: () => time.now });
  return { store, state, time };
}

async function started(isFirst = true, content?: string) {
  const world = aStore(content);
  await world.state.start(isFirst, 5);
  world.state.stop();
  return world;
}

const by = { by: "ann", reason: "test", at: 10 };

test("a first start is ACTIVE; a state that is missing later was lost, and HALTED", async () => {
  expect((await started(true)).state.now().state).toBe("ACTIVE");
  expect((await started(false)).state.now()).toEqual({
    state: "HALTED",
    why: "trading is HALTED, by risk: the trading state was lost",
  });
});

test("what the store has goes before whatever the start is", async () => {
  const content = JSON.stringify({ state: "REDUCING", by: "ann", reason: "x", at: 1, version: 4 });
  expect((await started(true, content)).state.now().state).toBe("REDUCING");
});

test("an answer counts for a second; then the state is not known", async () => {
  const { state, store, time } = await started();
  store.reachable = false;
  time.now = 1000;
  await state.poll();
  expect(state.now().state).toBe("ACTIVE");
  time.now = 1001;
  expect(state.now()).toEqual({ state: "HALTED", why: "the trading state is not known: connection lost" });
  store.reachable = true;
  await state.poll();
  expect(state.now().state).toBe("ACTIVE");
});

test.each([
  ["removed", undefined],
  ["not readable", '{"state":"WHATEVER"}'],
])("a state that is %s while it runs is a halt", async (_, content) => {
  const { state, store, time } = await started();
  store.content = content;
  time.now = 1001;
  await state.poll();
  expect(state.now().state).toBe("HALTED");
});

test("what others write is read", async () => {
  const { state, store, time } = await started();
  store.content = JSON.stringify({ state: "HALTED", by: "bob", reason: "y", at: 6, version: 2 });
  time.now = 200;
  await state.poll();
  expect(state.now().why).toBe("trading is HALTED, by bob: y");
});

test("a halt counts without the store, and is written when it is back; nothing resumes before that", async () => {
  const { state, store, time } = await started();
  store.reachable = false;
  expect(await state.halt({ level: "no-new-orders", ...by })).toBe(false);
  expect([state.now().state, state.durable]).toEqual(["HALTED", false]);
  store.reachable = true;
  await expect(state.resume(by)).rejects.toThrow("not in the store yet");
  time.now = 200;
  await state.poll();
  expect([state.now().state, state.durable]).toEqual(["HALTED", true]);
  expect(JSON.parse(store.content ?? "")).toMatchObject({ state: "HALTED", by: "ann", version: 2 });
  await state.resume({ ...by, at: 11 });
  expect(state.now().state).toBe("ACTIVE");
});

test("a resume that the store does not take changes nothing", async () => {
  const { state, store } = await started();
  await state.halt({ level: "reduce-only", ...by });
  store.reachable = false;
  await expect(state.resume({ ...by, at: 11 })).rejects.toThrow("connection lost");
  expect(state.now().state).toBe("REDUCING");
});

test("what is heard from the bus counts when it is newer, a halt also of the same moment", async () => {
  const { state } = await started();
  await state.halt({ level: "no-new-orders", ...by });
  const [before, after] = [
    { ...by, at: by.at - 1 },
    { ...by, at: by.at + 1 },
  ];
  expect(state.isNewHalt({ level: "no-new-orders", ...by })).toBe(false);
  expect(state.isNewHalt({ level: "flatten", ...by })).toBe(true);
  expect(state.isNewHalt({ level: "flatten", ...before })).toBe(false);
  expect(state.isNewHalt({ level: "no-new-orders", ...after })).toBe(true);
  expect([before, by, after].map((message) => state.isNewResume(message))).toEqual([false, false, true]);
});

test("everybody is told what was decided, with its moment; a first start was decided by nobody", () => {
  const record = { ...by, version: 2 };
  expect(announcementOf({ ...record, state: "REDUCING", level: "reduce-only" })).toEqual({
    subject: "control.trading.halt",
    message: { level: "reduce-only", ...by },
  });
  expect(announcementOf({ ...record, version: 1, state: "HALTED" })).toEqual({
    subject: "control.trading.halt",
    message: { level: "no-new-orders", ...by },
  });
  expect(announcementOf({ ...record, state: "ACTIVE" })).toEqual({
    subject: "control.trading.resume",
    message: by,
  });
  expect(announcementOf({ ...record, version: 1, state: "ACTIVE" })).toBeUndefined();
});
