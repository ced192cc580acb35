import { startPostgres, type Store } from "../stores";
import {
  alertOf,
  allWell,
  call,
  CREDENTIALS,
  incidentsOf,
  pageOf,
  postAlerts,
  startApi,
  STARTED,
  startMeasurements,
  untilStates,
  type Answer,
  type Api,
  type Measurements,
} from "./given";

let postgres: Store;
let prometheus: Measurements;
let api: Api;
beforeAll(async () => {
  [postgres, prometheus] = await Promise.all([startPostgres("status-incidents"), startMeasurements()]);
  allWell(prometheus);
  api = await startApi(postgres, prometheus.url);
  await untilStates(api, { oms: "operational" });
}, 90_000);
afterAll(async () => {
  await api.close();
  prometheus.close();
  await postgres.close();
});

const admin = (method: string, path: string, body?: unknown, token = "ann/admin"): Promise<Answer> =>
  call(api, method, path, { token, ...(body === undefined ? {} : { body }) });
const within = (minutes: number): string => new Date(Date.now() + minutes * 60_000).toISOString();

describe("who may", () => {
  test.each([
    ["nobody", undefined, 401, 401],
    ["a viewer", "vic/viewer", 200, 403],
    ["a trader", "tom/trader", 200, 403],
    ["the page's own service", CREDENTIALS.web, 200, 403],
    ["Alertmanager", CREDENTIALS.alertmanager, 403, 403],
  ] as const)("%s", async (_, token, reads, writes) => {
    const as = token === undefined ? {} : { token };
    for (const path of ["/", "/components", "/components/oms", "/incidents", "/maintenance"])
      expect([path, (await call(api, "GET", path, as)).status]).toEqual([path, reads]);
    const body = { title: "T", text: "T" };
    expect((await call(api, "POST", "/incidents", { ...as, body })).status).toBe(writes);
    expect((await call(api, "POST", "/incidents/x/updates", { ...as, body: {} })).status).toBe(writes);
    expect((await call(api, "POST", "/maintenance", { ...as, body })).status).toBe(writes);
    expect((await call(api, "DELETE", "/maintenance/x", as)).status).toBe(writes);
    expect((await call(api, "GET", "/health")).status).toBe(200);
  });

  test("a public page is read by everybody and written by admins only", async () => {
    const open = await startApi(postgres, prometheus.url, { STATUS_PAGE: "public" });
    try {
      for (const path of ["/", "/components", "/components/oms", "/incidents", "/maintenance"])
        expect([path, (await call(open, "GET", path)).status]).toEqual([path, 200]);
      const body = { title: "T", text: "T" };
      expect((await call(open, "POST", "/incidents", { body })).status).toBe(401);
      expect((await call(open, "POST", "/incidents", { body, token: "vic/viewer" })).status).toBe(403);
      expect((await call(open, "POST", "/alerts", { body: {} })).status).toBe(401);
    } finally {
      await open.close();
    }
  });
});

test("an operator opens an incident, tells how it goes, and closes it", async () => {
  const made = await admin("POST", "/incidents", {
    title: " Risk checks are slow ",
    text: "We are looking.",
    components: ["risk", "risk"],
  });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    title: "Risk checks are slow",
    impact: "degraded",
    source: "operator",
    components: ["risk"],
    resolved_at: null,
    timeline: [{ status: "investigating", text: "We are looking." }],
  });
  // who wrote it is nobody's business outside
  expect(JSON.stringify(made.body)).not.toContain("ann");
  await untilStates(api, { risk: "degraded", oms: "operational" });
  expect((await pageOf(api)).state).toBe("degraded");

  const path = `/incidents/${String(made.body.id)}`;
  const worse = await admin("POST", `${path}/updates`, {
    status: "identified",
    text: "A disk.",
    impact: "down",
  });
  expect(worse.body).toMatchObject({ impact: "down", resolved_at: null });
  await untilStates(api, { risk: "down" });

  const closed = await admin(
    "POST",
    `${path}/updates`,
    { status: "resolved", text: "Mended." },
    CREDENTIALS.operator,
  );
  expect(closed.status).toBe(200);
  expect(closed.body.resolved_at).toEqual(expect.any(String));
  await untilStates(api, { risk: "operational" });
  const [past] = (await pageOf(api)).incidents.past;
  expect(past?.timeline.map(({ status }) => status)).toEqual(["investigating", "identified", "resolved"]);

  const late = await admin("POST", `${path}/updates`, { status: "monitoring", text: "Again?" });
  expect([late.status, late.body.error]).toEqual([409, "incident_resolved"]);
  const note = await admin("POST", `${path}/updates`, { status: "resolved", text: "The disk was old." });
  expect([note.status, note.body.resolved_at]).toEqual([200, closed.body.resolved_at]);
});

