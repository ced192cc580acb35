import { alertMessage, firingsOf, publicTitle } from "../../../../services/status-api/src/alert-message";
import { firingId } from "../../../../services/status-api/src/alerts";

const titles = new Map([["oms", "Orders"]]);
const alert = (more: object = {}): object => ({
  status: "firing",
  labels: { alertname: "ServiceDown", severity: "critical", service: "oms", instance: "172.21.0.5:8099" },
  annotations: { summary: "Orders do not answer", description: "http://172.21.0.5:8099/health/ready" },
  startsAt: "2026-03-01T10:00:00.123456789Z",
  endsAt: "0001-01-01T00:00:00Z",
  generatorURL: "http://prometheus:9090/graph",
  fingerprint: "c0ffee",
  ...more,
});
const read = (...alerts: readonly object[]) =>
  firingsOf(
    alertMessage.parse({ version: "4", groupKey: "{}", status: "firing", receiver: "status", alerts }),
    titles,
  );
const start = Date.parse("2026-03-01T10:00:00.123Z");

it("takes component, start and summary of an alert, and nothing else", () => {
  expect(read(alert())).toEqual([
    {
      id: firingId("c0ffee", start),
      fingerprint: "c0ffee",
      startsAt: start,
      title: "Orders do not answer",
      impact: "down",
      component: "oms",
    },
  ]);
});

it("a warning degrades; other severities and none are no matter of the page", () => {
  const severities = ["critical", "warning", "info", "none", "Critical"].map((severity) =>
    alert({ labels: { severity, service: "oms" } }),
  );
  expect(read(...severities, alert({ labels: {} })).map(({ impact }) => impact)).toEqual([
    "down",
    "degraded",
  ]);
});

it("ends with the time of the message, and never before it began", () => {
  const end = (endsAt: string) => read(alert({ status: "resolved", endsAt }))[0]?.endsAt;
  expect(end("2026-03-01T10:05:00Z")).toBe(Date.parse("2026-03-01T10:05:00Z"));
  expect(end("0001-01-01T00:00:00Z")).toBe(start);
  expect(read(alert({ endsAt: "2026-03-01T10:05:00Z" }))[0]).not.toHaveProperty("endsAt");
});

it("an alert of no component is one of the platform, also without a summary", () => {
  const [one] = read(alert({ labels: { severity: "critical", service: "somebody-else" }, annotations: {} }));
  expect(one).not.toHaveProperty("component");
  expect(one?.title).toBe("Problem with the platform");
  expect(read(alert({ annotations: { summary: " " } }))[0]?.title).toBe("Problem with Orders");
});

it.each([
  ["version", { version: "3", alerts: [] }],
  ["no alerts", { version: "4" }],
  ["no fingerprint", { version: "4", alerts: [alert({ fingerprint: undefined })] }],
  ["a time that is none", { version: "4", alerts: [alert({ startsAt: "yesterday" })] }],
])("refuses a message that is wrong: %s", (_, message) => {
  expect(alertMessage.safeParse(message).success).toBe(false);
});

it.each([
  ["Orders do not answer", "Orders do not answer"],
  ["172.21.0.5:8099 is down", "… is down"],
  ["172.21.0.0/16 is full", "… is full"],
  ["oms:8099 and http://oms:8099/health?x=1 fail", "… and … fail"],
  ["[fe80::1]:9100 lost", "… lost"],
  ["2001:db8::8a2e:370:7334 lost", "… lost"],
  [
    "p95 over 50ms for 10 min, 3.5 % errors since 10 o'clock",
    "p95 over 50ms for 10 min, 3.5 % errors since 10 o'clock",
  ],
  ["No ticks since 10:00:00, 14:30 UTC", "No ticks since 10:00:00, 14:30 UTC"],
  ["::1 and 1:2:3:4:5:6:7:8 and db.lan:5432", "… and … and …"],
  ["Slow: 12 of 40", "Slow: 12 of 40"],
  ["two\nlines\tand\u0000zero", "two lines and zero"],
])("of %j the title is %j", (summary, title) => expect(publicTitle(summary)).toBe(title));

it("a title has an end, and one of nothing but an address is none", () => {
  expect(publicTitle("a".repeat(500))).toHaveLength(160);
  expect(publicTitle("172.21.0.5:8099")).toBeUndefined();
  expect(publicTitle(undefined)).toBeUndefined();
});
