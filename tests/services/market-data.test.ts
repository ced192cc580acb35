import type { NatsConnection } from "@nats-io/nats-core";
import { batchOf, instruments, subjects, tick, type Tick } from "../../services/contracts";
import { hotCache } from "../../services/hot-cache/src/service";
import type { RunningService } from "../../services/kit/service";
import { marketDataGateway } from "../../services/market-data-gateway/src/service";
import { until } from "../harness/docker";
import { ask, credentials, natsEnv, startForTest, verify } from "./market-harness";
import { startNats, startQuestdb, startValkey, type Store } from "./stores";

let nats: Awaited<ReturnType<typeof startNats>>;
let questdb: Awaited<ReturnType<typeof startQuestdb>>;
let valkey: Store;
let connection: NatsConnection;
let gateway: RunningService;
let cache: RunningService;
const password = credentials();
const heard: Tick[] = [];

beforeAll(async () => {
  [nats, questdb, valkey] = await Promise.all([
    startNats("market"),
    startQuestdb("market"),
    startValkey("market"),
  ]);
  connection = await nats.connect();
  connection.subscribe("market.tick.*", {
    callback: (_error, message) => void heard.push(...batchOf(tick).parse(message.json())),
  });
  cache = await startForTest(hotCache({ verify }), {
    ...natsEnv(nats, password.path),
    VALKEY_CACHE_URL: `redis://${valkey.host}:${valkey.port}`,
    VALKEY_CACHE_USERNAME: "default",
    VALKEY_CACHE_PASSWORD_FILE: password.path,
    STALE_MS: "2000",
    MAX_BARS: "3",
  });
  gateway = await startGateway();
}, 120_000);
afterAll(async () => {
  await gateway.stop();
  await cache.stop();
  await connection.close();
  await Promise.all([nats.close(), questdb.close(), valkey.close()]);
  password.remove();
}, 60_000);

const startGateway = () =>
  startForTest(marketDataGateway({ verify }), {
    ...natsEnv(nats, password.path),
    QUESTDB_URL: questdb.url,
    QUESTDB_USERNAME: "operator",
    QUESTDB_PASSWORD_FILE: password.path,
    HOT_CACHE_URL: `http://127.0.0.1:${cache.port}`,
    SIM_SESSIONS: "always",
    SIM_TICKS_PER_SECOND: "10",
  });

const symbolsHeard = () => new Set(heard.map(({ symbol }) => symbol)).size;

test("every instrument is told, stored and cached; a restart goes on behind where it stopped", async () => {
  await until(
    "all symbols",
    20,
    async () => symbolsHeard(),
    (count) => count === instruments.length,
  );
  const before = heard.length;
  await gateway.stop();
  gateway = await startGateway();
  await until(
    "more",
    20,
    async () => heard.length,
    (count) => count > before + 200,
  );
  for (const { symbol } of instruments) {
    const sequence = heard.filter((each) => each.symbol === symbol).map(({ source_seq }) => source_seq);
    // at most the last tick before the restart is told again
    expect([...sequence].sort((a, b) => a - b)).toEqual(sequence);
    expect(sequence.length - new Set(sequence).size).toBeLessThanOrEqual(1);
  }
  const { status, body } = await ask(gateway, "/quote/BTCUSDT", "viewer");
  expect(status).toBe(200);
  expect(body).toMatchObject({ venue: "sim", symbol: "BTCUSDT", stale: false });
  const { body: several } = await ask(gateway, "/quotes?symbols=AAPL,SPY", "viewer");
  expect(several).toMatchObject({ quotes: [{ symbol: "AAPL" }, { symbol: "SPY" }] });
  const { body: book } = await ask(gateway, "/book/AAPL?depth=3", "viewer");
  expect(book).toMatchObject({ symbol: "AAPL", bids: { length: 3 }, asks: { length: 3 } });
  const cached = await until(
    "the cache",
    10,
    () => ask(cache, "/quotes", "viewer"),
    ({ body: all }) => (all as { quotes: unknown[] }).quotes.length === instruments.length,
  );
  expect(cached.body).toMatchObject({
    quotes: expect.arrayContaining([expect.objectContaining({ symbol: "AAPL", stale: false })]),
  });
}, 60_000);

