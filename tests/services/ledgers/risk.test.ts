import { Redis } from "iovalkey";
import { jetstreamManager } from "@nats-io/jetstream";
import { requests, subjects, type Order, type RiskReply } from "../../../services/contracts";
import { startService, type RunningService } from "../../../services/kit/service";
import { riskService } from "../../../services/risk/src/service";
import { until } from "../../harness/docker";
import { aFill, anOrder, later } from "../../unit/services/risk/given";
import { call, confirm, ready, startWorld, tick, verify, write, type World } from "./world";

let world: World;
let redis: Redis;
let risk: RunningService;
const start = async (env: Record<string, string> = {}): Promise<RunningService> => {
  const service = await startService(riskService(verify), { ...world.env, RESERVATION_MS: "3000", ...env });
  await ready(service);
  return service;
};
beforeAll(async () => {
  world = await startWorld("risk");
  redis = new Redis({ host: world.valkey.host, port: world.valkey.port });
  redis.on("error", () => undefined);
  risk = await start();
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  try {
    await risk.stop();
  } finally {
    await world.close();
  }
});

async function ask(...orders: readonly Order[]): Promise<readonly RiskReply[]> {
  const questions = orders.map((order) => ({ order, replaces: false }));
  const answer = await world.connection.request(requests.riskCheck, JSON.stringify(questions), {
    timeout: 2000,
  });
  return answer.json();
}
const reasons = (replies: readonly RiskReply[]): readonly (string | undefined)[] =>
  replies.map((reply) => (reply.approved ? undefined : reply.reason.split(":", 1)[0]));

/** A fresh price, and the result of the account that holds something. */
async function quote(total_pnl = "0"): Promise<void> {
  const result = {
    account: "alpha",
    realized_pnl: "0",
    unrealized_pnl: total_pnl,
    commission: "0",
    total_pnl,
  };
  const record = { ...result, exposure: "400", timestamp: Date.now() };
  world.connection.publish(subjects.pnlUpdate, JSON.stringify(record));
  await tick(world.connection, "AAPL", "100");
}

/** The records of the last message: what comes close together goes as one. */
async function lastOf(stream: string, subject: string): Promise<readonly unknown[]> {
  const manager = await jetstreamManager(world.connection);
  const message = await manager.streams.getMessage(stream, { last_by_subj: subject });
  return message?.json() ?? [];
}

const exposure = async (): Promise<unknown> => (await call(risk, "/exposure?account=alpha")).body;

test("judges by the last price, and counts the log once, over restarts and a lost snapshot", async () => {
  const orders = [1, 2, 3].map((n) => anOrder(n));
  expect(reasons(await ask(anOrder(1)))).toEqual(["no-price"]);
  await quote();
  expect(reasons(await ask(...orders, anOrder(4, { quantity: "10001" })))).toEqual([
    undefined,
    undefined,
    undefined,
    "order-quantity",
  ]);
  const [one, two, three] = orders as [Order, Order, Order];
  await write(
    world.connection,
    subjects.orders.accepted,
    ...orders.map((each) => later(each, 2, "ACCEPTED")),
  );
  await write(world.connection, subjects.orders.sent, later(one, 3, "SENT"), later(two, 3, "SENT"));
  const partly = later(one, 4, "PARTIALLY_FILLED", { filled_quantity: "4", remaining_quantity: "6" });
  await confirm(world.connection, partly, aFill("a1", one, "4"));
  await confirm(world.connection, partly, aFill("a1", one, "4"));
  await write(world.connection, subjects.orders.cancelled, later(two, 4, "CANCELLED"));
  const expected = [
    {
      account: "alpha",
      exposure: "2000",
      open_orders: 2,
      positions: [
        {
          account: "alpha",
          symbol: "AAPL",
          quantity: "4",
          open_buy: "16",
          open_sell: "0",
          market_price: "100",
          exposure: "2000",
        },
      ],
    },
  ];
  const counted = () =>
    until(
      "the log to be counted",
      10,
      exposure,
      (answer) => JSON.stringify(answer) === JSON.stringify(expected),
    );
  await counted();

  await risk.stop();
  // while it is down the log goes on
  await write(world.connection, subjects.orders.cancelled, later(three, 3, "CANCELLED"));
  await write(world.connection, subjects.orders.accepted, later(anOrder(5), 2, "ACCEPTED"));
  risk = await start();
  await counted();

  await risk.stop();
  await redis.del("risk:places", "risk:orders", "risk:holdings", "risk:closed", "risk:fills");
  risk = await start();
  await counted();
  const { body } = await call(risk, "/positions", { token: "eve/viewer/beta" });
  expect(body).toEqual([]);
  expect((await call(risk, "/positions?account=alpha", { token: "eve/viewer/beta" })).status).toBe(403);
}, 60_000);

