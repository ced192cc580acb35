import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createServer as createTcp, type AddressInfo } from "node:net";
import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { until } from "../../harness/docker";
import { ServiceProcess } from "../live-gateway/process";
import { startNats, startValkey, type Store } from "../stores";

let nats: Awaited<ReturnType<typeof startNats>>;
let valkey: Store;
let connection: NatsConnection;
let exeq: ServiceProcess;
let platform: Server;
let api: string;
const commands: { subject: string; record: Record<string, unknown> }[] = [];
const reports: Record<string, unknown>[] = [];
/** Slices by client_order_id, as the OMS keeps them; how often each was sent. */
const slices = new Map<string, { readonly order: Record<string, unknown>; sent: number }>();
const cancelled: string[] = [];
/** The OMS takes slices and its answers are lost. */
let mute = false;

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createTcp();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function order(values: Record<string, unknown> = {}) {
  const now = Date.now();
  const quantity = (values["quantity"] as string | undefined) ?? "10";
  return {
    order_id: randomUUID(),
    client_order_id: `c-${randomUUID().slice(0, 8)}`,
    symbol: "AAPL",
    side: "BUY",
    quantity,
    order_type: "LIMIT",
    price: "100",
    time_in_force: "DAY",
    account: "default",
    venue: "prism",
    status: "ACCEPTED",
    filled_quantity: "0",
    remaining_quantity: quantity,
    commission: "0",
    created_at: now,
    updated_at: now,
    version: 2,
    ...values,
  };
}

/** OMS and authn in one: it wants the token that it gave. */
function servePlatform(): Server {
  return createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += String(part)));
    request.on("end", () => {
      const answer = (status: number, body: unknown) =>
        void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (request.url === "/token") {
        const asked = new URLSearchParams(text);
        const good =
          asked.get("grant_type") === "client_credentials" && asked.get("client_secret") === "hush";
        return answer(good ? 200 : 401, { access_token: "t1", token_type: "Bearer", expires_in: 300 });
      }
      if (request.headers.authorization !== "Bearer t1") return answer(401, { message: "no token" });
      const asked = JSON.parse(text) as Record<string, unknown>;
      const name = String(asked["client_order_id"]);
      const known = slices.get(name);
      const kept = known ?? { order: order({ ...asked, remaining_quantity: asked["quantity"] }), sent: 0 };
      kept.sent += 1;
      slices.set(name, kept);
      if (mute) return void request.socket.destroy();
      answer(known ? 200 : 201, kept.order);
    });
  });
}

const say = (subject: string, ...records: unknown[]) =>
  jetstream(connection).publish(subject, JSON.stringify(records));
const filled = (part: Record<string, unknown>) =>
  say("fills.confirmed", {
    fill: { fill_id: `f-${randomUUID()}` },
    order: {
      ...part,
      status: "FILLED",
      filled_quantity: part["quantity"],
      remaining_quantity: "0",
      version: 5,
    },
  });
const slicesOf = (id: string) =>
  [...slices].filter(([name]) => name.startsWith(id)).map(([, { order: each }]) => each);
const reportsOf = (id: string) => reports.filter(({ order_id }) => order_id === id);

async function follow(
  stream: string,
  take: (subject: string, record: Record<string, unknown>) => void,
): Promise<void> {
  const consumer = await jetstream(connection).consumers.get(stream === "FILLS" ? "FILLS" : stream);
  for await (const message of await consumer.consume()) {
    for (const record of message.json<Record<string, unknown>[]>()) take(message.subject, record);
  }
}

beforeAll(async () => {
  [nats, valkey] = await Promise.all([startNats("exeq"), startValkey("exeq")]);
  connection = await nats.connect();
  platform = servePlatform();
  await new Promise<void>((resolve) => platform.listen(0, "127.0.0.1", resolve));
  const platformUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const port = await freePort();
  api = `http://127.0.0.1:${port}`;
  const env: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HTTP_PORT: String(port),
    NATS_URL: `nats://127.0.0.1:${nats.port}`,
    NATS_USERNAME: "exeq",
    AUTHN_URL: platformUrl,
    OMS_URL: platformUrl,
    VALKEY_STATE_URL: `redis://127.0.0.1:${valkey.port}`,
    VALKEY_STATE_USERNAME: "default",
    DRAIN_DELAY_MS: "0",
    RETRY_MS: "50",
  };
  exeq = new ServiceProcess("exeq", env);
  env["NATS_PASSWORD_FILE"] = exeq.secret("nats", "none");
  env["VALKEY_STATE_PASSWORD_FILE"] = exeq.secret("valkey", "none");
  env["AUTHN_PASSWORD_FILE"] = exeq.secret("authn", "hush");
  void follow("FILLS", (subject, record) => {
    if (subject === "venue.report") reports.push(record);
  });
  // the work queue has one reader for each subject; this is the one
  const broker = await jetstream(connection).consumers.get("BROKER", "live-gateway-commands");
  void (async () => {
    for await (const message of await broker.consume()) {
      for (const record of message.json<Record<string, unknown>[]>())
        commands.push({ subject: message.subject, record });
      message.ack();
    }
  })();
  connection.subscribe("orders.cancel.request", {
    callback: (_error, message) => {
      cancelled.push(message.json<{ order_id: string }>().order_id);
      message.respond(JSON.stringify({ ok: true }));
    },
  });
  exeq.start();
}, 90_000);

