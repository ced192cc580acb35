import { randomUUID } from "node:crypto";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { subjects, type Fill, type Order } from "../../services/contracts";
import type { RunningService } from "../../services/kit/service";
import { Questdb } from "../../services/questdb-writer/src/questdb";
import { questdbWriter } from "../../services/questdb-writer/src/service";
import { until } from "../harness/docker";
import { credentials, natsEnv, startForTest } from "./market-harness";
import { startNats, startQuestdb } from "./stores";

let nats: Awaited<ReturnType<typeof startNats>>;
let questdb: Awaited<ReturnType<typeof startQuestdb>>;
let connection: NatsConnection;
let writer: RunningService;
const password = credentials();
beforeAll(async () => {
  [nats, questdb] = await Promise.all([startNats("writer"), startQuestdb("writer")]);
  connection = await nats.connect();
  writer = await start();
}, 120_000);
afterAll(async () => {
  await writer.stop();
  await connection.close();
  await Promise.all([nats.close(), questdb.close()]);
  password.remove();
}, 60_000);

const start = () =>
  startForTest(questdbWriter, {
    ...natsEnv(nats, password.path),
    QUESTDB_URL: questdb.url,
    SNAPSHOT_MS: "100",
  });

const now = 1_773_000_000_000;
function orderOf(more: Partial<Order> = {}): Order {
  return {
    order_id: randomUUID(),
    client_order_id: "mine-1",
    symbol: "BTCUSDT",
    side: "BUY",
    quantity: "1.50000001",
    order_type: "LIMIT",
    price: "97123.45",
    time_in_force: "GTC",
    account: "default",
    venue: "prism",
    status: "ACCEPTED",
    filled_quantity: "0",
    remaining_quantity: "1.50000001",
    commission: "0",
    created_at: now,
    updated_at: now,
    version: 1,
    ...more,
  };
}
const say = (subject: string, records: readonly unknown[]) =>
  jetstream(connection).publish(subject, JSON.stringify(records));
const rows = (query: string) => questdb.query(query);
const eventually = (what: string, query: string, expected: unknown) =>
  until(
    what,
    20,
    async () => JSON.stringify(await rows(query)),
    (found) => found === JSON.stringify(expected),
  );

test("every table gets its rows, with every digit, and a repetition changes nothing", async () => {
  const order = orderOf({ reject_reason: 'quote " comma , = back\\slash\nand newline, ünïcode 🚀 \ud800' });
  const fill: Fill = {
    fill_id: "prism-7",
    order_id: order.order_id,
    client_order_id: "mine-1",
    symbol: "BTCUSDT",
    side: "BUY",
    quantity: "0.000000000000000001",
    price: "12345678901234567890.123456789012345678",
    commission: "-0.5",
    venue: "prism",
    account: "default",
    liquidity: "MAKER",
    timestamp: now + 5,
  };
  const after = { ...order, status: "PARTIALLY_FILLED" as const, version: 3, updated_at: now + 6 };
  for (let repetition = 0; repetition < 2; repetition++) {
    await say(subjects.orders.accepted, [order]);
    await say(subjects.orders.pending, [{ order: { ...order, version: 2 }, change: { kind: "cancel" } }]);
    await say(subjects.fills.confirmed, [{ fill, order: after }]);
    const tick = {
      venue: "sim",
      symbol: "AAPL",
      price: "230.01",
      size: "100",
      timestamp: now,
      source_seq: 9,
    };
    await say(subjects.tick("AAPL"), [tick, { ...tick, bid: "230", ask: "230.02", source_seq: 10 }]);
    const prices = { open: "1", high: "3", low: "0.5", close: "2", volume: "10" };
    await say(subjects.bar("1m", "AAPL"), [
      { venue: "sim", symbol: "AAPL", interval: "1m", ...prices, trades: 4 + repetition, timestamp: now },
    ]);
    const alert = {
      event_id: "6f9619ff-8b86-4011-b42d-00c04fc964ff",
      level: "HIGH",
      account: "default",
      value: "7",
    };
    await say(subjects.risk.alert, [{ ...alert, rule: "drawdown", message: "it's down", timestamp: now }]);
  }
  await eventually(
    "versions",
    `SELECT version FROM orders WHERE order_id = '${order.order_id}' ORDER BY version`,
    [[1], [2], [3]],
  );
  await eventually("the fill", "SELECT quantity, price, commission FROM fills", [
    ["0.000000000000000001", "12345678901234567890.123456789012345678", "-0.500000000000000000"],
  ]);
  await eventually("ticks", "SELECT source_seq, bid FROM ticks ORDER BY source_seq", [
    [9, null],
    [10, "230.000000000000000000"],
  ]);
  // the newest version of a bar, under the same key
  await eventually("bars", "SELECT trades FROM bars", [[5]]);
  await eventually("alerts", "SELECT kind, message, value, limit_value FROM risk_events", [
    ["drawdown", "it's down", "7.000000000000000000", null],
  ]);
  const [[reason, created] = []] = await rows(
    `SELECT reject_reason, created_at FROM orders WHERE version = 1`,
  );
  expect(reason).toBe(order.reject_reason?.replace("\ud800", "\ufffd"));
  expect(created).toBe(`${new Date(now).toISOString().slice(0, -1)}000Z`);
});

