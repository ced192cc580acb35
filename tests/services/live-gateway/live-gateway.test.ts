import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { until } from "../../harness/docker";
import { startNats } from "../stores";
import { FakePrism } from "./fake-prism";
import { FakeAuthn, ServiceProcess } from "./process";

let nats: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let prism: FakePrism;
let authn: FakeAuthn;
let gateway: ServiceProcess;
let api: string;
/** Everything in FILLS, and what was said of stopping, in their order. */
const said: { subject: string; record: Record<string, unknown> }[] = [];
const control: { subject: string; message: Record<string, unknown> }[] = [];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

beforeAll(async () => {
  nats = await startNats("live-gateway");
  connection = await nats.connect();
  prism = new FakePrism();
  authn = new FakeAuthn();
  const authnUrl = await authn.listen();
  const port = await freePort();
  api = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HTTP_PORT: String(port),
    NATS_URL: `nats://127.0.0.1:${nats.port}`,
    NATS_USERNAME: "live-gateway",
    AUTHN_URL: authnUrl,
    OPA_URL: authnUrl,
    PRISM_URL: `http://127.0.0.1:${await prism.listen()}`,
    DRAIN_DELAY_MS: "0",
    VENUE_TIMEOUT_MS: "700",
    BREAKER_FAILURES: "50",
    DAILY_NOTIONAL_CAP: "1000000",
  };
  gateway = new ServiceProcess("live-gateway", env);
  env["NATS_PASSWORD_FILE"] = gateway.secret("nats", "none");
  env["PRISM_PASSWORD_FILE"] = gateway.secret("prism", "venue");
  env["OPA_PASSWORD_FILE"] = gateway.secret("opa", "policy");
  env["DATA_DIR"] = join(gateway.dir, "data");
  env["CONTROL_SOCKET"] = join(gateway.dir, "control.sock");
  const hear = await jetstream(connection).consumers.get("FILLS");
  void (async () => {
    for await (const message of await hear.consume()) {
      for (const record of message.json<Record<string, unknown>[]>())
        said.push({ subject: message.subject, record });
    }
  })();
  connection.subscribe("control.trading.*", {
    callback: (_error, message) => {
      control.push({ subject: message.subject, message: message.json() });
    },
  });
  gateway.start();
}, 90_000);

afterAll(async () => {
  await gateway.end("SIGKILL");
  await connection.close();
  await nats.close();
  prism.close();
  authn.close();
});

function order(values: Record<string, unknown> = {}) {
  const now = Date.now();
  return {
    order_id: randomUUID(),
    client_order_id: `c-${randomUUID().slice(0, 8)}`,
    symbol: "AAPL",
    side: "BUY",
    quantity: "10",
    order_type: "LIMIT",
    price: "100",
    time_in_force: "DAY",
    account: "default",
    venue: "prism",
    status: "ACCEPTED",
    filled_quantity: "0",
    remaining_quantity: "10",
    commission: "0",
    created_at: now,
    updated_at: now,
    version: 2,
    ...values,
  };
}

async function submit(...orders: ReturnType<typeof order>[]): Promise<void> {
  const commands = orders.map((each) => ({ kind: "submit", order: each }));
  await jetstream(connection).publish("broker.submit", JSON.stringify(commands));
}

async function cancel({ order_id, symbol }: ReturnType<typeof order>): Promise<void> {
  const command = { kind: "cancel", order_id, venue: "prism", symbol, version: 4 };
  await jetstream(connection).publish("broker.cancel", JSON.stringify([command]));
}

const of = (orderId: string) =>
  said.filter(({ record }) => record["order_id"] === orderId).map(({ record }) => record);
const kinds = (orderId: string) => of(orderId).map((record) => record["kind"] ?? "fill");
const untilTold = (orderId: string, wanted: readonly string[]) =>
  until(
    `${wanted.join(", ")} of ${orderId}`,
    15,
    async () => kinds(orderId),
    (told) => told.join() === wanted.join(),
  );
const untilDone = () =>
  until(
    "the queue to be empty",
    15,
    async () => (await (await jetstreamManager(connection)).streams.info("BROKER")).state.messages,
    (messages) => messages === 0,
  );

