import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Pool } from "pg";
import { until } from "../../harness/docker";
import { startPostgres, type Store } from "../stores";
import {
  allWell,
  call,
  components,
  pageOf,
  startApi,
  startMeasurements,
  statesOf,
  untilStates,
  type Api,
  type Measurements,
} from "./given";

let postgres: Store;
let prometheus: Measurements;
let pool: Pool;
let api: Api;
beforeAll(async () => {
  [postgres, prometheus] = await Promise.all([startPostgres("status-measuring"), startMeasurements()]);
  pool = new Pool({
    host: postgres.host,
    port: postgres.port,
    user: "test",
    password: "test",
    database: "test",
  });
  pool.on("error", () => undefined);
  allWell(prometheus);
  api = await startApi(postgres, prometheus.url);
}, 90_000);
afterAll(async () => {
  await api.close();
  await pool.end();
  prometheus.close();
  await postgres.close();
});
beforeEach(() => {
  prometheus.broken = false;
  allWell(prometheus);
});

const WELL = { oms: "operational", risk: "operational", postgres: "operational" };
/** States of the minutes that are stored, by component. */
const stored = async (name: string): Promise<readonly number[]> => {
  // while it starts it answers nobody
  const { rows } = await pool
    .query<{ rank: number }>("SELECT rank FROM slices WHERE component = $1 ORDER BY minute", [name])
    .catch(() => ({ rows: [] }));
  return rows.map(({ rank }) => rank);
};

test("asks one question a kind for all components", async () => {
  await untilStates(api, WELL);
  expect(new Set(prometheus.asked)).toEqual(
    new Set([
      "min by (service) (container_running)",
      "min by (service) (container_healthy)",
      "min by (service) (probe_success)",
      "min by (service, job) (up)",
    ]),
  );
});

test("shows what is measured, as it changes", async () => {
  await untilStates(api, WELL);
  expect((await pageOf(api)).state).toBe("operational");
  prometheus.running.risk = 0;
  prometheus.up["oms/oms"] = 0;
  prometheus.up["postgres/postgres-exporter"] = 0;
  await untilStates(api, { oms: "degraded", risk: "down", postgres: "operational" });
  expect((await pageOf(api)).state).toBe("down");
  allWell(prometheus);
  prometheus.probe.oms = 0;
  await untilStates(api, { oms: "down", risk: "operational" });
});

test("without Prometheus nothing is known, and that is said", async () => {
  await untilStates(api, WELL);
  prometheus.broken = true;
  await untilStates(api, { oms: "unknown", risk: "unknown", postgres: "unknown" });
  const { state, measured_at } = await pageOf(api);
  expect([state, measured_at]).toEqual(["unknown", null]);
  const ready = await call(api, "GET", "/health/ready");
  expect([ready.status, ready.body.status]).toEqual([200, "degraded"]);
  prometheus.broken = false;
  await untilStates(api, WELL);
});

test("records minutes and days, and uptime follows from them", async () => {
  await untilStates(api, WELL);
  const now = new Date();
  const today = now.toISOString().slice(0, 10);
  await pool.query("TRUNCATE slices, days");
  const second = await startApi(postgres, prometheus.url);
  try {
    // three days ago: 8 good minutes, 2 bad ones, 5 unknown ones, 5 in maintenance
    await pool.query(
      `INSERT INTO slices SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - interval '3 days' + n * interval '1 minute',
         'oms', CASE WHEN n < 8 THEN 1 WHEN n < 10 THEN 3 WHEN n < 15 THEN 0 ELSE 4 END
       FROM generate_series(0, 19) AS n`,
    );
    await second.close();
    const third = await startApi(postgres, prometheus.url);
    const page = await until(
      "days of the past",
      15,
      () => pageOf(third),
      ({ components: [oms] }) => (oms?.days.length ?? 0) >= 2,
    ).finally(() => third.close());
    const [oms] = page.components;
    expect(oms?.days[0]).toMatchObject({ operational: 8, degraded: 0, down: 2, unknown: 5, maintenance: 5 });
    expect(oms?.days.at(-1)?.day).toBe(today);
    const good = 8 + (oms?.days.at(-1)?.operational ?? 0);
    expect(oms?.uptime).toBeCloseTo(good / (good + 2), 6);
  } finally {
    await until(
      "the first one to record again",
      15,
      () => stored("oms"),
      ({ length }) => length > 0,
    );
  }
});