test("positions and profits are kept as snapshots", async () => {
  const position = {
    account: "default",
    symbol: "AAPL",
    quantity: "-5",
    realized_pnl: "1.5",
    unrealized_pnl: "0",
  };
  for (let version = 1; version <= 50; version++)
    connection.publish(
      subjects.positionsUpdated,
      JSON.stringify({ ...position, commission: "0", timestamp: now + version, version }),
    );
  const sums = { realized_pnl: "1.5", unrealized_pnl: "0", commission: "0", total_pnl: "1.5", exposure: "0" };
  connection.publish(subjects.pnlUpdate, JSON.stringify({ account: "default", ...sums, timestamp: now }));
  connection.publish(subjects.pnlUpdate, "nonsense");
  await eventually("the last position", "SELECT version, quantity FROM positions LIMIT -1", [
    [50, "-5.000000000000000000"],
  ]);
  await eventually("profits", "SELECT total_pnl FROM pnl_snapshots", [["1.500000000000000000"]]);
});

test("a message that breaks its contract, and a text that would be SQL or a line, harm nobody", async () => {
  await say(subjects.orders.accepted, [{ nonsense: true }]);
  const evil = "x'); DROP TABLE orders; --\norders,symbol=EVIL version=666i 1";
  const order = orderOf({ reject_reason: evil, status: "REJECTED" });
  await say(subjects.orders.rejected, [order]);
  await eventually("the text", `SELECT reject_reason FROM orders WHERE order_id = '${order.order_id}'`, [
    [evil],
  ]);
  expect(await rows("SELECT count() FROM orders WHERE symbol = 'EVIL'")).toEqual([[0]]);
});

test("the server says which line it cannot hold, and keeps the others out with it", async () => {
  const client = new Questdb({ url: questdb.url });
  const good = "fills,symbol=GOOD quantity=1d,price=1d 1773000000001";
  expect(await client.write([good, 'fills,symbol=BAD order_id="no uuid" 1773000000001'])).toMatchObject({
    kind: "refused",
    line: 2,
  });
  expect(await client.write([good])).toEqual({ kind: "written" });
  await eventually("the good one", "SELECT symbol FROM fills WHERE symbol IN ('GOOD', 'BAD')", [["GOOD"]]);
});

test("while QuestDB is away nothing is acknowledged, and after it nothing is missing", async () => {
  const ids: string[] = [];
  const speak = async (count: number): Promise<void> => {
    const orders = Array.from({ length: count }, () => orderOf({ account: "outage" }));
    ids.push(...orders.map(({ order_id }) => order_id));
    await say(subjects.orders.accepted, orders);
  };
  await speak(50);
  await questdb.kill();
  await speak(50);
  const manager = await jetstreamManager(connection);
  await until(
    "it to come again",
    20,
    async () => (await manager.consumers.info("ORDERS", "questdb-writer-orders")).num_redelivered,
    (redelivered) => redelivered > 0,
  );
  await speak(50);
  await questdb.restart();
  await eventually("all", "SELECT count(), count_distinct(order_id) FROM orders WHERE account = 'outage'", [
    [150, 150],
  ]);
  expect(ids).toHaveLength(150);
}, 60_000);
