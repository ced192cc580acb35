import type { Fill, Order } from "../../../services/contracts";
import { until } from "../../harness/docker";
import { Client, limit, recordsOf, startWorld, Venue, type World } from "./harness";
import { FakeAuthn, freePort, OmsProcess } from "./process";

let world: World;
let authn: FakeAuthn;
let oms: OmsProcess;
let client: Client;
let venue: Venue;

beforeAll(async () => {
  world = await startWorld("oms-crash");
  authn = new FakeAuthn();
  oms = new OmsProcess(await freePort(), {
    ...world.env,
    LOG_LEVEL: "error",
    AUTHN_URL: await authn.start(),
  });
  await oms.start();
  client = new Client(oms.port, authn.token("trader", ["a1"]));
  venue = new Venue(world.connection);
}, 90_000);
afterAll(async () => {
  await client.close();
  await oms.stop();
  authn.close();
  await world.close();
});

/** Sends until it is answered, under the same id, as a client has to. */
async function insist(input: Record<string, unknown>): Promise<Order> {
  for (;;) {
    try {
      const { status, body } = await client.submit(input);
      if (status === 200 || status === 201) return body;
      if (status !== 503) throw new Error(`${status} ${JSON.stringify(body)}`);
    } catch (error) {
      // the connection went with the process
      if ((error as { code?: unknown }).code === undefined) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Sends orders, some at a time, while `disturb` does its worst. */
async function under(orders: number, disturb: () => Promise<unknown>): Promise<ReadonlyMap<string, Order>> {
  const inputs = Array.from({ length: orders }, () => limit());
  const answered = new Map<string, Order>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      const input = inputs[next++];
      if (!input) return;
      answered.set(String(input.client_order_id), await insist(input));
    }
  };
  const disturbed = disturb();
  await Promise.all(Array.from({ length: 24 }, worker));
  await disturbed;
  return answered;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The venue tells all of it, and again, for every order that is in the log; killed and restarted in the middle. */
async function fillAll(answered: ReadonlyMap<string, Order>): Promise<void> {
  const orders = [...answered.values()];
  const fills = orders.map((order) => ["4", "4", "2"].map((quantity) => venue.fill(order, quantity)));
  const tell = async (): Promise<void> => {
    for (let from = 0; from < orders.length; from += 50) {
      const part = orders.slice(from, from + 50);
      await venue.tell(...part.map((order) => venue.report(order, "accepted", {})));
      for (const turn of [0, 1, 2])
        await venue.tellFills(...fills.slice(from, from + 50).flatMap((all) => all[turn] ?? []));
    }
  };
  await tell();
  await oms.kill();
  await oms.start();
  await tell();
}

async function assertExact(answered: ReadonlyMap<string, Order>): Promise<void> {
  const accepted = await recordsOf<Order>(world.connection, "ORDERS", "orders.accepted");
  const byClient = new Map<string, Set<string>>();
  for (const { record } of accepted)
    byClient.set(
      record.client_order_id,
      (byClient.get(record.client_order_id) ?? new Set()).add(record.order_id),
    );
  const wrong = [...answered].filter(
    ([id, order]) => byClient.get(id)?.size !== 1 || !byClient.get(id)?.has(order.order_id),
  );
  expect(wrong).toEqual([]);
  expect(accepted.filter(({ record }) => answered.has(record.client_order_id))).toHaveLength(answered.size);
}

function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, n) =>
    items.slice(n * size, (n + 1) * size),
  );
}

async function assertFilled(answered: ReadonlyMap<string, Order>): Promise<void> {
  const [last] = [...answered.values()].slice(-1);
  await until(
    "the last order to be filled",
    30,
    () => client.get(`/${last?.order_id}`),
    ({ body }) => body.status === "FILLED",
  );
  const shown: Order[] = [];
  for (const part of chunks([...answered.values()], 100))
    shown.push(
      ...(await Promise.all(part.map(async ({ order_id }) => (await client.get(`/${order_id}`)).body))),
    );
  expect(shown.filter((order) => order.filled_quantity !== "10" || order.status !== "FILLED")).toEqual([]);
  const confirmed = await recordsOf<{ fill: Fill; order: Order }>(
    world.connection,
    "FILLS",
    "fills.confirmed",
  );
  const own = confirmed.filter(({ record }) => answered.has(record.order.client_order_id));
  expect(own).toHaveLength(3 * answered.size);
  expect(new Set(own.map(({ record }) => record.fill.fill_id)).size).toBe(own.length);
}

test("a process killed under load loses no answered order and doubles none, fills neither", async () => {
  const answered = await under(900, async () => {
    for (let time = 0; time < 2; time++) {
      await pause(300);
      await oms.kill();
      await oms.start();
    }
  });
  await assertExact(answered);
  await fillAll(answered);
  await assertFilled(answered);
}, 120_000);

test("a bus killed and restarted under load", async () => {
  const answered = await under(1500, async () => {
    await pause(300);
    await world.nats.kill();
    await pause(500);
    await world.nats.restart();
  });
  await assertExact(answered);
}, 120_000);

test("an emptied Valkey is filled again from the streams, while it runs and at a start", async () => {
  const before = await under(300, () => Promise.resolve());
  await world.redis.flushall();
  const answered = await under(600, async () => {
    await pause(200);
    await world.redis.flushall();
    await pause(1500);
    await oms.kill();
    await world.redis.flushall();
    await oms.start();
  });
  const all = new Map([...before, ...answered]);
  await assertExact(all);
  const again = await Promise.all([...all.values()].map((order) => client.get(`/${order.order_id}`)));
  expect(again.map(({ body }) => body)).toEqual(
    [...all.values()].map((order) =>
      expect.objectContaining({ order_id: order.order_id, status: "ACCEPTED" }),
    ),
  );
}, 120_000);