test.each([
  ["no title", { text: "T" }, "invalid"],
  ["an unknown key", { title: "T", text: "T", extra: 1 }, "invalid"],
  ["an unknown impact", { title: "T", text: "T", impact: "awful" }, "invalid"],
  ["one that begins resolved", { title: "T", text: "T", status: "resolved" }, "invalid"],
  ["an unknown component", { title: "T", text: "T", components: ["oms", "omms"] }, "unknown_component"],
])("refuses an incident with %s", async (_, body, error) => {
  const { status, body: said } = await admin("POST", "/incidents", body);
  expect([status, said.error]).toEqual([400, error]);
  if (error === "unknown_component")
    expect(said.message).toBe("There is no component omms; there are oms, risk, postgres.");
});

test("what is not there is not found", async () => {
  expect((await admin("GET", "/incidents/none")).status).toBe(404);
  expect((await admin("POST", "/incidents/none/updates", { status: "resolved", text: "T" })).status).toBe(
    404,
  );
  expect((await admin("GET", "/components/none")).status).toBe(404);
  expect((await admin("DELETE", "/maintenance/0b7d6ff8-0f5c-4b6c-9a2b-2a1f1f0e7c11")).status).toBe(404);
});

describe("alerts", () => {
  test("are taken with Alertmanager's credential only, and from nobody behind a gateway", async () => {
    for (const token of ["ann/admin", CREDENTIALS.operator, CREDENTIALS.web])
      expect((await postAlerts(api, [alertOf()], token)).status).toBe(401);
    const headers = { "x-forwarded-for": "10.0.0.1" };
    const outside = await call(api, "POST", "/alerts", {
      token: CREDENTIALS.alertmanager,
      headers,
      body: {},
    });
    expect(outside.status).toBe(404);
    expect((await call(api, "POST", "/alerts", { token: CREDENTIALS.alertmanager, body: {} })).status).toBe(
      400,
    );
    expect(await incidentsOf(api, "open")).toEqual([]);
  });

  test("open an incident once, over repeats and a restart, and close it with their own time", async () => {
    expect((await postAlerts(api, [alertOf()])).body).toEqual({ changed: 1 });
    expect((await postAlerts(api, [alertOf(), alertOf()])).body).toEqual({ changed: 0 });
    const again = await startApi(postgres, prometheus.url);
    expect((await postAlerts(again, [alertOf()])).body).toEqual({ changed: 0 });
    await again.close();

    const [incident, ...others] = await incidentsOf(api, "open");
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      title: "Orders do not answer",
      impact: "down",
      source: "alert",
      components: ["oms"],
      opened_at: STARTED,
    });
    expect(JSON.stringify(await pageOf(api))).not.toMatch(/172\.21|ServiceDown|f00d|prometheus/);
    // it answers, so it is not down
    await untilStates(api, { oms: "degraded" });

    const end = within(-3);
    expect((await postAlerts(api, [alertOf({ status: "resolved", endsAt: end })])).body).toEqual({
      changed: 1,
    });
    expect((await postAlerts(api, [alertOf()])).body).toEqual({ changed: 0 });
    expect(await incidentsOf(api, "open")).toEqual([]);
    const shown = await admin("GET", `/incidents/${incident?.id ?? ""}`);
    expect([shown.status, shown.body.resolved_at]).toEqual([200, end]);
    await untilStates(api, { oms: "operational" });
  });

  test("many at the same moment are one incident each", async () => {
    const startsAt = within(-1);
    const all = ["a", "b", "c"].map((fingerprint) => alertOf({ fingerprint, startsAt }));
    const answers = await Promise.all(Array.from({ length: 8 }, () => postAlerts(api, all)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(answers.reduce((sum, { body }) => sum + Number(body.changed), 0)).toBe(3);
    expect(await incidentsOf(api, "open")).toHaveLength(3);
    await postAlerts(
      api,
      all.map((each) => ({ ...each, status: "resolved", endsAt: within(0) })),
    );
    expect(await incidentsOf(api, "open")).toEqual([]);
  });

  test("a warning degrades, information is no incident", async () => {
    const startsAt = within(-2);
    const labels = { alertname: "Slow", service: "risk" };
    await postAlerts(api, [
      alertOf({ fingerprint: "w", startsAt, labels: { ...labels, severity: "warning" }, annotations: {} }),
      alertOf({ fingerprint: "i", startsAt, labels: { ...labels, severity: "info" } }),
    ]);
    expect(await incidentsOf(api, "open")).toMatchObject([
      { title: "Problem with Risk checks", impact: "degraded" },
    ]);
    await untilStates(api, { risk: "degraded" });
  });

  test("an operator writes into it, may close it, and changes nothing else of it", async () => {
    const [open] = await incidentsOf(api, "open");
    const path = `/incidents/${open?.id ?? ""}/updates`;
    const told = await admin("POST", path, { status: "identified", text: "A false alarm." });
    expect((told.body.timeline as { status: string }[]).map(({ status }) => status)).toEqual([
      "investigating",
      "identified",
    ]);
    const changed = await admin("POST", path, { status: "identified", text: "T", impact: "down" });
    expect([changed.status, changed.body.error]).toEqual([409, "alert_incident"]);
    const closed = await admin("POST", path, { status: "resolved", text: "Nothing was wrong." });
    expect(closed.body.resolved_at).toEqual(expect.any(String));
    // a repeat of the same firing opens nothing
    await postAlerts(api, [
      alertOf({
        fingerprint: "w",
        startsAt: open?.opened_at,
        labels: { severity: "warning", service: "risk" },
      }),
    ]);
    expect(await incidentsOf(api, "open")).toEqual([]);
    await untilStates(api, { risk: "operational" });
  });
});

