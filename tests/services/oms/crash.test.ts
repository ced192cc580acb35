import type { Fill, Order } from "../../../services/contracts";
import { until } from "../../harness/docker";
import { Client, recordsOf, startWorld, Venue, type World } from "./harness";
import { assertExact, pause, under } from "./load";
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
  const answered = await under(client, 900, async () => {
    for (let time = 0; time < 2; time++) {
      await pause(300);
      await oms.kill();
      await oms.start();
    }
  });
  await assertExact(world, answered);
  await fillAll(answered);
  await assertFilled(answered);
}, 120_000);

test("a bus killed and restarted under load", async () => {
  const answered = await under(client, 1500, async () => {
    await pause(300);
    await world.nats.kill();
    await pause(500);
    await world.nats.restart();
  });
  await assertExact(world, answered);
}, 120_000);
