import { DeployView, type StepEvent } from "../../../cli/ui/deploy-view";
import { styleFor } from "../../../cli/ui/style";

const plain = styleFor({}, {});
const CONTAINER = "docker:index/container:Container";

const event = (kind: StepEvent["kind"], op: StepEvent["op"], name: string, type = CONTAINER): StepEvent => ({
  kind,
  op,
  name,
  type,
  urn: `urn:${type}::${name}`,
});

test("a created container: its line says how long it took and how long it was waited for", () => {
  const view = new DeployView(2, 0);
  expect(view.see(event("start", "create", "nats"), 0)).toBeUndefined();
  view.containerStarted("nats", 2000);
  expect(view.see(event("done", "create", "nats"), 7000)).toBe(
    "+ nats: container created in 7.0 s, 5.0 s of it waiting",
  );
  expect(view.changes).toBe("1 created");
});

test("time is waiting only while everything that runs has been started", () => {
  const view = new DeployView(3, 0);
  view.see(event("start", "create", "a"), 1000);
  view.containerStarted("a", 3000);
  view.see(event("start", "create", "b"), 5000);
  view.see(event("done", "create", "a"), 6000);
  view.containerStarted("b", 8000);
  view.see(event("done", "create", "b"), 11_000);
  view.finish(12_000);
  // 0–3 creating, 3–5 waiting for a, 5–8 b is made, 8–11 waiting for b, 11–12 nothing runs.
  expect(view.times).toEqual({ creating: 7000, waiting: 5000 });
});

test("a replacement counts once, and its removal is no change of its own", () => {
  const view = new DeployView(1, 0);
  view.see(event("start", "delete-replaced", "nats"), 0);
  expect(view.see(event("done", "delete-replaced", "nats"), 500)).toBeUndefined();
  view.see(event("start", "create-replacement", "nats"), 500);
  expect(view.see(event("done", "create-replacement", "nats"), 1000)).toBe(
    "+ nats: container created anew in 0.5 s",
  );
  expect(view.changes).toBe("1 replaced");
});

test("what stays as it is says nothing, nor do components and passwords", () => {
  const view = new DeployView(4, 0);
  expect(view.see(event("done", "same", "nats"), 1)).toBeUndefined();
  expect(view.see(event("done", "create", "data", "trade2026:data:DataCore"), 1)).toBeUndefined();
  expect(
    view.see(event("done", "create", "nats-operator", "random:index/randomPassword:RandomPassword"), 1),
  ).toBeUndefined();
  expect(view.changes).toBe("1 created");
  expect(view.lines(1000, plain)).toEqual(["2/4 ready · 1 created · 1.0 s"]);
});

test("live lines: what runs, oldest first, cut at eight", () => {
  const view = new DeployView(12, 0);
  for (let index = 0; index < 10; index += 1) view.see(event("start", "create", `s${index}`), index * 1000);
  view.containerStarted("s1", 4000);
  const lines = view.lines(10_000, plain);
  expect(lines[0]).toBe("0/12 ready · 9 in work · 1 waited for · 10 s");
  expect(lines[1]).toBe("  s0                     creating container, 10 s");
  expect(lines[2]).toBe("  s1                     started, waiting until it is ready, 6.0 s");
  expect(lines).toHaveLength(10);
  expect(lines.at(-1)).toBe("  and 2 more");
});

test("a log hears of what takes long", () => {
  const view = new DeployView(2, 0);
  view.see(event("start", "create", "slow"), 0);
  view.see(event("start", "delete", "quick"), 9000);
  expect(view.slow(10_000, 10_000)).toBe("… 1 step still running: slow (creating container, 10 s)");
  expect(view.slow(9000, 10_000)).toBeUndefined();
});

test("reading the state back is not yet a resource that is ready", () => {
  const view = new DeployView(1, 0);
  view.see(event("start", "refresh", "nats"), 0);
  expect(view.lines(1000, plain)[1]).toBe("  nats                   reading container, 1.0 s");
  expect(view.see(event("done", "refresh", "nats"), 1000)).toBeUndefined();
  expect(view.lines(1000, plain)).toEqual(["0/1 ready · 1.0 s"]);
});

test("a failed step is named", () => {
  const view = new DeployView(1, 0);
  view.see(event("start", "create", "nats"), 0);
  expect(view.see(event("failed", "create", "nats"), 1)).toBe("✗ nats (container) failed");
});
