import type { ChangeReply, Order } from "../../../services/contracts";
import type { RunningService } from "../../../services/kit";
import {
  approved,
  become,
  Client,
  limit,
  ready,
  recordsOf,
  startOms,
  startWorld,
  Venue,
  type World,
} from "./harness";

let world: World;
let service: RunningService;
let client: Client;
let venue: Venue;
beforeAll(async () => {
  world = await startWorld("oms-api");
  service = await startOms(world);
  await ready(service.port);
  client = new Client(service.port);
  venue = new Venue(world.connection);
}, 60_000);
afterAll(async () => {
  await client.close();
  await service.stop();
  await world.close();
});
beforeEach(() => {
  world.risk.decide = () => approved;
});

async function sent(more: Readonly<Record<string, unknown>> = {}): Promise<Order> {
  const { status, body } = await client.submit(limit(more));
  expect(status).toBe(201);
  await venue.tell(venue.report(body, "accepted", {}));
  return become(client, body.order_id, ({ status: state }) => state === "SENT");
}

describe("an order", () => {
  it("is accepted, sent, and filled in parts of 4, 4 and 2 of 10: exactly 10", async () => {
    const { order_id } = await sent();
    const order = (await client.get(`/${order_id}`)).body;
    const parts = [
      venue.fill(order, "4", { price: "150" }),
      venue.fill(order, "4", { price: "149.5" }),
      venue.fill(order, "2", { price: "149.99" }),
    ];
    for (const part of parts) await venue.tellFills(part, part);
    const filled = await become(client, order_id, ({ status }) => status === "FILLED");
    expect(filled).toMatchObject({
      filled_quantity: "10",
      remaining_quantity: "0",
      average_fill_price: "149.798",
      commission: "0.03",
    });
    await venue.tellFills(...parts);
    await venue.tellFills(venue.fill(order, "0.5"));
    const other = await sent();
    await venue.tellFills(venue.fill(other, "10"));
    await become(client, other.order_id, ({ status }) => status === "FILLED");
    expect((await client.get(`/${order_id}`)).body).toEqual(filled);
    const fills = await client.get<{ fills: unknown[] }>(`/${order_id}/fills`);
    expect(fills.body.fills).toEqual(parts);
    const log = await recordsOf<{ fill: { fill_id: string }; order: Order }>(
      world.connection,
      "FILLS",
      "fills.confirmed",
    );
    const confirmed = log.filter(({ record }) => record.order.order_id === order_id);
    expect(confirmed.map(({ record }) => record.fill.fill_id)).toEqual(parts.map(({ fill_id }) => fill_id));
    const metrics = await fetch(`http://127.0.0.1:${service.port}/metrics`);
    const text = await metrics.text();
    expect(text).toContain('oms_fills_total{outcome="overfill"} 1');
  });

  it("may be filled before its acceptance is heard, which then changes nothing", async () => {
    const { body } = await client.submit(limit());
    await venue.tellFills(venue.fill(body, "3"));
    const partly = await become(client, body.order_id, ({ status }) => status === "PARTIALLY_FILLED");
    await venue.tell(venue.report(body, "accepted", {}));
    await venue.tellFills(venue.fill(body, "7"));
    const filled = await become(client, body.order_id, ({ status }) => status === "FILLED");
    expect(filled.version).toBe(partly.version + 1);
  });

  it("counts an execution that is heard after its cancellation, and stays cancelled", async () => {
    const order = await sent();
    await venue.tell(venue.report(order, "cancelled", { reason: "IOC" }));
    await become(client, order.order_id, ({ status }) => status === "CANCELLED");
    await venue.tellFills(venue.fill(order, "4"));
    const late = await become(client, order.order_id, ({ filled_quantity }) => filled_quantity === "4");
    expect(late).toMatchObject({ status: "CANCELLED", reject_reason: "IOC", remaining_quantity: "6" });
  });

  it("is rejected by its venue with the reason, and not moved by what comes then", async () => {
    const order = await sent();
    await venue.tell(venue.report(order, "rejected", { reason: "no such symbol" }));
    const rejected = await become(client, order.order_id, ({ status }) => status === "REJECTED");
    expect(rejected.reject_reason).toBe("no such symbol");
    await venue.tellFills(venue.fill(order, "1"));
    await venue.tell(venue.report(order, "cancelled", {}));
    const other = await sent();
    expect(other.status).toBe("SENT");
    expect((await client.get(`/${order.order_id}`)).body).toEqual(rejected);
  });
});

