import { Health, isServing } from "../../../../services/kit";

const fresh = (checkTimeoutMs = 1000) => new Health({ reportAgeMs: 0, checkTimeoutMs });
const fails = (message: string) => () => {
  throw new Error(message);
};

test("starting, running, draining", async () => {
  const health = fresh();
  expect((await health.ready()).status).toBe("unavailable");
  health.markRunning();
  expect(await health.ready()).toEqual({ status: "ok", checks: {} });
  health.markDraining();
  expect((await health.ready()).status).toBe("draining");
  expect(health.draining).toBe(true);
});

test("a required check decides, an optional one degrades, and each is named", async () => {
  const health = fresh();
  health.markRunning();
  let nats: string | undefined;
  health.addReadiness({
    name: "nats",
    check: async () => (nats ? Promise.reject(new Error(nats)) : undefined),
  });
  health.addReadiness({ name: "cache", check: fails("cold"), required: false });
  expect(await health.ready()).toEqual({
    status: "degraded",
    checks: { nats: { status: "ok" }, cache: { status: "failed", error: "cold" } },
  });
  nats = "not connected";
  const report = await health.ready();
  expect(report.status).toBe("unavailable");
  expect(report.checks["nats"]).toEqual({ status: "failed", error: "not connected" });
  nats = undefined;
  expect((await health.ready()).status).toBe("degraded");
});

test("a check that does not answer fails in time", async () => {
  const health = fresh(30);
  health.markRunning();
  health.addReadiness({ name: "slow", check: () => new Promise(() => undefined) });
  const started = performance.now();
  const { checks } = await health.ready();
  expect(checks["slow"]).toEqual({ status: "failed", error: "no answer within 30 ms" });
  expect(performance.now() - started).toBeLessThan(1000);
});

test("a report is shared for a while: a thousand questions ask the store once", async () => {
  const health = new Health({ reportAgeMs: 60_000 });
  health.markRunning();
  let asked = 0;
  health.addReadiness({ name: "store", check: () => void asked++ });
  await Promise.all(Array.from({ length: 1000 }, () => health.ready()));
  await health.ready();
  expect(asked).toBe(1);
});

test("liveness has its own checks, which readiness does not touch", async () => {
  const health = fresh();
  health.markRunning();
  health.addReadiness({ name: "store", check: fails("down") });
  expect((await health.live()).status).toBe("ok");
  health.addLiveness({ name: "worker", check: fails("stuck") });
  expect(await health.live()).toEqual({
    status: "unavailable",
    checks: { worker: { status: "failed", error: "stuck" } },
  });
});

test("names are unique", () => {
  const health = fresh();
  health.addReadiness({ name: "nats", check: () => undefined });
  expect(() => health.addReadiness({ name: "nats", check: () => undefined })).toThrow(
    '"nats" exists already',
  );
});

test("who is sent work", () => {
  expect((["ok", "degraded", "unavailable", "draining"] as const).map(isServing)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
