import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService, type RunningService } from "../../../../services/kit";
import { engineExporter } from "../../../../services/engine-exporter/src/service";
import { FakeStore, type Answer, type Asked } from "../datainit/fake-http";

/**
 * What `t26 engine-proxy` answered about four containers on a real engine: oms runs on two lanes, risk is killed for
 * its memory again and again, pnl has ended.
 */
const recorded = (file: string): string => readFileSync(join(__dirname, "recorded", `${file}.json`), "utf8");
interface RecordedEvents {
  readonly completeSince: string;
  readonly events: readonly { readonly time: string; readonly action: string }[];
}

const proxy = new FakeStore();
const secrets = mkdtempSync(join(tmpdir(), "t26-engine-"));
let exporter: RunningService;
beforeAll(async () => {
  writeFileSync(join(secrets, "password"), "a password\n");
  exporter = await startService(engineExporter, {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    ENGINE_PROXY_URL: await proxy.start(),
    ENGINE_PROXY_USERNAME: "engine-exporter",
    ENGINE_PROXY_PASSWORD_FILE: join(secrets, "password"),
    READ_TIMEOUT_MS: "500",
    PARALLEL: "2",
  });
});
afterAll(async () => {
  await exporter.stop();
  await proxy.stop();
  rmSync(secrets, { recursive: true });
});
beforeEach(() => {
  proxy.asked.length = 0;
  proxy.answer = good;
});

function good({ path, query }: Asked): Answer {
  if (path === "/containers") return { body: recorded("containers") };
  if (path === "/containers/oms/stats") return { body: recorded("stats-oms") };
  if (path === "/containers/risk/stats") return { body: recorded("stats-risk") };
  if (path === "/events") return { body: JSON.stringify(eventsSince(query.get("since") ?? "")) };
  return { status: 404 };
}

/** The recorded events as if they had begun now, at the first scrape, each told to who asks from before it. */
let begun: bigint | undefined;
function eventsSince(since: string): RecordedEvents {
  const { completeSince, events } = JSON.parse(recorded("events")) as RecordedEvents;
  begun ??= BigInt(since) + 1n;
  const shift = begun - BigInt(events[0]?.time ?? 0);
  const now = events.map((one) => ({ ...one, time: String(BigInt(one.time) + shift) }));
  return { completeSince, events: now.filter(({ time }) => BigInt(time) >= BigInt(since)) };
}

async function scrape(): Promise<Readonly<Record<string, number>>> {
  const response = await fetch(`http://127.0.0.1:${exporter.port}/metrics`);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split("\n").filter((line) => /^(container|engine)_/.test(line));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}
const kills = (JSON.parse(recorded("events")) as RecordedEvents).events.filter(
  ({ action }) => action === "oom",
).length;

test("what each service uses and may use, by service and lane", async () => {
  const series = await scrape();
  expect(series).toMatchObject({
    engine_up: 1,
    'container_running{service="oms"}': 1,
    'container_healthy{service="oms"}': 1,
    'container_cpu_seconds_total{service="oms"}': 0.606339889,
    'container_cpu_throttled_seconds_total{service="oms"}': 1.626625667,
    'container_memory_working_set_bytes{service="oms"}': 1904640,
    'container_memory_limit_bytes{service="oms"}': 64 * 1024 ** 2,
    'container_cpu_limit_cores{service="oms"}': 0.2,
    'container_pids{service="oms"}': 2,
    'container_network_receive_bytes_total{service="oms",lane="backend"}': 1112,
    'container_network_receive_bytes_total{service="oms",lane="lowlatency"}': 1112,
    'container_network_transmit_bytes_total{service="oms",lane="backend"}': 0,
    'container_restarts_total{service="oms"}': 0,
    'container_oom_kills_total{service="oms"}': 0,
    'container_restarts_total{service="risk"}': 4,
    'container_oom_kills_total{service="risk"}': kills,
    'container_running{service="pnl"}': 0,
  });
  expect(kills).toBeGreaterThan(2);
  const started = series['container_start_time_seconds{service="oms"}'] ?? 0;
  expect(new Date(started * 1000).getUTCFullYear()).toBe(2026);
  expect(series['container_created_time_seconds{service="oms"}']).toBe(
    Date.parse("2026-11-25T16:53:19.5Z") / 1000,
  );
  // it has ended, has no probe and no CPU limit: nothing is made up about that
  const ofPnl = Object.keys(series).filter((name) => name.includes('"pnl"'));
  expect(ofPnl.filter((name) => /cpu|working_set|pids|network|healthy/.test(name))).toEqual([]);
});

test("what was counted is not counted again", async () => {
  await scrape();
  expect((await scrape())['container_oom_kills_total{service="risk"}']).toBe(kills);
});

test("asks about services alone, with its login, and about what runs", async () => {
  await scrape();
  expect(proxy.asked.map(({ path }) => path).sort()).toEqual([
    "/containers",
    "/containers/oms/stats",
    "/containers/risk/stats",
    "/events",
  ]);
  const [first] = proxy.asked;
  expect(proxy.asked.find(({ path }) => path === "/containers")?.query.get("role")).toBe("service");
  expect(first?.headers.authorization).toBe(
    `Basic ${Buffer.from("engine-exporter:a password").toString("base64")}`,
  );
});

test.each([404, 409])("a container that ends meanwhile (%d) is there without its usage", async (status) => {
  proxy.answer = (asked) => (asked.path === "/containers/risk/stats" ? { status } : good(asked));
  const series = await scrape();
  expect(series.engine_up).toBe(1);
  expect(series['container_restarts_total{service="risk"}']).toBe(4);
  expect(series).not.toHaveProperty('container_pids{service="risk"}');
});

test.each([
  ["refuses the login", { status: 401 }],
  ["cannot ask the engine", { status: 502 }],
  ["answers something else", { body: "[{}]" }],
])("when the proxy %s, only that is told", async (_, answer) => {
  proxy.answer = () => answer;
  expect(await scrape()).toEqual({ engine_up: 0 });
  expect((await fetch(`http://127.0.0.1:${exporter.port}/health/ready`)).status).toBe(200);
});

test("half a reading is none: a service without numbers would look like one that is gone", async () => {
  proxy.answer = (asked) => (asked.path === "/containers/oms/stats" ? { status: 502 } : good(asked));
  expect(await scrape()).toEqual({ engine_up: 0 });
});