describe("a client's id", () => {
  it("is one order: the same again is the order as it is, another one is refused", async () => {
    const input = limit();
    const first = await client.submit(input);
    const asked = world.risk.asked.length;
    const again = await client.submit({ ...input, quantity: "10.0", price: "150.00" });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const other = await client.submit<{ error: string; order?: Order }>({ ...input, quantity: "11" });
    expect([other.status, other.body.error]).toEqual([409, "client_order_id_used"]);
    expect((await client.submit({ ...input, account: "a2" })).status).toBe(201);
    expect(world.risk.asked).toHaveLength(asked + 1);
  });

  it("is one order also when it is sent many times at once", async () => {
    const input = limit();
    const answers = await Promise.all(Array.from({ length: 20 }, () => client.submit(input)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.order_id)).size).toBe(1);
  });
});

describe("risk", () => {
  it("refuses with its reason, and the order is kept as refused", async () => {
    world.risk.decide = () => ({
      approved: false,
      rule: "exposure",
      reason: "too much",
      risk_level: "HIGH",
      warnings: [],
    });
    const input = limit();
    const answer = await client.submit<{ error: string; rule: string; reason: string; order: Order }>(input);
    expect([answer.status, answer.body]).toMatchObject([
      422,
      { error: "risk_rejected", rule: "exposure", reason: "too much" },
    ]);
    const kept = await client.get(`/${answer.body.order.order_id}`);
    expect(kept.body).toMatchObject({ status: "RISK_REJECTED", reject_reason: "too much" });
    const again = await client.submit(input);
    expect([again.status, again.body.status]).toEqual([200, "RISK_REJECTED"]);
  });

  it("does not answer: nothing is sent, and the same id can be tried again", async () => {
    world.risk.decide = () => "silence";
    const input = limit();
    const answer = await client.submit<{ error: string }>(input);
    expect([answer.status, answer.body.error]).toEqual([503, "risk_unavailable"]);
    world.risk.decide = () => approved;
    expect((await client.submit(input)).status).toBe(201);
    const records = await recordsOf<Order>(world.connection, "ORDERS", "orders.accepted", "orders.rejected");
    expect(records.filter(({ record }) => record.client_order_id === input.client_order_id)).toHaveLength(1);
  });

  it("is asked for orders of the same moment together", async () => {
    const [asked, requests] = [world.risk.asked.length, world.risk.requests];
    await Promise.all(Array.from({ length: 60 }, () => client.submit(limit())));
    expect(world.risk.asked.length - asked).toBe(60);
    expect(world.risk.requests - requests).toBeLessThan(60);
  });
});

describe("a cancel", () => {
  it("is asked of the venue, whose word it is", async () => {
    const order = await sent();
    const asked = await client.call("DELETE", `/${order.order_id}`);
    expect([asked.status, asked.body.status]).toEqual([202, "PENDING_CANCEL"]);
    expect((await client.call("DELETE", `/${order.order_id}`)).body.version).toBe(asked.body.version);
    await venue.tell(venue.report(order, "cancelled", {}));
    await become(client, order.order_id, ({ status }) => status === "CANCELLED");
    const late = await client.call<{ error: string; order: Order }>("DELETE", `/${order.order_id}`);
    expect([late.status, late.body.error, late.body.order.status]).toEqual([409, "final", "CANCELLED"]);
  });

  it("that comes too late leaves the order filled", async () => {
    const order = await sent();
    await client.call("DELETE", `/${order.order_id}`);
    await venue.tellFills(venue.fill(order, "10"));
    await venue.tell(venue.report(order, "cancelRejected", { reason: "filled" }));
    const filled = await become(client, order.order_id, ({ status }) => status === "FILLED");
    expect(filled.remaining_quantity).toBe("0");
  });

  it("of an order that was just accepted goes behind it to the venue, not past it", async () => {
    const { body: order } = await client.submit(limit());
    const asked = await client.call("DELETE", `/${order.order_id}`);
    expect(asked.body.status).toBe("PENDING_CANCEL");
    const records = await recordsOf<Order & { order?: Order }>(
      world.connection,
      "ORDERS",
      "orders.accepted",
      "orders.pending",
    );
    const own = records.filter(({ record }) => (record.order ?? record).order_id === order.order_id);
    expect(own.map(({ subject }) => subject)).toEqual(["orders.accepted", "orders.pending"]);
  });

  it("of everything takes the accounts that the caller may use", async () => {
    const [mine, others] = [await sent({ symbol: "JPM" }), await sent({ symbol: "JPM", account: "a2" })];
    const one = new Client(service.port, "bo/user/trader/a2");
    const answer = await one.call<{ requested: number }>("POST", "/cancel-all", { symbol: "JPM" });
    await one.close();
    expect([answer.status, answer.body]).toEqual([202, { requested: 1, unacknowledged: 0 }]);
    expect((await client.get(`/${mine.order_id}`)).body.status).toBe("SENT");
    expect((await client.get(`/${others.order_id}`)).body.status).toBe("PENDING_CANCEL");
  });
});