test("an approval that never comes into the log counts for its time", async () => {
  await quote();
  const beta = async () => (await call(risk, "/exposure?account=beta")).body;
  expect(reasons(await ask(anOrder(20, { account: "beta" })))).toEqual([undefined]);
  expect(await beta()).toMatchObject([{ exposure: "1000", open_orders: 1 }]);
  await until("it to be dropped", 10, beta, (answer) => JSON.stringify(answer).includes('"exposure":"0"'));
  expect(await beta()).toMatchObject([{ exposure: "0", open_orders: 0, positions: [] }]);
}, 30_000);

test("halts and resumes by the policy, durably, and leaves its trace", async () => {
  const act = (path: string, token: string, body: unknown) =>
    call(risk, path, { method: "POST", token, body });
  world.policy.decide = ({ action }) => ({ result: action === "halt" });
  await quote();
  const told: [string, Record<string, unknown>][] = [];
  const listener = world.connection.subscribe("control.trading.*", {
    callback: (_error, message) => void told.push([message.subject, message.json()]),
  });
  const isTold = (subject: string, words: Record<string, unknown>): Promise<unknown> =>
    until(
      `${subject} to be told`,
      5,
      async () => told,
      (heard) =>
        heard.some(
          ([to, said]) => to === subject && Object.entries(words).every(([key, is]) => said[key] === is),
        ),
    );
  expect((await act("/halt", "joe/viewer/all", { reason: "x" })).status).toBe(403);
  expect(await act("/halt", "tom/trader/all", { reason: "strange fills" })).toMatchObject({
    status: 200,
    body: { state: "HALTED", durable: true, last_change: { by: "tom", reason: "strange fills" } },
  });
  const halted = { level: "no-new-orders", by: "tom", reason: "strange fills" };
  await isTold(subjects.control.halt, halted);
  expect(world.policy.asked.at(-1)).toEqual([
    "/v1/data/trade2026/trading/allow",
    "Bearer none",
    expect.objectContaining({ action: "halt", roles: ["trader"], subject: "tom" }),
  ]);
  expect(reasons(await ask(anOrder(30)))).toEqual(["trading-state"]);
  await risk.stop();
  told.length = 0;
  risk = await start();
  await quote();
  expect(reasons(await ask(anOrder(31)))).toEqual(["trading-state"]);
  // who was not there the first time
  await isTold(subjects.control.halt, halted);

  expect((await act("/resume", "tom/trader/all", { reason: "fine" })).status).toBe(403);
  expect(await act("/resume", "ann/admin/all", { reason: "fine" })).toMatchObject({
    status: 403,
    body: { error: "policy_denied" },
  });
  world.policy.decide = () => ({});
  expect((await act("/resume", "ann/admin/all", { reason: "fine" })).status).toBe(403);
  world.policy.decide = () => ({ result: "yes" });
  expect((await act("/resume", "ann/admin/all", { reason: "fine" })).status).toBe(503);
  expect((await lastOf("AUDIT", "audit.risk.resume")).at(-1)).toMatchObject({
    actor: "ann",
    outcome: "denied",
  });
  world.policy.decide = () => ({ result: true });
  expect((await act("/resume", "ann/admin/all", { reason: "fine" })).status).toBe(200);
  expect(reasons(await ask(anOrder(32)))).toEqual([undefined]);
  await isTold(subjects.control.resume, { by: "ann", reason: "fine" });
  listener.unsubscribe();
  expect((await lastOf("AUDIT", "audit.risk.resume")).at(-1)).toMatchObject({
    service: "risk",
    act: "resume",
    actor: "ann",
    role: "admin",
    outcome: "allowed",
  });

  const at = Date.now();
  const message = { by: "live-gateway", reason: "kill switch", at };
  world.connection.publish(subjects.control.halt, JSON.stringify({ level: "reduce-only", ...message }));
  await until("it to be heard", 5, async () => reasons(await ask(anOrder(33)))[0], Boolean);
  world.connection.publish(subjects.control.resume, JSON.stringify({ ...message, at: at - 1 }));
  await until(
    "the halt to be written",
    5,
    () => redis.get("risk:trading-state"),
    (text) => text !== null && text.includes("REDUCING"),
  );
  expect(reasons(await ask(anOrder(34)))).toEqual(["trading-state"]);
  world.connection.publish(subjects.control.resume, JSON.stringify({ ...message, at: at + 1 }));
  await until(
    "trading to go on",
    5,
    async () => reasons(await ask(anOrder(35)))[0],
    (reason) => !reason,
  );
}, 60_000);