async function call(method: string, path: string, role: string, body?: unknown) {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${authn.token(role)}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("an order goes to the venue, and what happens to it there is told once and in its order", async () => {
  const resting = order();
  const market = order({ order_type: "MARKET", price: undefined });
  await submit(resting, market);
  await untilTold(market.order_id, ["accepted", "fill"]);
  expect(of(market.order_id)[1]).toMatchObject({
    fill_id: expect.stringMatching(/^prism-/),
    client_order_id: market.client_order_id,
    venue: "prism",
    quantity: "10",
    price: "100",
  });
  await cancel(resting);
  await untilTold(resting.order_id, ["accepted", "cancelled"]);
  await untilDone();
});

test("a cancel that overtakes its order waits for it", async () => {
  const late = order();
  await cancel(late);
  // others are served meanwhile
  const other = order();
  await submit(other);
  await untilTold(other.order_id, ["accepted"]);
  expect(of(late.order_id)).toEqual([]);
  await submit(late);
  await untilTold(late.order_id, ["accepted", "cancelled"]);
  await untilDone();
});

test("an order and its cancel, both while the venue is away: it is placed, and cancelled", async () => {
  const both = order();
  prism.down = true;
  await submit(both);
  await cancel(both);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  prism.down = false;
  await untilTold(both.order_id, ["accepted", "cancelled"]);
  await untilDone();
});

test("the same command again is one order at the venue", async () => {
  const twice = order();
  await submit(twice, twice);
  await submit(twice);
  await untilTold(twice.order_id, ["accepted"]);
  await untilDone();
  expect(prism.submitted.get(twice.order_id)).toBe(1);
});

test("killed between the venue's answer and the acknowledgement, it asks first and does not send again", async () => {
  prism.silent = true;
  // at its end already, so that the list of open orders does not show it
  const caught = order({ order_type: "MARKET", price: undefined });
  await submit(caught);
  await until("the venue to have it", 15, async () => prism.orders.has(caught.order_id), Boolean);
  await gateway.end("SIGKILL");
  prism.silent = false;
  const queries = prism.queries;
  gateway.start();
  await untilTold(caught.order_id, ["accepted", "fill"]);
  await untilDone();
  expect(prism.submitted.get(caught.order_id)).toBe(1);
  expect(prism.queries).toBeGreaterThan(queries);
  // the feed went on where it was: nothing twice, nothing missing
  const reports = said.map(({ record }) => record["report_id"] ?? record["fill_id"]);
  expect(new Set(reports).size).toBe(reports.length);
}, 30_000);

test("a venue that is away gets its orders when it is back", async () => {
  prism.down = true;
  const waiting = order();
  await submit(waiting);
  await new Promise((resolve) => setTimeout(resolve, 1200));
  expect(prism.orders.has(waiting.order_id)).toBe(false);
  prism.down = false;
  await untilTold(waiting.order_id, ["accepted"]);
  expect(prism.submitted.get(waiting.order_id)).toBe(1);
}, 30_000);

test("the cap holds for the day, over a restart", async () => {
  const dear = order({ quantity: "9900", price: "100" });
  await submit(dear);
  await untilTold(dear.order_id, ["accepted"]);
  await gateway.end("SIGKILL");
  gateway.start();
  const over = order({ quantity: "5000", price: "100" });
  await submit(over);
  await untilTold(over.order_id, ["rejected"]);
  expect(of(over.order_id)[0]).toMatchObject({ reason: expect.stringContaining("daily notional cap") });
  expect(prism.orders.has(over.order_id)).toBe(false);
  const { order_id, symbol } = dear;
  const grown = { kind: "replace", order_id, venue: "prism", symbol, version: 6, quantity: "99000" };
  await jetstream(connection).publish("broker.replace", JSON.stringify([grown]));
  await untilTold(dear.order_id, ["accepted", "replaceRejected"]);
}, 30_000);

test("roles and the policy decide who may stop and go on", async () => {
  await until(
    "the API",
    15,
    async () =>
      fetch(`${api}/health`).then(
        () => true,
        () => false,
      ),
    Boolean,
  );
  const halt = { level: "no-new-orders", reason: "drill" };
  expect((await call("POST", "/halt", "viewer", halt)).status).toBe(403);
  authn.policy = false;
  expect((await call("POST", "/halt", "trader", halt)).status).toBe(403);
  authn.policy = true;
  expect((await call("POST", "/halt", "trader", halt)).body).toMatchObject({
    kill_switch: { state: "HALTED", by: "a-trader" },
  });
  await until(
    "the halt to be announced",
    10,
    async () => control.at(-1)?.subject,
    (subject) => subject === "control.trading.halt",
  );
  const refused = order({ quantity: "1" });
  await submit(refused);
  await untilTold(refused.order_id, ["rejected"]);
  expect(of(refused.order_id)[0]).toMatchObject({ reason: "kill switch: no-new-orders (drill)" });
  const [resting] = prism.open();
  const { order_id, symbol } = resting ?? {};
  const bigger = { kind: "replace", order_id, venue: "prism", symbol, version: 8, quantity: "99" };
  await jetstream(connection).publish("broker.replace", JSON.stringify([bigger]));
  await untilTold(order_id ?? "", ["accepted", "replaceRejected"]);
  expect(of(resting?.order_id ?? "").at(-1)).toMatchObject({ reason: "kill switch: no-new-orders (drill)" });
  // what is open stays open
  expect(prism.open().length).toBeGreaterThan(0);
  expect((await call("POST", "/resume", "trader", { reason: "over" })).status).toBe(403);
  expect((await call("POST", "/resume", "admin", { reason: "over" })).body).toMatchObject({
    kill_switch: { state: "ACTIVE" },
  });
  expect((await call("GET", "/reconciliation", "viewer")).body).toMatchObject([
    { venue: "prism", agrees: true },
  ]);
  expect((await call("GET", "/venues", "viewer")).body).toMatchObject([
    { name: "prism", in_use: true },
    { name: "binance", in_use: false, disabled: expect.stringContaining("BINANCE_API_KEY_FILE") },
    { name: "ibkr", in_use: false, disabled: expect.stringContaining("TWS") },
  ]);
}, 30_000);

test("with the bus down the operator on the host flattens; all of it is told when the bus is back", async () => {
  expect(prism.net("default", "AAPL")).not.toBe(0);
  await nats.kill();
  const stopped = await gateway.exec("control", "halt", "--level", "flatten", "--reason", "runaway strategy");
  expect(stopped).toMatchObject({ code: 0 });
  expect(JSON.parse(stopped.text)).toMatchObject({
    kill_switch: { state: "HALTED", level: "flatten", by: "operator" },
  });
  await until(
    "the position to be closed",
    15,
    async () => prism.net("default", "AAPL"),
    (net) => net === 0,
  );
  expect(prism.open()).toEqual([]);
  // dead and alive again, it is still stopped
  await gateway.end("SIGKILL");
  gateway.start();
  await until(
    "the process to answer",
    15,
    async () => (await gateway.exec("control", "state")).text,
    (text) => text.includes("HALTED"),
  );
  await nats.restart();
  const closing = [...prism.orders.values()].at(-1)?.order_id ?? "";
  await untilTold(closing, ["opened", "accepted", "fill"]);
  expect(of(closing)[0]).toMatchObject({
    order: { order_type: "MARKET", side: "SELL", client_order_id: expect.stringMatching(/^flatten-/) },
  });
  expect(prism.submitted.get(closing)).toBe(1);
  await until(
    "the halt to be announced",
    15,
    async () => control.at(-1)?.message["level"],
    (level) => level === "flatten",
  );
  const queued = order({ quantity: "1" });
  await submit(queued);
  await untilTold(queued.order_id, ["rejected"]);
  const audit = readFileSync(join(gateway.dir, "data/audit/audit.ndjson"), "utf8");
  expect(audit).toMatch(/"act":"halt".*"reason":"runaway strategy".*"origin":"host"/);
  expect((await gateway.exec("control", "resume", "--reason", "understood")).code).toBe(0);
  await until(
    "it to be announced",
    15,
    async () => control.at(-1)?.subject,
    (subject) => subject === "control.trading.resume",
  );
}, 60_000);

test("others' halt holds here, too, and it does not start where it could lose money without credentials", async () => {
  const at = Date.now();
  connection.publish(
    "control.trading.halt",
    JSON.stringify({ level: "no-new-orders", by: "risk", reason: "drawdown", at }),
  );
  const refused = order({ quantity: "1" });
  await until(
    "it to hold",
    10,
    async () => (await gateway.exec("control", "state")).text,
    (text) => text.includes("drawdown"),
  );
  await submit(refused);
  await untilTold(refused.order_id, ["rejected"]);
  await gateway.end("SIGTERM");
  gateway.output = "";
  gateway.start({ TRADING_MODE: "live" });
  await until(
    "it to end",
    15,
    async () => gateway.exitCode,
    (code) => code === 1,
  );
  expect(gateway.output).toMatch(
    /TRADING_MODE=live sends orders that move money, and no venue can take them/,
  );
}, 30_000);
