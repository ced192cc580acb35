import { TroubleSpotter, type ContainerEvent, type Sighting } from "../../../cli/up/trouble";

const event = (
  action: string,
  attributes: Readonly<Record<string, string>> = {},
  id = "1",
): ContainerEvent => ({
  Action: action,
  Actor: { ID: id, Attributes: { name: "t26-nats", "com.trade2026.role": "service", ...attributes } },
});

const seen = (...events: readonly ContainerEvent[]): readonly (Sighting | undefined)[] => {
  const spotter = new TroubleSpotter("t26");
  return events.map((one) => spotter.see(one));
};

const what = (sighting: Sighting | undefined): string | undefined =>
  sighting?.kind === "trouble" ? sighting.what : undefined;

test("a start is told by the plan's name", () => {
  expect(seen(event("start"))).toEqual([{ kind: "started", name: "nats" }]);
});

test("a service that ends by itself is trouble, whatever its exit code", () => {
  expect(seen(event("die", { exitCode: "1" }))).toEqual([
    {
      kind: "trouble",
      id: "1",
      name: "nats",
      what: "exited with code 1; the engine starts it again",
      again: false,
    },
  ]);
  expect(what(seen(event("die", { exitCode: "0" }))[0])).toBe(
    "exited with code 0; the engine starts it again",
  );
});

test("a job that ends well is none", () => {
  const job = { "com.trade2026.role": "job" };
  expect(seen(event("die", { ...job, exitCode: "0" }))).toEqual([undefined]);
  expect(what(seen(event("die", { ...job, exitCode: "3" }))[0])).toBe("exited with code 3");
});

test("nor is a container that somebody stops, until it is started again", () => {
  const all = seen(
    event("kill"),
    event("die", { exitCode: "143" }),
    event("start"),
    event("die", { exitCode: "1" }),
  );
  expect(all.slice(0, 2)).toEqual([undefined, undefined]);
  expect(what(all[3])).toBe("exited with code 1; the engine starts it again");
});

test("nor is a load test, however it ends", () => {
  const load = { name: "t26-load", "com.trade2026.role": "load" };
  expect(seen(event("start", load), event("die", { ...load, exitCode: "99" }))).toEqual([
    undefined,
    undefined,
  ]);
});

test("a crash loop is told first and then every fifth time", () => {
  const loop = Array.from({ length: 10 }, () => event("die", { exitCode: "2" }));
  const told = seen(...loop).map(what);
  expect(told.map((text) => text !== undefined)).toEqual([
    true,
    false,
    false,
    false,
    true,
    false,
    false,
    false,
    false,
    true,
  ]);
  expect(told[4]).toBe("exited with code 2, 5 times by now");
  expect(seen(...loop).flatMap((one) => (one?.kind === "trouble" ? [one.again] : []))).toEqual([
    false,
    true,
    true,
  ]);
});

test("out of memory is said", () => {
  expect(what(seen(event("oom"), event("die", { exitCode: "137" }))[1])).toBe(
    "ran out of memory and was ended; the engine starts it again",
  );
});

test("unhealthy once, and again only after it was healthy", () => {
  const bad = event("health_status: unhealthy");
  const told = seen(bad, bad, event("health_status: healthy"), bad, event("exec_start: t26 probe")).map(
    (one) => one?.kind,
  );
  expect(told).toEqual(["trouble", undefined, undefined, "trouble", undefined]);
});