afterAll(async () => {
  await exeq.end("SIGKILL");
  await connection.close();
  await Promise.all([nats.close(), valkey.close()]);
  platform.closeAllConnections();
  platform.close();
});

test("an order goes to the queue before its changes; an unknown venue is told back", async () => {
  const plain = order();
  const nowhere = order({ venue: "nasdaq" });
  await say("orders.accepted", plain, nowhere);
  const pending = { ...plain, status: "PENDING_CANCEL", version: 4 };
  await say("orders.pending", { order: pending, change: { kind: "cancel" } });
  await until(
    "both commands",
    15,
    async () => commands.length,
    (count) => count === 2,
  );
  expect(commands).toEqual([
    { subject: "broker.submit", record: { kind: "submit", order: plain } },
    {
      subject: "broker.cancel",
      record: {
        kind: "cancel",
        order_id: plain.order_id,
        venue: "prism",
        symbol: plain.symbol,
        version: 4,
      },
    },
  ]);
  await until(
    "the refusal",
    15,
    async () => reportsOf(nowhere.order_id).length,
    (count) => count === 1,
  );
  expect(reportsOf(nowhere.order_id)[0]).toMatchObject({
    kind: "rejected",
    reason: "no venue nasdaq; there are prism, binance, ibkr",
  });
});

test("killed while the answers of the OMS are lost, it sends every slice of a TWAP once and in the end says so", async () => {
  const parent = order({ quantity: "10", algo: { name: "TWAP", duration_ms: 2000, slices: 4 } });
  mute = true;
  await say("orders.accepted", parent);
  await until(
    "a slice to arrive",
    15,
    async () => slicesOf(parent.order_id).length,
    (count) => count === 1,
  );
  await exeq.end("SIGKILL");
  mute = false;
  exeq.start();
  await until(
    "all slices",
    15,
    async () => slicesOf(parent.order_id).length,
    (count) => count === 4,
  );
  const parts = slicesOf(parent.order_id);
  expect(parts.map(({ quantity }) => quantity)).toEqual(["2", "3", "2", "3"]);
  expect(parts.every(({ parent_order_id }) => parent_order_id === parent.order_id)).toBe(true);
  for (const part of parts.slice(0, 3)) await filled(part);
  await say("orders.rejected", { ...parts[3], status: "REJECTED", reject_reason: "price", version: 4 });
  await until(
    "the end",
    15,
    async () => reportsOf(parent.order_id).at(-1)?.["kind"],
    (kind) => kind === "expired",
  );
  expect(reportsOf(parent.order_id).at(-1)).toMatchObject({
    reason: "TWAP ended with 7 of 10 filled: slice 3 REJECTED: price",
  });
  expect((await fetch(`${api}/queue`)).status).toBe(401);
}, 40_000);

test("an iceberg shows one slice at a time, and a cancel ends it with its slice", async () => {
  const parent = order({ quantity: "10", algo: { name: "ICEBERG", display_quantity: "4" } });
  await say("orders.accepted", parent);
  await until(
    "the first slice",
    15,
    async () => slicesOf(parent.order_id).length,
    (count) => count === 1,
  );
  await filled(slicesOf(parent.order_id)[0] ?? {});
  await until(
    "the second slice",
    15,
    async () => slicesOf(parent.order_id).length,
    (count) => count === 2,
  );
  const [, second = {}] = slicesOf(parent.order_id);
  await say("orders.pending", {
    order: { ...parent, status: "PENDING_CANCEL", version: 5 },
    change: { kind: "cancel" },
  });
  await until(
    "its slice to be cancelled",
    15,
    async () => cancelled,
    (ids) => ids.includes(String(second["order_id"])),
  );
  await say("orders.cancelled", { ...second, status: "CANCELLED", version: 6 });
  await until(
    "the end",
    15,
    async () => reportsOf(parent.order_id).at(-1)?.["kind"],
    (kind) => kind === "cancelled",
  );
  expect(slicesOf(parent.order_id)).toHaveLength(2);
  // a slice that was cancelled with nothing filled may be on its way to the venue, and is cancelled there, too
  await until(
    "that",
    15,
    async () => commands.at(-1)?.record["order_id"],
    (id) => id === second["order_id"],
  );
}, 40_000);

test("a VWAP is cut by the bars that the stream holds", async () => {
  const now = Date.now();
  const minute = Math.floor(now / 60_000) * 60_000;
  const bars = Array.from({ length: 30 }, (_, index) => ({
    venue: "prism",
    symbol: "MSFT",
    interval: "1m",
    ...{ open: "1", high: "1", low: "1", close: "1", trades: 1 },
    volume: index < 15 ? "100" : "300",
    timestamp: minute - 86_400_000 + index * 60_000,
  }));
  await say("market.bar.1m.MSFT", ...bars);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const algo = { name: "VWAP", duration_ms: 1_800_000, slices: 2, max_participation: "0.1" };
  const parent = order({ symbol: "MSFT", quantity: "400", algo, created_at: minute, updated_at: minute });
  await say("orders.accepted", parent);
  await until(
    "the first slice",
    15,
    async () => slicesOf(parent.order_id).length,
    (count) => count === 1,
  );
  expect(slicesOf(parent.order_id)[0]).toMatchObject({ quantity: "100" });
}, 30_000);