test("only who has a role is answered, only what exists is found, and venues say how they are", async () => {
  expect((await ask(gateway, "/quote/BTCUSDT")).status).toBe(401);
  expect((await ask(cache, "/quotes")).status).toBe(401);
  expect(await ask(gateway, "/quote/NOPE", "viewer")).toMatchObject({
    status: 404,
    body: { error: "unknown_symbol" },
  });
  expect((await ask(gateway, "/history/AAPL?interval=2m", "viewer")).status).toBe(400);
  expect((await ask(gateway, "/history/AAPL?from=5&to=5", "viewer")).status).toBe(400);
  expect((await ask(cache, "/quotes/NOPE", "viewer")).status).toBe(404);
  expect((await ask(gateway, "/venues", "viewer")).body).toMatchObject({
    venues: [
      { venue: "sim", state: "up" },
      { venue: "binance", state: "disabled", reason: "not in MARKET_VENUES=sim" },
      { venue: "ibkr", state: "disabled" },
    ],
  });
  expect((await ask(gateway, "/sessions/BTCUSDT", "viewer")).body).toMatchObject({
    open: true,
    session: "CONTINUOUS",
  });
  expect((await ask(gateway, "/instruments", "viewer")).body).toEqual({ instruments });
});

test("while the bus is away quotes are served, and after it ticks go on", async () => {
  await nats.kill();
  const { timestamp } = (await ask(gateway, "/quote/SPY", "viewer")).body as Tick;
  const later = await until(
    "a later quote",
    10,
    async () => (await ask(gateway, "/quote/SPY", "viewer")).body as Tick,
    (quote) => quote.timestamp > timestamp + 500,
  );
  await nats.restart();
  await until(
    "ticks of after it",
    20,
    async () => heard.filter((each) => each.timestamp > later.timestamp + 1000).length,
    (count) => count > 0,
  );
}, 60_000);

test("history comes from QuestDB, and while it is away from the cache", async () => {
  const bar = (timestamp: number, trades: number) => ({
    venue: "sim",
    symbol: "AAPL",
    interval: "1m",
    ...{ open: "230", high: "231.5", low: "229.25", close: "230.1", volume: "1000", trades },
    timestamp,
  });
  const minute = (count: number) => 1_773_000_000_000 + count * 60_000;
  const lines = [0, 1, 2, 3].map(
    (count) =>
      `bars,venue=sim,symbol=AAPL,interval=1m open=230d,high=231.5d,low=229.25d,close=230.1d,volume=1000d,trades=${count}i ${minute(count)}`,
  );
  await fetch(`${questdb.url}/write?precision=ms`, { method: "POST", body: lines.join("\n") });
  const path = `/history/AAPL?interval=1m&from=${minute(1)}&to=${minute(3)}`;
  const wanted = { source: "questdb", bars: [bar(minute(1), 1), bar(minute(2), 2)] };
  await until(
    "the bars",
    10,
    async () => JSON.stringify((await ask(gateway, path, "viewer")).body),
    (text) => text === JSON.stringify(wanted),
  );
  expect((await ask(gateway, "/history/AAPL?limit=1", "viewer")).body).toMatchObject({
    bars: [{ trades: 3 }],
  });
  // five bars, one of them corrected: the cache keeps three
  const told = [0, 1, 2, 3, 4].map((count) => bar(minute(count), 1));
  connection.publish(subjects.bar("1m", "AAPL"), JSON.stringify(told));
  await connection.flush();
  await new Promise((resolve) => setTimeout(resolve, 300));
  connection.publish(subjects.bar("1m", "AAPL"), JSON.stringify([bar(minute(3), 9)]));
  const expected = [bar(minute(2), 1), bar(minute(3), 9), bar(minute(4), 1)];
  await until(
    "the cache",
    10,
    async () => JSON.stringify((await ask(cache, "/bars/1m/AAPL", "viewer")).body),
    (text) => text === JSON.stringify({ bars: expected }),
  );
  await questdb.kill();
  expect(await ask(gateway, path, "viewer")).toEqual({
    status: 200,
    body: { source: "hot-cache", bars: [expected[0]] },
  });
  await valkey.kill();
  expect((await ask(gateway, path, "viewer")).status).toBe(503);
  expect((await ask(cache, "/quotes", "viewer")).status).toBe(503);
  await valkey.restart();
}, 60_000);