test("limits change by versions, apply at once, and stay", async () => {
  const put = (path: string, match: string | undefined, limits: unknown, token = "ann/admin/all") =>
    call(risk, path, {
      method: "PUT",
      token,
      body: { limits, reason: "test" },
      ...(match === undefined ? {} : { match }),
    });
  const { etag } = await call(risk, "/limits");
  expect(etag).toBe('"1"');
  expect((await put("/limits/symbols/AAPL", undefined, {})).status).toBe(400);
  expect((await put("/limits/symbols/AAPL", '"1"', { max_exposure: "1" })).status).toBe(400);
  expect((await put("/limits/symbols/AAPL", '"1"', {}, "tom/trader/all")).status).toBe(403);
  expect((await put("/limits/symbols/AAPL", '"1"', { max_order_quantity: "5" })).status).toBe(200);
  expect(await put("/limits/accounts/alpha", '"1"', {})).toMatchObject({
    status: 412,
    body: { error: "version_changed" },
  });
  await quote();
  expect(reasons(await ask(anOrder(40, { quantity: "6" }), anOrder(41, { quantity: "5" })))).toEqual([
    "order-quantity",
    undefined,
  ]);
  const trial = { client_order_id: "t", symbol: "AAPL", side: "BUY", quantity: "6", type: "MARKET" };
  const check = (body: unknown) =>
    call(risk, "/check", { method: "POST", token: "tom/trader/default", body });
  expect(await check(trial)).toMatchObject({
    status: 200,
    body: { approved: false, rule: "order-quantity" },
  });
  expect((await check({ ...trial, side: "buy" })).status).toBe(400);
  expect((await check({ ...trial, account: "alpha" })).status).toBe(403);
  await risk.stop();
  risk = await start();
  await quote();
  expect(reasons(await ask(anOrder(42, { quantity: "6" })))).toEqual(["order-quantity"]);
  expect((await call(risk, "/limits/history")).body).toMatchObject([
    { version: 2, scope: "symbol", key: "AAPL", before: null, by: "ann", reason: "test" },
  ]);
  await until(
    "the alert to be published",
    5,
    () => lastOf("RISK", subjects.risk.alert),
    (alerts) => JSON.stringify(alerts).includes("order-quantity"),
  );
  expect((await lastOf("RISK", subjects.risk.metrics)).at(-1)).toMatchObject({ trading_state: "ACTIVE" });
}, 60_000);

test("an account that lost too much may only reduce, until somebody resumes", async () => {
  await quote("1000");
  await quote("-249000");
  expect(reasons(await ask(anOrder(45, { quantity: "1" })))).toEqual(["drawdown"]);
  await until(
    "the halt to be stored",
    5,
    () => redis.hget("risk:drawdowns", "alpha"),
    (text) => text !== null && text.includes('"halted":true'),
  );
  await risk.stop();
  risk = await start();
  await quote("1000");
  const sell = anOrder(47, { side: "SELL", quantity: "1" });
  expect(reasons(await ask(anOrder(46, { quantity: "1" }), sell))).toEqual(["drawdown", undefined]);
  expect((await call(risk, "/state")).body).toMatchObject({ state: "ACTIVE", drawdown_halts: ["alpha"] });
  const resumed = await call(risk, "/resume", { method: "POST", body: { reason: "seen" } });
  expect(resumed).toMatchObject({ status: 200, body: { drawdown_halts: [] } });
  await quote("1000");
  expect(reasons(await ask(anOrder(48, { quantity: "1" })))).toEqual([undefined]);
}, 60_000);

test("without its store nothing passes; with it again everything goes on, and nothing is lost", async () => {
  await quote();
  expect(reasons(await ask(anOrder(50, { quantity: "1" })))).toEqual([undefined]);
  await world.valkey.kill();
  await until(
    "the answer to be no",
    5,
    async () => reasons(await ask(anOrder(51, { quantity: "1" })))[0],
    Boolean,
  );
  const [reply] = await ask(anOrder(52, { quantity: "1" }));
  expect(reply).toMatchObject({ approved: false, rule: "trading-state", risk_level: "CRITICAL" });
  const history = await call(risk, "/limits/history");
  expect([history.status, history.body]).toMatchObject([503, { error: "history_unavailable" }]);
  // what happens meanwhile is counted, and stored later
  await write(world.connection, subjects.orders.accepted, later(anOrder(53), 2, "ACCEPTED"));
  await world.valkey.restart();
  await until(
    "trading to go on",
    10,
    async () => reasons(await ask(anOrder(54, { quantity: "1" })))[0],
    (no) => !no,
  );
  await until(
    "the store to have it",
    5,
    () => redis.hexists("risk:orders", anOrder(53).order_id),
    (known) => known === 1,
  );
}, 60_000);

test("goes on where it was when the bus comes back", async () => {
  await world.nats.kill();
  await world.nats.restart();
  await write(
    world.connection,
    subjects.orders.accepted,
    later(anOrder(60, { account: "gamma" }), 2, "ACCEPTED"),
  );
  await until(
    "the log to be read",
    20,
    async () => (await call(risk, "/exposure?account=gamma")).body,
    (answer) => JSON.stringify(answer).includes('"exposure":"1000"'),
  );
  await quote();
  expect(reasons(await ask(anOrder(61, { quantity: "1" })))).toEqual([undefined]);
}, 60_000);
