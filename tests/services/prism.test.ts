import { randomUUID } from "node:crypto";
import { createServer, type AddressInfo } from "node:net";
import type { NatsConnection } from "@nats-io/nats-core";
import { add, compare, multiply, subtract, subjects, sum, type Tick } from "../../services/contracts";
import type { PositionView } from "../../services/prism/src/domain/positions";
import type {
  FillRecord,
  OrderRequest,
  SubmitResult,
  VenueEvent,
} from "../../services/prism/src/domain/types";
import type { OrderView } from "../../services/prism/src/domain/views";
import { until } from "../harness/docker";
import { FeedReader, PrismProcess } from "./prism-process";
import { startNats } from "./stores";

let nats: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
let prism: PrismProcess;
beforeAll(async () => {
  nats = await startNats("prism", { bare: true });
  connection = await nats.connect();
  prism = new PrismProcess(await freePort(), nats.port);
  await prism.start();
}, 90_000);
afterAll(async () => {
  await prism.close();
  await connection.close();
  await nats.close();
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

let ticked = 0;
function tick(symbol: string, bid: string, ask: string, price = bid): void {
  const record: Tick = {
    venue: "sim",
    symbol,
    price,
    size: "1",
    bid,
    ask,
    timestamp: Date.now(),
    source_seq: ++ticked,
  };
  connection.publish(subjects.tick(symbol), JSON.stringify([record]));
}

function order(more: Partial<OrderRequest> = {}): OrderRequest {
  const fields = {
    symbol: "AAPL",
    side: "BUY",
    quantity: "10",
    order_type: "LIMIT",
    time_in_force: "GTC",
  } as const;
  return { order_id: randomUUID(), account: "main", ...fields, ...more };
}

const submit = async (...orders: readonly OrderRequest[]): Promise<readonly SubmitResult[]> =>
  (await prism.ask<{ results: readonly SubmitResult[] }>("/v1/orders", { orders })).body.results;
const viewOf = async (order_id: string): Promise<OrderView> =>
  (await prism.ask<OrderView>(`/v1/orders/${order_id}`)).body;
const quoted = (symbol: string, bid: string) =>
  until(
    `${symbol} to be quoted at ${bid}`,
    10,
    async () =>
      (await prism.ask<{ bids: readonly { price: string }[] }>(`/v1/book/${symbol}`)).body.bids[0]?.price,
    (price) => price === bid,
  );

test("nobody trades without the right user and password; health is for everybody", async () => {
  for (const wrong of ["", "Bearer x", "Basic x", ...["gateway:wrong", "nobody:x", "gateway"].map(basic)]) {
    const { status } = await prism.ask("/v1/positions", undefined, wrong);
    expect([wrong, status]).toEqual([wrong, 401]);
  }
  expect((await prism.ask("/v1/positions")).status).toBe(200);
  expect((await fetch(`${prism.url}/health/ready`)).status).toBe(200);
});

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

test("orders trade with the quotes around the ticks on the bus, and what is no tick is passed over", async () => {
  const [early] = await submit(order({ order_type: "MARKET" }));
  expect(early).toMatchObject({ outcome: "rejected", reason: expect.stringContaining("no tick of AAPL") });
  connection.publish("market.tick.AAPL", "nonsense");
  connection.publish("market.tick.AAPL", JSON.stringify([{ venue: "sim" }]));
  tick("AAPL", "100", "100.02");
  await quoted("AAPL", "100");

  const bought = order({ order_type: "MARKET", quantity: "5" });
  const rests = order({ price: "99", quantity: "7" });
  expect((await submit(bought, rests, bought)).map(({ outcome }) => outcome)).toEqual([
    "accepted",
    "accepted",
    "duplicate",
  ]);
  expect(await viewOf(bought.order_id)).toMatchObject({
    status: "FILLED",
    filled_quantity: "5",
    average_price: "100.02",
    commission: "0.10002",
  });
  // the quotes move through it
  tick("AAPL", "98", "98.5");
  await until(
    "the resting order to be filled",
    10,
    () => viewOf(rests.order_id),
    ({ status }) => status === "FILLED",
  );
  const { fills } = (await prism.ask<{ fills: readonly FillRecord[] }>("/v1/fills")).body;
  expect(fills).toMatchObject([
    {
      fill_id: "prism-1",
      price: "100.02",
      liquidity: "TAKER",
      quote: { venue: "sim", source_seq: ticked - 1, level: 0 },
    },
    { fill_id: "prism-2", price: "99", liquidity: "MAKER", quote: { source_seq: ticked } },
  ]);
  expect((await prism.ask("/v1/positions?account=main")).body).toEqual({
    seq: 5,
    positions: [
      {
        account: "main",
        symbol: "AAPL",
        quantity: "12",
        bought: "12",
        sold: "0",
        cash: "-1193.1",
        commission: "0.16932",
      },
    ],
  });
});

test("cancels and replaces by HTTP; an order that never was is not found; a cursor of other data gets nothing", async () => {
  const one = order({ price: "50" });
  await submit(one, order({ price: "51", account: "other" }));
  const { order_id } = one;
  const replaces = [{ order_id, request_id: "p1", price: "52", quantity: "11" }];
  expect((await prism.ask("/v1/replaces", { replaces })).body).toEqual({
    results: [{ order_id, request_id: "p1", outcome: "done" }],
  });
  expect(
    (await prism.ask<{ orders: OrderView[] }>("/v1/orders?open=true&account=main")).body.orders,
  ).toMatchObject([{ order_id, price: "52", quantity: "11", remaining_quantity: "11" }]);
  const cancels = [{ order_id, request_id: "c1" }];
  for (let again = 0; again < 2; again++)
    expect((await prism.ask("/v1/cancels", { cancels })).body).toEqual({
      results: [{ order_id, request_id: "c1", outcome: "done" }],
    });
  expect((await prism.ask("/v1/cancel-all", {})).body).toEqual({ cancelled: 1 });
  expect((await prism.ask(`/v1/orders/${randomUUID()}`)).status).toBe(404);
  expect((await prism.ask("/v1/orders", { orders: [{ ...one, side: "HOLD" }] })).status).toBe(400);
  expect((await prism.ask("/v1/orders", { orders: [{ ...one, order_id: "mine" }] })).status).toBe(400);
  const beyond = new FeedReader(prism, 100_000);
  await beyond.ended;
  expect([beyond.events, beyond.heartbeats]).toEqual([[], 1]);
});

test("a killed venue has lost nothing it answered, and repeats nothing it told", async () => {
  const answered = new Set<string>();
  const asked = new Map<string, OrderRequest>();
  const told: VenueEvent[] = [];
  let loading = true;
  let running = true;
  const load = async (worker: number): Promise<void> => {
    for (let n = 0; loading; n++) {
      // what is not answered is to be what the kill cut off, not what was said to nobody
      if (!running) await new Promise((resolve) => setTimeout(resolve, 50));
      if (!running) continue;
      const batch = Array.from({ length: 50 }, (_, index) =>
        order({
          side: (index + worker) % 2 ? "BUY" : "SELL",
          quantity: String(1 + ((index * 7 + n) % 30)),
          price: (100 + (((index * 13 + n) % 21) - 10) / 100).toFixed(2),
          account: worker % 2 ? "a" : "b",
        }),
      );
      batch.forEach((each) => asked.set(each.order_id, each));
      try {
        for (const { order_id } of await submit(...batch)) answered.add(order_id);
      } catch {
        // asked again when all is over
      }
    }
  };
  const ticking = setInterval(() => {
    const bid = 9990 + (ticked % 20);
    tick("AAPL", (bid / 100).toFixed(2), ((bid + 3) / 100).toFixed(2));
  }, 5);
  const loads = [0, 1, 2, 3].map(load);
  for (let round = 0; round < 3; round++) {
    const reader = new FeedReader(prism, told[told.length - 1]?.seq ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const killed = prism.end("SIGKILL");
    running = false;
    await killed;
    await reader.ended;
    told.push(...reader.events);
    await prism.start();
    running = true;
  }
  loading = false;
  await Promise.all(loads);
  clearInterval(ticking);
  expect(answered.size).toBeGreaterThan(200);
  expect(asked.size).toBeGreaterThan(answered.size);

  // what was not answered is asked again: it was done, or is done now, never twice
  const open = [...asked.values()].filter(({ order_id }) => !answered.has(order_id));
  for (let index = 0; index < open.length; index += 50) await submit(...open.slice(index, index + 50));
  const last = (await metric("prism_feed_seq")) ?? 0;
  const all = new FeedReader(prism, 0, last);
  await all.ended;
  expect(all.events.map(({ seq }) => seq)).toEqual(Array.from({ length: last }, (_, index) => index + 1));
  // what readers were told before each kill is what happened
  expect(told.length).toBeGreaterThan(200);
  expect(told).toEqual(all.events.slice(0, told.length));

  const accepted = all.events.filter(({ kind }) => kind === "accepted").map(({ order_id }) => order_id);
  expect(new Set(accepted).size).toBe(accepted.length);
  const known = new Set(accepted);
  expect([...asked.keys()].filter((order_id) => !known.has(order_id))).toEqual([]);
  await expectBalanced(all.events, asked);
}, 60_000);

/** Fills, orders and positions say the same. */
async function expectBalanced(
  events: readonly VenueEvent[],
  asked: ReadonlyMap<string, OrderRequest>,
): Promise<void> {
  const fills = events.flatMap(({ fill, ...event }) => (fill ? [{ ...event, ...fill }] : []));
  expect(new Set(fills.map(({ fill_id }) => fill_id)).size).toBe(fills.length);
  const filled = new Map<string, string>();
  for (const { order_id, quantity } of fills)
    filled.set(order_id, add(filled.get(order_id) ?? "0", quantity));
  const over = [...asked.values()].filter(
    (each) => compare(filled.get(each.order_id) ?? "0", each.quantity) > 0,
  );
  expect(over).toEqual([]);
  const orders: OrderView[] = [];
  for (;;) {
    const after = orders[orders.length - 1]?.number ?? 0;
    const page = (await prism.ask<{ orders: readonly OrderView[] }>(`/v1/orders?after=${after}&limit=5000`))
      .body.orders;
    if (page.length === 0) break;
    orders.push(...page);
  }
  const differing = orders.filter((each) => each.filled_quantity !== (filled.get(each.order_id) ?? "0"));
  expect(differing).toEqual([]);
  for (const position of (await prism.ask<{ positions: readonly PositionView[] }>("/v1/positions")).body
    .positions) {
    const own = fills.filter(
      ({ account, symbol }) => account === position.account && symbol === position.symbol,
    );
    const signed = own.map(({ side, quantity }) => (side === "BUY" ? quantity : subtract("0", quantity)));
    const values = own.map(({ quantity, price }, index) => multiply(signed[index] ?? quantity, price));
    expect([position.quantity, position.cash]).toEqual([sum(signed), subtract("0", sum(values))]);
    expect(position.commission).toBe(sum(own.map(({ commission }) => commission)));
  }
}

async function metric(name: string): Promise<number | undefined> {
  const text = await (await fetch(`${prism.url}/metrics`)).text();
  const value = new RegExp(`^${name} (\\d+)$`, "m").exec(text)?.[1];
  return value === undefined ? undefined : Number(value);
}

test("what is older than it keeps goes while it runs; readers are told, and the rest is as it was", async () => {
  const OLD = 333;
  const rests = order({ symbol: "MSFT", price: "1" });
  await submit(rests);
  const last = (await metric("prism_feed_seq")) ?? 0;
  const before = (await prism.ask("/v1/positions")).body;
  await prism.end("SIGKILL");
  prism.age(OLD);
  await prism.start();
  await until(
    "the old events to be gone",
    10,
    () => metric('prism_stored_rows{table="events"}'),
    (rows) => rows === last - OLD,
  );
  expect(await prism.ask("/v1/executions?after=0&limit=1")).toMatchObject({
    status: 410,
    body: { error: "events_gone", oldest: OLD + 1 },
  });
  expect((await prism.ask("/v1/positions")).body).toEqual(before);
  expect(await viewOf(rests.order_id)).toMatchObject({ status: "ACCEPTED" });
  const first = new FeedReader(prism, OLD, 1);
  const next = new FeedReader(prism, last, 1);
  await submit(order({ symbol: "MSFT", price: "1" }));
  await Promise.all([first.ended, next.ended]);
  expect([...first.events, ...next.events].map(({ seq }) => seq)).toEqual([OLD + 1, last + 1]);
}, 60_000);

test("asked to stop, it ends its feeds and itself", async () => {
  const reader = new FeedReader(prism, (await metric("prism_feed_seq")) ?? 0);
  await until(
    "a heartbeat",
    5,
    async () => reader.heartbeats,
    (beats) => beats > 1,
  );
  expect(await prism.end("SIGTERM")).toBe(0);
  await reader.ended;
}, 20_000);
