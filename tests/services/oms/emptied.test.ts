import { Client, startWorld, type World } from "./harness";
import { assertExact, pause, under } from "./load";
import { FakeAuthn, freePort, OmsProcess } from "./process";

let world: World;
let authn: FakeAuthn;
let oms: OmsProcess;
let client: Client;

beforeAll(async () => {
  world = await startWorld("oms-emptied");
  authn = new FakeAuthn();
  oms = new OmsProcess(await freePort(), {
    ...world.env,
    LOG_LEVEL: "error",
    AUTHN_URL: await authn.start(),
  });
  await oms.start();
  client = new Client(oms.port, authn.token("trader", ["a1"]));
}, 90_000);
afterAll(async () => {
  await client.close();
  await oms.stop();
  authn.close();
  await world.close();
});

test("an emptied Valkey is filled again from the streams, while it runs and at a start", async () => {
  const before = await under(client, 300, () => Promise.resolve());
  await world.redis.flushall();
  const answered = await under(client, 600, async () => {
    await pause(200);
    await world.redis.flushall();
    await pause(1500);
    await oms.kill();
    await world.redis.flushall();
    await oms.start();
  });
  const all = new Map([...before, ...answered]);
  await assertExact(world, all);
  const again = await Promise.all([...all.values()].map((order) => client.get(`/${order.order_id}`)));
  expect(again.map(({ body }) => body)).toEqual(
    [...all.values()].map((order) =>
      expect.objectContaining({ order_id: order.order_id, status: "ACCEPTED" }),
    ),
  );
}, 120_000);