describe("maintenance", () => {
  test("is shown, excuses its components, and ends when it is cancelled", async () => {
    const made = await admin("POST", "/maintenance", {
      title: "New disks",
      text: "Orders rest.",
      components: ["oms"],
      from: within(0),
      to: within(30),
    });
    expect(made.status).toBe(201);
    const later = await admin("POST", "/maintenance", {
      title: "More disks",
      components: ["risk"],
      from: within(60),
      to: within(90),
    });
    prometheus.running.oms = 0;
    prometheus.running.risk = 0;
    await untilStates(api, { oms: "maintenance", risk: "down" });
    expect((await pageOf(api)).maintenance.map(({ title }) => title)).toEqual(["New disks", "More disks"]);

    expect((await admin("DELETE", `/maintenance/${String(made.body.id)}`)).status).toBe(204);
    expect((await admin("DELETE", `/maintenance/${String(made.body.id)}`)).status).toBe(204);
    expect((await admin("DELETE", `/maintenance/${String(later.body.id)}`)).status).toBe(204);
    await untilStates(api, { oms: "down" });
    expect((await pageOf(api)).maintenance).toEqual([]);
    allWell(prometheus);
    await untilStates(api, { oms: "operational", risk: "operational" });
  });

  test.each([
    ["no components", { components: [] }, "invalid"],
    ["a time that is none", { from: "tomorrow" }, "invalid"],
    ["an end before its beginning", { to: within(5) }, "window_empty"],
    ["a beginning in the past", { from: within(-60) }, "window_past"],
    ["an unknown component", { components: ["omms"] }, "unknown_component"],
  ])("refuses %s", async (_, wrong, error) => {
    const good = { title: "T", components: ["oms"], from: within(10), to: within(20) };
    const { status, body } = await admin("POST", "/maintenance", { ...good, ...wrong });
    expect([status, body.error]).toEqual([400, error]);
  });
});
