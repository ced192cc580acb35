import { jetstreamManager } from "@nats-io/jetstream";
import type { Order } from "../../../services/contracts";
import type { RunningService } from "../../../services/kit";
import { until } from "../../harness/docker";
import { become, Client, limit, ready, recordsOf, startOms, startWorld, Venue, type World } from "./harness";

let world: World;
let service: RunningService;
let client: Client;
let venue: Venue;
beforeAll(async () => {
  world = await startWorld("oms-reading");
  // 1024: what has ended soon leaves memory, and Valkey keeps no more than 1500 of it
  service = await startOms(world, { FINALS_IN_MEMORY: "1024", FINALS_KEPT: "1500", CLIENT_IDS_KEPT: "1024" });
  await ready(service.port);
  client = new Client(service.port);
  venue = new Venue(world.connection);
}, 60_000);
afterAll(async () => {
  await client.close();
  await service.stop();
  await world.close();
});

interface Page {
  readonly orders: readonly Order[];
  readonly next?: string;
}

async function pages(query: string, who = client, from?: string): Promise<readonly Page[]> {
  const found: Page[] = [];
  let cursor = from;
  do {
    const { status, body } = await who.get<Page>(
      `/?${query}${cursor === undefined ? "" : `&cursor=${cursor}`}`,
    );
    expect(status).toBe(200);
    found.push(body);
    cursor = body.next;
  } while (cursor !== undefined);
  return found;
}

async function filled(count: number): Promise<readonly Order[]> {
  const orders: Order[] = [];
  for (let from = 0; from < count; from += 100) {
    const part = await Promise.all(
      Array.from({ length: Math.min(100, count - from) }, () => client.submit(limit())),
    );
    orders.push(...part.map(({ body }) => body));
    await venue.tellFills(...part.map(({ body }) => venue.fill(body, "10")));
  }
  const last = orders.at(-1);
  if (last) await become(client, last.order_id, ({ status }) => status === "FILLED");
  return orders;
}

test("pages do not overlap, and leave out nothing that is kept, whatever comes between them", async () => {
  const old = await filled(300);
  const open = (await client.submit(limit({ symbol: "MSFT" }))).body;
  const first = (await client.get<Page>("/?limit=100")).body;
  const late = (await client.submit(limit())).body;
  const rest = await pages("limit=100", client, first.next);
  const ids = [first, ...rest].flatMap(({ orders }) => orders.map(({ order_id }) => order_id));
  expect(ids).not.toContain(late.order_id);
  expect(ids).toHaveLength(301);
  expect(ids).toEqual([...ids].sort().reverse());
  expect(new Set(ids)).toEqual(new Set([...old, open].map(({ order_id }) => order_id)));
  const opened = await pages("open=true");
  expect(opened.flatMap(({ orders }) => orders.map(({ order_id }) => order_id))).toEqual([
    late.order_id,
    open.order_id,
  ]);
  const [msft] = await pages("symbol=MSFT&status=ACCEPTED");
  expect(msft?.orders).toEqual([open]);
  const [mine] = await pages(`client_order_id=${open.client_order_id}&account=a1`);
  expect(mine?.orders).toEqual([open]);
}, 60_000);

