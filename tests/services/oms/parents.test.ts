import type { Order } from "../../../services/contracts";
import type { RunningService } from "../../../services/kit";
import { become, Client, limit, ready, recordsOf, startOms, startWorld, Venue, type World } from "./harness";

let world: World;
let service: RunningService;
let exeq: Client;
let client: Client;
let venue: Venue;
beforeAll(async () => {
  world = await startWorld("oms-parents");
  service = await startOms(world);
  await ready(service.port);
  client = new Client(service.port);
  exeq = new Client(service.port, "exeq/service/trader/all");
  venue = new Venue(world.connection);
}, 60_000);
afterAll(async () => {
  await Promise.all([client.close(), exeq.close()]);
  await service.stop();
  await world.close();
});

const iceberg = { algo: { name: "ICEBERG", display_quantity: "4" }, time_in_force: "GTC" };

async function parent(): Promise<Order> {
  return (await client.submit(limit(iceberg))).body;
}

async function part(of: Order, quantity: string): Promise<Order> {
  const answer = await exeq.submit(limit({ quantity, parent_order_id: of.order_id }));
  expect(answer.status).toBe(201);
  return answer.body;
}

test("a parent follows the fills of its parts, each once, until it is filled", async () => {
  const whole = await parent();
  const first = await part(whole, "4");
  await venue.tell(venue.report(first, "accepted", {}));
  await become(client, whole.order_id, ({ status }) => status === "SENT");
  const fills = [venue.fill(first, "1", { price: "149" }), venue.fill(first, "3", { price: "150" })];
  await venue.tellFills(...fills);
  await venue.tellFills(...fills);
  const partly = await become(client, whole.order_id, ({ filled_quantity }) => filled_quantity === "4");
  expect(partly).toMatchObject({
    status: "PARTIALLY_FILLED",
    remaining_quantity: "6",
    average_fill_price: "149.75",
    commission: "0.02",
  });
  const second = await part(whole, "6");
  await venue.tellFills(venue.fill(second, "6"));
  const filled = await become(client, whole.order_id, ({ status }) => status === "FILLED");
  expect(filled).toMatchObject({ filled_quantity: "10", remaining_quantity: "0", commission: "0.03" });
  const { body } = await client.get<{ fills: { quantity: string }[] }>(`/${whole.order_id}/fills`);
  expect(body.fills.map(({ quantity }) => quantity)).toEqual(["1", "3", "6"]);
  const log = await recordsOf<{ order: Order }>(world.connection, "FILLS", "fills.confirmed");
  expect(log.filter(({ record }) => record.order.order_id === whole.order_id)).toEqual([]);
});

test("parts are no more than their parent, of its kind, and from services only", async () => {
  const whole = await parent();
  const error = async (who: Client, more: Record<string, unknown>) => {
    const { status, body } = await who.submit<{ error: string }>(
      limit({ parent_order_id: whole.order_id, ...more }),
    );
    return [status, body.error];
  };
  expect(await error(client, { quantity: "1" })).toEqual([403, "service_only"]);
  await part(whole, "7");
  expect(await error(exeq, { quantity: "4" })).toEqual([409, "parent_exceeded"]);
  expect(await error(exeq, { quantity: "1", side: "SELL" })).toEqual([409, "parent_differs"]);
  const plain = (await client.submit(limit())).body;
  expect(await error(exeq, { parent_order_id: plain.order_id })).toEqual([409, "parent_plain"]);
  const nobody = "01900000-0000-7000-8000-000000000009";
  expect(await error(exeq, { parent_order_id: nobody })).toEqual([409, "parent_unknown"]);
});

test("a parent that is cancelled ends with its last part, and gets no more", async () => {
  const whole = await parent();
  const [one, other] = [await part(whole, "4"), await part(whole, "4")];
  expect((await client.call("DELETE", `/${whole.order_id}`)).body.status).toBe("PENDING_CANCEL");
  const more = await exeq.submit<{ error: string }>(
    limit({ parent_order_id: whole.order_id, quantity: "1" }),
  );
  expect([more.status, more.body.error]).toEqual([409, "parent_ended"]);
  await venue.tellFills(venue.fill(one, "1"));
  await venue.tell(venue.report(one, "cancelled", {}));
  await become(client, one.order_id, ({ status }) => status === "CANCELLED");
  expect((await client.get(`/${whole.order_id}`)).body).toMatchObject({
    status: "PENDING_CANCEL",
    filled_quantity: "1",
  });
  await venue.tellFills(venue.fill(other, "4"));
  const ended = await become(client, whole.order_id, ({ status }) => status === "CANCELLED");
  expect(ended).toMatchObject({ filled_quantity: "5", remaining_quantity: "5" });
  const unstarted = await parent();
  await client.call("DELETE", `/${unstarted.order_id}`);
  await become(client, unstarted.order_id, ({ status }) => status === "CANCELLED");
});

test("what a crash left out between a part and its parent is mended at the start", async () => {
  const whole = await parent();
  const one = await part(whole, "4");
  await venue.tellFills(venue.fill(one, "3"));
  await become(client, whole.order_id, ({ filled_quantity }) => filled_quantity === "3");
  const before = await become(client, one.order_id, ({ filled_quantity }) => filled_quantity === "3");
  await service.stop();
  // the part's record reached the stream, the parent's did not, and Valkey knows of neither
  const fill = venue.fill(one, "1");
  const after = {
    ...before,
    status: "FILLED",
    filled_quantity: "4",
    remaining_quantity: "0",
    version: before.version + 1,
  };
  world.connection.publish("fills.confirmed", JSON.stringify([{ fill, order: after }]));
  await world.connection.flush();
  service = await startOms(world, { HTTP_PORT: String(service.port) });
  await ready(service.port);
  await venue.tellFills(fill);
  const mended = await become(client, whole.order_id, ({ filled_quantity }) => filled_quantity === "4");
  expect(mended).toMatchObject({ status: "PARTIALLY_FILLED", remaining_quantity: "6" });
  expect((await client.get(`/${one.order_id}`)).body).toEqual(after);
});