describe("a replace", () => {
  it("is judged by risk and done by the venue", async () => {
    const order = await sent();
    const asked = await client.call("PATCH", `/${order.order_id}`, { quantity: "20", price: "151" });
    expect([asked.status, asked.body]).toMatchObject([
      202,
      { status: "PENDING_REPLACE", quantity: "10", price: "150" },
    ]);
    expect(world.risk.asked.at(-1)).toMatchObject({
      replaces: true,
      order: { quantity: "20", price: "151" },
    });
    await venue.tell(venue.report(order, "replaced", { quantity: "20", price: "151" }));
    const after = await become(client, order.order_id, ({ status }) => status === "SENT");
    expect(after).toMatchObject({ quantity: "20", price: "151", remaining_quantity: "20" });
  });

  it("meets a fill and a cancel on its way", async () => {
    const order = await sent();
    await client.call("PATCH", `/${order.order_id}`, { quantity: "20" });
    await venue.tellFills(venue.fill(order, "4"));
    await become(client, order.order_id, ({ status }) => status === "PARTIALLY_FILLED");
    const replaced = venue.report(order, "replaced", { quantity: "20" });
    await venue.tell(replaced);
    const after = await become(client, order.order_id, ({ quantity }) => quantity === "20");
    expect(after).toMatchObject({ status: "PARTIALLY_FILLED", remaining_quantity: "16" });
    await client.call("PATCH", `/${order.order_id}`, { quantity: "6" });
    await client.call("DELETE", `/${order.order_id}`);
    await venue.tell(venue.report(order, "replaceRejected", { reason: "cancelled" }));
    await venue.tell(replaced);
    await venue.tell(venue.report(order, "cancelled", {}));
    const end = await become(client, order.order_id, ({ status }) => status === "CANCELLED");
    expect(end).toMatchObject({ quantity: "20", filled_quantity: "4", remaining_quantity: "16" });
  });

  it("is refused for what cannot be", async () => {
    const { body: early } = await client.submit(limit());
    const order = await sent();
    await venue.tellFills(venue.fill(order, "4"));
    await become(client, order.order_id, ({ status }) => status === "PARTIALLY_FILLED");
    const error = async (id: string, values: unknown) => {
      const { status, body } = await client.call<{ error: string }>("PATCH", `/${id}`, values);
      return [status, body.error];
    };
    expect(await error(early.order_id, { quantity: "5" })).toEqual([409, "not_replaceable"]);
    expect(await error(order.order_id, { quantity: "4" })).toEqual([409, "filled"]);
    expect(await error(order.order_id, { stop_price: "140" })).toEqual([400, "invalid"]);
    expect(await error(order.order_id, {})).toEqual([400, "invalid"]);
  });
});

it("records an order that its venue's side opened, and counts its fills", async () => {
  const order: Order = {
    ...(await client.submit(limit())).body,
    order_id: "7a1c3a0e-0f0d-8a3b-9c3e-2b1a0f0e0d0c",
    client_order_id: "flatten-1",
    status: "SENT",
    version: 1,
  };
  const asked = world.risk.asked.length;
  const opened = venue.report(order, "opened", { order });
  await venue.tell(opened, opened);
  await become(client, order.order_id, ({ status }) => status === "SENT");
  await venue.tellFills(venue.fill(order, "10"));
  await become(client, order.order_id, ({ status }) => status === "FILLED");
  await venue.tell(opened);
  expect(world.risk.asked).toHaveLength(asked);
  const log = await recordsOf<Order>(world.connection, "ORDERS", "orders.*");
  const own = log.filter(({ record }) => record.order_id === order.order_id);
  expect(own.map(({ subject }) => subject)).toEqual(["orders.sent"]);
});

describe("the bus", () => {
  const ask = async (subject: string, request: unknown): Promise<ChangeReply> =>
    (await world.connection.request(subject, JSON.stringify(request), { timeout: 5000 })).json<ChangeReply>();

  it("cancels and replaces as the API does", async () => {
    const order = await sent();
    const requested = { order_id: order.order_id, requested_by: "exeq" };
    expect(await ask("orders.replace.request", { ...requested, price: "149" })).toMatchObject({
      ok: true,
      order: { status: "PENDING_REPLACE" },
    });
    expect(await ask("orders.cancel.request", requested)).toMatchObject({
      ok: true,
      order: { status: "PENDING_CANCEL" },
    });
    expect(await ask("orders.cancel.request", { ...requested, order_id: "no" })).toMatchObject({
      ok: false,
      error: "invalid",
    });
    await venue.tell(venue.report(order, "cancelled", {}));
    await become(client, order.order_id, ({ status }) => status === "CANCELLED");
    expect(await ask("orders.cancel.request", requested)).toMatchObject({
      ok: false,
      error: "final",
      order: { status: "CANCELLED" },
    });
  });
});
