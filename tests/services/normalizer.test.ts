import { isDeepStrictEqual } from "node:util";
import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { barInterval, batchOf, bar, subjects, type Bar, type Tick } from "../../services/contracts";
import type { RunningService } from "../../services/kit/service";
import { normalizer } from "../../services/normalizer/src/service";
import { until } from "../harness/docker";
import { barsOf, newest, sorted } from "../unit/services/normalizer/reference";
import { ask, credentials, natsEnv, startForTest, verify } from "./market-harness";
import { startNats, startValkey, type Store } from "./stores";

let nats: Awaited<ReturnType<typeof startNats>>;
let valkey: Store;
let connection: NatsConnection;
let service: RunningService;
const password = credentials();
const start = () =>
  startForTest(normalizer({ verify }), {
    ...natsEnv(nats, password.path),
    VALKEY_STATE_URL: `redis://${valkey.host}:${valkey.port}`,
    VALKEY_STATE_USERNAME: "default",
    VALKEY_STATE_PASSWORD_FILE: password.path,
    BAR_GRACE_MS: "100",
    BAR_IDLE_MS: "500",
  });

beforeAll(async () => {
  [nats, valkey] = await Promise.all([startNats("normalizer"), startValkey("normalizer")]);
  connection = await nats.connect();
  service = await start();
}, 120_000);
afterAll(async () => {
  await service.stop();
  await connection.close();
  await Promise.all([nats.close(), valkey.close()]);
  password.remove();
}, 60_000);

/** A day ago: all of it is over. */
const begin = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 2 * 86_400_000;
const tick = (symbol: string, index: number): Tick => ({
  venue: "sim",
  symbol,
  price: String(100 + ((index * 7919) % 50)),
  size: String(1 + (index % 3)),
  timestamp: begin + index * 250,
  source_seq: index,
});

async function say(ticks: readonly Tick[]): Promise<void> {
  for (const symbol of new Set(ticks.map((each) => each.symbol))) {
    const batch = ticks.filter((each) => each.symbol === symbol);
    await jetstream(connection).publish(subjects.tick(symbol), JSON.stringify(batch), { timeout: 30_000 });
  }
}

/** Of the stream: a subscription would miss what is told while it reconnects. */
async function barsTold(): Promise<readonly Bar[]> {
  const reader = await jetstream(connection).consumers.get("MARKET", { filter_subjects: "market.bar.*.*" });
  const messages = await reader.fetch({ max_messages: 100_000, expires: 1000 });
  const told: Bar[] = [];
  for await (const message of messages) {
    told.push(...batchOf(bar).parse(message.json()));
    if (message.info.pending === 0) break;
  }
  return told;
}

test("bars are those of all ticks, over restarts of the service and of both stores", async () => {
  const all = ["BTCUSDT", "ETHUSDT"].flatMap((symbol) =>
    Array.from({ length: 600 }, (_, index) => tick(symbol, index)),
  );
  const ordered = all.sort((a, b) => a.timestamp - b.timestamp);
  for (let from = 0; from < ordered.length; from += 60) {
    const batch = ordered.slice(from, from + 60);
    // some come late, all of them twice
    const late = batch.filter(({ source_seq }) => source_seq % 11 === 0);
    await say(batch.filter(({ source_seq }) => source_seq % 11 !== 0));
    if (from === 240) await service.stop();
    if (from === 480) service = await start();
    if (from === 660) await valkey.kill();
    if (from === 780) await valkey.restart();
    if (from === 900) {
      await nats.kill();
      await nats.restart();
    }
    await say(batch);
    await say(late);
  }
  const wanted = sorted(barInterval.options.flatMap((interval) => barsOf(all, interval)));
  const found = (): Promise<readonly Bar[]> => barsTold().then((told) => sorted(newest(told)));
  await until("every bar", 30, found, (bars) => isDeepStrictEqual(bars, wanted)).catch(() => undefined);
  expect(await found()).toEqual(wanted);
  expect(wanted.filter(({ interval }) => interval === "1s")).toHaveLength(300);
}, 120_000);

test("the bar under way is there to be asked for, by who may", async () => {
  const now = Date.now();
  await say([{ ...tick("SOLUSDT", 1), timestamp: now, source_seq: now }]);
  const path = "/bars/1d/SOLUSDT/current";
  const answer = await until(
    "it",
    10,
    () => ask(service, path, "viewer"),
    ({ status }) => status === 200,
  );
  expect(answer.body).toMatchObject({ interval: "1d", trades: 1, close: "119" });
  expect((await ask(service, path)).status).toBe(401);
  expect((await ask(service, "/bars/1d/AAPL/current", "viewer")).status).toBe(404);
});