test("memory and Valkey stay bounded, and what left memory is read and recognised from Valkey", async () => {
  const input = limit();
  const { body: first } = await client.submit(input);
  await venue.tellFills(venue.fill(first, "10"));
  await become(client, first.order_id, ({ status }) => status === "FILLED");
  await filled(1200);
  const measure = async (name: string): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${service.port}/metrics`)).text();
    return Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1]);
  };
  await until(
    "Valkey to have it",
    15,
    () => measure("oms_unprojected_orders"),
    (count) => count === 0,
  );
  expect(await measure("oms_orders_in_memory")).toBeLessThan(1200);
  const again = await client.submit(input);
  expect([again.status, again.body.status]).toEqual([200, "FILLED"]);
  expect((await client.get(`/${first.order_id}`)).body).toMatchObject({
    status: "FILLED",
    filled_quantity: "10",
  });
  expect((await client.get<{ fills: unknown[] }>(`/${first.order_id}/fills`)).body.fills).toHaveLength(1);
  await filled(700);
  await until(
    "Valkey to have it",
    15,
    () => measure("oms_unprojected_orders"),
    (count) => count === 0,
  );
  expect(await world.redis.llen("oms:final")).toBe(1500);
  const kept = await world.redis.zcard("oms:index");
  expect(kept).toBe(1500 + (await world.redis.scard("oms:open")));
  // the id lives longer than the order: it is no new one
  expect((await client.get(`/${first.order_id}`)).status).toBe(200);
}, 90_000);

test("an order that is kept no longer is not taken again under its id", async () => {
  const input = limit();
  const { body } = await client.submit(input);
  await venue.tellFills(venue.fill(body, "10"));
  await become(client, body.order_id, ({ status }) => status === "FILLED");
  await service.stop();
  await world.redis.del(`oms:order:${body.order_id}`);
  service = await startOms(world, { HTTP_PORT: String(service.port) });
  await ready(service.port);
  expect((await client.get(`/${body.order_id}`)).status).toBe(404);
  const again = await client.submit<{ error: string }>(input);
  expect([again.status, again.body.error]).toEqual([409, "client_order_id_used"]);
});

test("a Valkey that comes back as it was before is brought up to date from the streams", async () => {
  const { body: before } = await client.submit(limit());
  await until("Valkey to have it", 15, () => world.redis.exists(`oms:order:${before.order_id}`), Boolean);
  // what a crash between two syncs of its file does
  const was = await world.redis.hgetall("oms:at");
  const input = limit();
  const { body: lost } = await client.submit(input);
  await until("Valkey to have it", 15, () => world.redis.exists(`oms:order:${lost.order_id}`), Boolean);
  await world.redis
    .multi()
    .del(`oms:order:${lost.order_id}`)
    .srem("oms:open", lost.order_id)
    .hset("oms:at", was)
    .exec();
  const next = await until(
    "orders to be taken again",
    15,
    () => client.submit(limit()),
    ({ status }) => status === 201,
  );
  await until(
    "Valkey to have the lost one",
    15,
    () => world.redis.exists(`oms:order:${lost.order_id}`),
    Boolean,
  );
  await service.stop();
  service = await startOms(world, { HTTP_PORT: String(service.port) });
  await ready(service.port);
  for (const order of [before, lost, next.body])
    expect((await client.get(`/${order.order_id}`)).body).toEqual(order);
  expect((await client.submit(input)).status).toBe(200);
}, 60_000);

test("who may what", async () => {
  const { body: order } = await client.submit(limit());
  const [viewer, stranger] = [
    new Client(service.port, "vi/user/viewer/a1"),
    new Client(service.port, "st/user/trader/a9"),
  ];
  expect((await viewer.get(`/${order.order_id}`)).status).toBe(200);
  expect((await viewer.submit(limit())).status).toBe(403);
  expect((await viewer.call("DELETE", `/${order.order_id}`)).status).toBe(403);
  expect((await stranger.get(`/${order.order_id}`)).status).toBe(404);
  expect((await stranger.get(`/${order.order_id}/fills`)).status).toBe(404);
  expect((await stranger.call("DELETE", `/${order.order_id}`)).status).toBe(404);
  expect((await stranger.submit(limit())).status).toBe(403);
  expect((await stranger.get("/?account=a1")).status).toBe(403);
  expect((await pages("limit=1000", stranger)).flatMap(({ orders }) => orders)).toEqual([]);
  const nobody = await fetch(`http://127.0.0.1:${service.port}/`);
  expect(nobody.status).toBe(401);
  await Promise.all([viewer.close(), stranger.close()]);
});

test.each([
  ["an order type in small letters", { type: "market" }],
  ["a limit order without a price", { price: undefined }],
  ["a float", { quantity: 10 }],
  ["an unknown field", { metadata: {} }],
])("%s is refused and says where", async (_what, more) => {
  const { status, body } = await client.submit<{ error: string; issues: unknown[] }>(limit(more));
  expect([status, body.error, body.issues.length > 0]).toEqual([400, "invalid", true]);
});

test("without Valkey new orders are refused, and known ones go on", async () => {
  const { body: order } = await client.submit(limit());
  await world.valkey.kill();
  const refused = await client.submit<{ error: string }>(limit());
  expect([refused.status, refused.body.error]).toEqual([503, "state_unavailable"]);
  await venue.tellFills(venue.fill(order, "10"));
  await become(client, order.order_id, ({ status }) => status === "FILLED");
  await world.valkey.restart();
  await until(
    "orders to be taken",
    15,
    () => client.submit(limit()),
    ({ status }) => status === 201,
  );
  expect((await client.get(`/${order.order_id}`)).body.status).toBe("FILLED");
}, 60_000);

test("a stream that does not acknowledge: the outcome is unknown, and the same record is it once it does", async () => {
  await service.stop();
  const env = { HTTP_PORT: String(service.port), ACK_TIMEOUT_MS: "300", UNACKNOWLEDGED_MOST: "1" };
  service = await startOms(world, env);
  await ready(service.port);
  const { streams } = await jetstreamManager(world.connection);
  const { state } = await streams.info("ORDERS");
  // as if it were full
  await streams.update("ORDERS", { max_msgs: state.messages });
  const input = limit();
  const first = await client.submit<{ error: string; order: Order }>(input);
  expect([first.status, first.body.error, first.body.order.status]).toEqual([
    503,
    "outcome_unknown",
    "PENDING_RISK",
  ]);
  const again = await client.submit<{ error: string; order: Order }>(input);
  expect([again.status, again.body.error]).toEqual([503, "outcome_unknown"]);
  const other = await client.submit<{ error: string }>(limit());
  expect([other.status, other.body.error]).toEqual([503, "stream_unavailable"]);
  const cancel = await client.call<{ error: string }>("DELETE", `/${first.body.order.order_id}`);
  expect([cancel.status, cancel.body.error]).toEqual([503, "outcome_unknown"]);
  await streams.update("ORDERS", { max_msgs: -1 });
  const found = await until(
    "the order to be known",
    15,
    () => client.submit(input),
    ({ status }) => status === 200,
  );
  expect(found.body.order_id).toBe(first.body.order.order_id);
  await become(client, found.body.order_id, ({ status }) => status === "PENDING_CANCEL");
  const log = await recordsOf<Order & { order?: Order }>(world.connection, "ORDERS", "orders.*");
  const own = log.filter(({ record }) => (record.order ?? record).client_order_id === input.client_order_id);
  expect(own.map(({ subject }) => subject)).toEqual(["orders.accepted", "orders.pending"]);
}, 60_000);
