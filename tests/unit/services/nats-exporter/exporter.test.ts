import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startService, type RunningService } from "../../../../services/kit";
import { natsExporter } from "../../../../services/nats-exporter/src/service";
import { FakeStore } from "../datainit/fake-http";

/** What nats-server 2.10.27 answered, with a stream, an empty one, a durable consumer and one without a name. */
const recorded = (file: string): string => readFileSync(join(__dirname, "recorded", `${file}.json`), "utf8");
const GOOD = { "/varz": recorded("varz"), "/jsz": recorded("jsz") };

const nats = new FakeStore();
let exporter: RunningService;
beforeAll(async () => {
  exporter = await startService(natsExporter, {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    NATS_MONITOR_URL: await nats.start(),
    READ_TIMEOUT_MS: "300",
  });
});
afterAll(async () => {
  await exporter.stop();
  await nats.stop();
});
beforeEach(() => {
  nats.asked.length = 0;
  nats.answer = ({ path }) => ({ body: GOOD[path as keyof typeof GOOD] });
});

/** Series of NATS, by name and labels. */
async function scrape(): Promise<Readonly<Record<string, number>>> {
  const response = await fetch(`http://127.0.0.1:${exporter.port}/metrics`);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split("\n").filter((line) => line.startsWith("nats_"));
  return Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}
const ready = async (): Promise<number> =>
  (await fetch(`http://127.0.0.1:${exporter.port}/health/ready`)).status;

test("the server, its streams and its durable consumers", async () => {
  const series = await scrape();
  expect(series).toMatchObject({
    nats_up: 1,
    'nats_info{version="2.10.27"}': 1,
    nats_connections: 1,
    nats_slow_consumers_total: 0,
    nats_jetstream_storage_limit_bytes: 16 * 1024 ** 3,
    nats_jetstream_storage_used_bytes: 690,
    'nats_stream_messages{stream="ORDERS"}': 5,
    'nats_stream_bytes{stream="ORDERS"}': 690,
    'nats_stream_consumers{stream="ORDERS"}': 2,
    'nats_stream_messages{stream="EMPTY"}': 0,
    'nats_consumer_pending_messages{stream="ORDERS",consumer="exeq-orders"}': 3,
    'nats_consumer_ack_pending_messages{stream="ORDERS",consumer="exeq-orders"}': 2,
    'nats_consumer_redelivered_messages{stream="ORDERS",consumer="exeq-orders"}': 1,
  });
  const stored = series['nats_stream_last_timestamp_seconds{stream="ORDERS"}'];
  expect(new Date((stored ?? 0) * 1000).getUTCFullYear()).toBe(2026);
  // never written to; and a consumer with a made-up name
  expect(Object.keys(series).filter((name) => /timestamp.*EMPTY/.test(name))).toEqual([]);
  expect(Object.keys(series).filter((name) => name.startsWith("nats_consumer_pending"))).toHaveLength(1);
});

test("one question of each kind, however many metrics there are", async () => {
  await scrape();
  expect(nats.asked.map(({ path }) => path).sort()).toEqual(["/jsz", "/varz"]);
});

test("a server without JetStream is up, and has no streams", async () => {
  const off = { ...(JSON.parse(GOOD["/jsz"]) as object), disabled: true };
  nats.answer = ({ path }) => ({ body: path === "/varz" ? GOOD["/varz"] : JSON.stringify(off) });
  const series = await scrape();
  expect(series.nats_up).toBe(1);
  expect(series.nats_connections).toBe(1);
  expect(Object.keys(series).filter((name) => /^nats_(jetstream|stream|consumer)/.test(name))).toEqual([]);
});

test.each([
  ["an error", () => ({ status: 503, body: "not ready" })],
  ["no JSON", () => ({ body: "<html>" })],
  ["something else", () => ({ body: '{"server":"another"}' })],
])("%s is 'cannot be read', without an old value, and the exporter stays ready", async (_, answer) => {
  expect((await scrape()).nats_up).toBe(1);
  nats.answer = answer;
  expect(await scrape()).toEqual({ nats_up: 0 });
  expect(await ready()).toBe(200);
});

test("half an answer is none", async () => {
  nats.answer = ({ path }) => (path === "/varz" ? { body: GOOD["/varz"] } : { status: 500 });
  expect(await scrape()).toEqual({ nats_up: 0 });
});
