import { createHash } from "node:crypto";
import { Callers } from "../../../../services/status-api/src/callers";
import { parseComponents } from "../../../../services/status-api/src/components";
import { assertWindow } from "../../../../services/status-api/src/maintenance-routes";
import { sampleOf } from "../../../../services/status-api/src/prometheus";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

describe("the answers of Prometheus", () => {
  const one = (metric: object, value: string) => ({ metric, value: [0, value] as [number, string] });

  it("become the signals of each component", () => {
    const { signals, containersMeasured } = sampleOf({
      running: [one({ service: "oms" }, "1"), one({ service: "postgres" }, "0")],
      healthy: [one({ service: "oms" }, "1")],
      probe: [one({ service: "oms" }, "0"), one({}, "1")],
      up: [one({ service: "oms", job: "oms" }, "1"), one({ service: "risk", job: "risk" }, "NaN")],
    });
    expect(containersMeasured).toBe(true);
    expect(Object.fromEntries(signals)).toEqual({
      oms: { running: 1, healthy: 1, probe: 0, up: 1 },
      postgres: { running: 0 },
    });
  });

  it("an exporter's scrape says nothing of its store", () => {
    const { signals, containersMeasured } = sampleOf({
      up: [one({ service: "nats", job: "nats-exporter" }, "0"), one({ service: "opa", job: "opa" }, "0")],
    });
    expect([...signals.keys()]).toEqual(["opa"]);
    expect(containersMeasured).toBe(false);
  });
});

describe("the file of components", () => {
  const component = { name: "oms", title: "Orders", lane: "lowlatency", tier: "P1", capability: "trading" };
  it("is checked, all of it at once", () => {
    expect(parseComponents(JSON.stringify([component]))).toEqual([component]);
    expect(() =>
      parseComponents('[{"name":"","title":"x","lane":"l","tier":"P9","capability":"c"}]'),
    ).toThrow(/\[0\.name\].*\[0\.tier\]/);
    expect(() => parseComponents(JSON.stringify([component, component]))).toThrow("oms is there twice");
    expect(() => parseComponents("{}")).toThrow();
  });
});

describe("credentials of the service's own", () => {
  const callers = new Callers(
    JSON.stringify([
      { id: "web", role: "viewer", sha256: sha256("w") },
      { id: "alertmanager", alerts: true, sha256: sha256("a") },
    ]),
  );
  const verify = callers.verifier((token) => Promise.reject(new Error(`asked of authn: ${token}`)));

  it("are known here; others are asked of authn", async () => {
    await expect(verify("w")).resolves.toEqual({
      subject: "web",
      kind: "service",
      role: "viewer",
      accounts: [],
    });
    await expect(verify("x")).rejects.toThrow("asked of authn: x");
  });

  it("that of alerts is good for alerts, and no other is", async () => {
    await expect(verify("a")).rejects.toMatchObject({ statusCode: 403 });
    expect(() => callers.assertSender("Bearer a")).not.toThrow();
    for (const wrong of [undefined, "Bearer w", "Bearer x", "Basic a", "a", "Bearer "])
      expect(() => callers.assertSender(wrong)).toThrow("Alertmanager");
  });

  it("are refused with every problem, and without a hash in the message", () => {
    expect(() => new Callers("{")).toThrow("is no JSON");
    const wrong = JSON.stringify([
      { id: "", sha256: "SECRET" },
      { id: "x", sha256: sha256("x"), role: "root" },
    ]);
    expect(() => new Callers(wrong)).toThrow(/0\.id.*0\.sha256.*1\.role/);
    expect(() => new Callers(wrong)).not.toThrow(/SECRET/);
  });
});

it("maintenance lies ahead and has a length", () => {
  const now = Date.parse("2026-03-01T10:00:00Z");
  const minutes = (from: number, to: number) => () =>
    assertWindow({ from: now + from * 60_000, to: now + to * 60_000 }, now);
  expect(minutes(0, 60)).not.toThrow();
  expect(minutes(-4, 60)).not.toThrow();
  expect(minutes(-6, 60)).toThrow("in the past");
  expect(minutes(10, 10)).toThrow("ends before it begins");
  expect(() => assertWindow({ from: now, to: Date.parse("9999-12-31T23:59:00-23:59") }, now)).toThrow(
    "after the year 9999",
  );
});