test("keeps minutes for a week and days for longer, and both not for ever", async () => {
  await pool.query("TRUNCATE slices, days");
  await pool.query(
    `INSERT INTO slices SELECT now() - n * interval '1 day', 'oms', 1 FROM unnest(ARRAY[3, 9]) AS n`,
  );
  await pool.query(
    `INSERT INTO days SELECT 'oms', (now() - n * interval '1 day')::date, 1440, 0, 0, 0, 0 FROM unnest(ARRAY[80, 120, 500]) AS n`,
  );
  const second = await startApi(postgres, prometheus.url);
  const page = await until(
    "the first reading",
    15,
    () => pageOf(second),
    ({ recorded_at }) => recorded_at !== null,
  );
  await second.close();
  const ages = await pool.query<{ kind: string; age: number }>(
    `SELECT 'slice' AS kind, EXTRACT(day FROM now() - minute)::int AS age FROM slices WHERE minute < now() - interval '1 day'
     UNION ALL SELECT 'day', (now()::date - day)::int FROM days WHERE day < now()::date - 10 ORDER BY 1, 2`,
  );
  expect(ages.rows).toEqual([
    { kind: "day", age: 80 },
    { kind: "day", age: 120 },
    { kind: "slice", age: 3 },
  ]);
  // ninety days are shown
  expect(
    page.components[0]?.days.map(({ operational }) => operational).filter((minutes) => minutes === 1440),
  ).toEqual([1440]);
});

test("while the store is away the page goes on, and its outage is recorded when it is back", async () => {
  await untilStates(api, WELL);
  await until(
    "a slice",
    15,
    () => stored("postgres"),
    ({ length }) => length > 0,
  );
  await pool.query("TRUNCATE slices, days");
  await postgres.kill();
  prometheus.running.postgres = 0;
  await untilStates(api, { oms: "operational", postgres: "down" });
  const refused = await call(api, "POST", "/incidents", {
    token: "ann/admin",
    body: { title: "Store", text: "Away." },
  });
  expect([refused.status, refused.body.error]).toEqual([503, "store_unavailable"]);
  expect((await call(api, "GET", "/health/ready")).body).toMatchObject({
    status: "degraded",
    checks: { postgres: { status: "failed" } },
  });
  allWell(prometheus);
  await untilStates(api, WELL);
  await postgres.restart();
  await until(
    "the outage in the store",
    30,
    () => stored("postgres"),
    (ranks) => ranks.includes(3),
  );
  await until(
    "the store to be well",
    15,
    () => call(api, "GET", "/health/ready"),
    ({ body }) => body.status === "ok",
  );
}, 60_000);

test("begins without a store, and says what is now", async () => {
  const early = await startApi({ port: 9 }, prometheus.url);
  try {
    await untilStates(early, WELL);
    const page = await pageOf(early);
    expect([page.recorded_at, page.components[0]?.uptime]).toEqual([null, null]);
  } finally {
    await early.close();
  }
});

test("follows the list of components as it changes", async () => {
  const more = {
    name: "pnl",
    title: "Profit and loss",
    lane: "lowlatency",
    tier: "P1",
    capability: "trading",
  };
  writeFileSync(join(api.dir, "components.json"), JSON.stringify([...components, more]));
  await until(
    "the new component",
    15,
    () => statesOf(api),
    (states) => states.pnl === "down",
  );
  writeFileSync(join(api.dir, "components.json"), "[{}]");
  await until(
    "the bad file",
    15,
    () => call(api, "GET", "/health/ready"),
    ({ body }) => body.status === "degraded",
  );
  expect(Object.keys(await statesOf(api))).toContain("pnl");
  writeFileSync(join(api.dir, "components.json"), JSON.stringify(components));
  await until(
    "the old list",
    15,
    () => statesOf(api),
    (states) => !("pnl" in states),
  );
});

test("measures itself, and describes itself", async () => {
  prometheus.running.risk = 0;
  await untilStates(api, { risk: "down" });
  const metrics = await (await fetch(`${api.base}/metrics`)).text();
  expect(metrics).toContain('status_components{state="down"} 1');
  expect(metrics).toContain('status_components{state="operational"} 2');
  expect(metrics).toContain("status_incidents_open 0");
  const { body } = await call(api, "GET", "/openapi.json");
  const paths = Object.keys(body.paths as object);
  expect(paths).toEqual(
    expect.arrayContaining(["/", "/components", "/incidents/{id}/updates", "/maintenance"]),
  );
  expect(paths).not.toContain("/alerts");
});
