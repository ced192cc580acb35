import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { WebSocket } from "ws";
import { until } from "../../harness/docker";
import { startNats } from "../stores";
import {
  openClient,
  startLive,
  startOwners,
  subscribe,
  ticketOf,
  type Client,
  type Live,
  type Owners,
} from "./given";

let nats: Awaited<ReturnType<typeof startNats>>;
let bus: NatsConnection;
let owners: Owners;
let live: Live;
const clients: Client[] = [];
const open = async (who: string, on = live): Promise<Client> => {
  const client = await openClient(on, who);
  clients.push(client);
  return client;
};
const fillOf = (n: number, account = "main") => ({
  fill_id: `prism-${n}`,
  account,
  quantity: "1",
  price: "10",
});
const orderOf = (order_id: string, version: number, status = "SENT", account = "main") => ({
  order_id,
  account,
  status,
  version,
});
const tickOf = (symbol: string, price: string, timestamp: number) => ({ symbol, price, timestamp });
/** To the stream, and so to who hears the subject. */
const store = (subject: string, value: unknown) => jetstream(bus).publish(subject, JSON.stringify(value));
const say = (subject: string, value: unknown) => bus.publish(subject, JSON.stringify(value));

beforeAll(async () => {
  [nats, owners] = await Promise.all([startNats("live-updates"), startOwners()]);
  bus = await nats.connect();
  // what was said before it starts
  await store("market.tick.AAPL", [tickOf("AAPL", "1", 1), tickOf("AAPL", "2", 2)]);
  await store("market.bar.1m.AAPL", [
    { symbol: "AAPL", interval: "1m", timestamp: 60_000, trades: 3, close: "2" },
  ]);
  await store("fills.confirmed", [{ fill: fillOf(1), order: orderOf("old", 5, "FILLED") }]);
  live = await startLive(nats.port, owners);
}, 60_000);
afterEach(() => clients.splice(0).forEach(({ socket }) => socket.terminate()));
afterAll(async () => {
  await live.close();
  owners.server.close();
  await bus.close();
  await nats.close();
});

function refused(url: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.once("error", (error) => resolve(error.message));
    socket.once("open", () => resolve("open"));
  });
}

test("a socket needs a ticket, which is good once; a ticket needs a token", async () => {
  const ws = live.base.replace("http", "ws");
  await expect(ticketOf(live, "nobody")).rejects.toThrow("401");
  const ticket = await ticketOf(live, "ann");
  expect(await refused(`${ws}/elsewhere?ticket=${ticket}`)).toMatch(/404/);
  expect(await refused(`${ws}/ws?ticket=${ticket}`)).toBe("open");
  expect(await refused(`${ws}/ws?ticket=${ticket}`)).toMatch(/401/);
  expect(await refused(`${ws}/ws`)).toMatch(/401/);
});

test("quotes and bars begin with the last one of the stream, and go on by numbers", async () => {
  const client = await open("ann");
  subscribe(client, "quotes:AAPL");
  subscribe(client, "bars:1m:AAPL");
  const first = await client.next({ type: "snapshot", channel: "quotes:AAPL" });
  expect([first.data, first.reset]).toEqual([[tickOf("AAPL", "2", 2)], false]);
  expect((await client.next({ type: "snapshot", channel: "bars:1m:AAPL" })).data).toMatchObject([
    { close: "2" },
  ]);
  say("market.tick.AAPL", [tickOf("AAPL", "3", 3)]);
  const update = await client.next({ type: "update", channel: "quotes:AAPL" });
  expect([update.data, update.seq]).toEqual([tickOf("AAPL", "3", 3), (first.seq ?? 0) + 1]);
});

test("orders begin with what the OMS has open; older versions and repetitions are no news", async () => {
  owners.answers.set("/oms/", { orders: [orderOf("b", 3), orderOf("a", 2)] });
  const client = await open("ann");
  subscribe(client, "orders:main");
  const first = await client.next({ type: "snapshot", channel: "orders:main" });
  expect(first.data).toEqual([orderOf("a", 2), orderOf("b", 3)]);
  expect(owners.asked).toContain("/oms/?account=main&open=true&limit=1000");
  say("orders.sent", [orderOf("a", 2), orderOf("b", 2), orderOf("c", 1)]);
  say("orders.pending", [{ order: orderOf("a", 3, "PENDING_CANCEL"), change: { kind: "cancel" } }]);
  say("fills.confirmed", [{ fill: fillOf(2), order: orderOf("c", 2, "FILLED") }]);
  say("orders.cancelled", [orderOf("a", 4, "CANCELLED"), orderOf("x", 1, "CANCELLED", "other")]);
  await client.next({ channel: "orders:main", seq: (first.seq ?? 0) + 4 });
  const updates = client.told.filter(({ type }) => type === "update");
  expect(updates.map(({ data }) => data)).toEqual([
    orderOf("c", 1),
    orderOf("a", 3, "PENDING_CANCEL"),
    orderOf("c", 2, "FILLED"),
    orderOf("a", 4, "CANCELLED"),
  ]);
  const later = await open("ann");
  subscribe(later, "orders:main");
  expect((await later.next({ type: "snapshot" })).data).toEqual([orderOf("b", 3)]);
});

test("fills begin with the last ones of the stream", async () => {
  const client = await open("ann");
  subscribe(client, "fills:main");
  const { data } = await client.next({ type: "snapshot", channel: "fills:main" });
  expect(data).toContainEqual(fillOf(1));
  await store("fills.confirmed", [{ fill: fillOf(3), order: orderOf("o3", 1, "FILLED") }]);
  expect((await client.next({ type: "update", channel: "fills:main" })).data).toEqual(fillOf(3));
});

test("positions and sums begin with what P&L has", async () => {
  const position = { account: "main", symbol: "AAPL", quantity: "5", version: 1 };
  const sums = { account: "main", total_pnl: "7", timestamp: 10 };
  owners.answers.set("/pnl/positions", [position]);
  owners.answers.set("/pnl/", [sums]);
  const client = await open("ann");
  subscribe(client, "positions:main");
  subscribe(client, "pnl:main");
  expect((await client.next({ type: "snapshot", channel: "positions:main" })).data).toEqual([position]);
  expect((await client.next({ type: "snapshot", channel: "pnl:main" })).data).toEqual([sums]);
  // the price moves, the version does not
  say("positions.updated", { ...position, market_price: "9" });
  say("pnl.update", { ...sums, total_pnl: "8", timestamp: 11 });
  expect((await client.next({ type: "update", channel: "positions:main" })).data).toMatchObject({
    market_price: "9",
  });
  expect((await client.next({ type: "update", channel: "pnl:main" })).data).toMatchObject({ total_pnl: "8" });
});

test("nobody hears of accounts that are not theirs", async () => {
  const [ann, root] = [await open("ann"), await open("root")];
  for (const channel of ["orders:other", "fills:other", "positions:other", "pnl:other"]) {
    subscribe(ann, channel);
    expect((await ann.next({ type: "error", channel })).error).toBe("account_missing");
  }
  subscribe(ann, "risk");
  subscribe(root, "risk");
  await Promise.all([ann.next({ type: "snapshot" }), root.next({ type: "snapshot" })]);
  const alert = (id: string, account: string) => ({
    event_id: `00000000-0000-4000-8000-00000000000${id}`,
    rule: "exposure",
    level: "HIGH",
    account,
    message: "near",
    timestamp: 1,
  });
  say("risk.alert", [alert("1", "other"), alert("2", "main")]);
  say("risk.metrics", [{ timestamp: 5, accounts: [{ account: "other" }, { account: "main" }] }]);
  say("control.trading.halt", { level: "no-new-orders", by: "root", reason: "test", at: Date.now() });
  await ann
    .next({ type: "update", seq: (await root.next({ type: "update" })).seq ?? 0 })
    .catch(() => undefined);
  const isHalt = ({ data }: { data?: unknown }) =>
    (data as { state?: string } | undefined)?.state === "HALTED";
  await until("the halt", 10, async () => ann.told.some(isHalt) && root.told.some(isHalt), Boolean);
  const of = ({ told }: Client) =>
    told.filter(({ type }) => type === "update").map(({ data }) => (data as { account?: string }).account);
  expect(of(ann)).toEqual(["main", "main", undefined, undefined]);
  expect(of(root)).toEqual(["other", "main", "other", "main", undefined, undefined]);
  const late = await open("ann");
  subscribe(late, "risk");
  expect(JSON.stringify((await late.next({ type: "snapshot" })).data)).not.toContain("other");
}, 30_000);

test("who comes back goes on where it was, or begins again when that is too long ago", async () => {
  const first = await open("ann");
  subscribe(first, "quotes:MSFT");
  const { seq: begin = 0 } = await first.next({ type: "snapshot" });
  say("market.tick.MSFT", [tickOf("MSFT", "1", 1)]);
  const { seq = 0 } = await first.next({ type: "update" });
  first.socket.terminate();
  for (let n = 2; n <= 4; n++) say("market.tick.MSFT", [tickOf("MSFT", String(n), n)]);
  await bus.flush();
  const second = await open("ann");
  subscribe(second, "quotes:MSFT", seq);
  await second.next({ type: "resumed", seq });
  await second.next({ type: "update", seq: seq + 3 });
  const prices = second.told
    .filter(({ type }) => type === "update")
    .map(({ data }) => (data as { price: string }).price);
  expect(prices).toEqual(["2", "3", "4"]);
  for (const after of [1, begin + 1_000_000]) {
    const third = await open("ann");
    subscribe(third, "quotes:MSFT", after);
    expect(await third.next({ type: "snapshot" })).toMatchObject({ reset: true, data: [{ price: "4" }] });
  }
});

test("what is no message is answered, and what is too big ends the socket", async () => {
  const client = await open("ann");
  for (const bad of ["x", "{}", '{"op":"subscribe"}', '{"op":"subscribe","channels":["quotes:AAPL"]}']) {
    client.socket.send(bad);
    expect((await client.next({ type: "error" })).error).toBe("invalid");
  }
  subscribe(client, "quotes:*");
  expect((await client.next({ type: "error" })).error).toBe("unknown_channel");
  client.say({ op: "ping" });
  await client.next({ type: "pong" });
  client.socket.send("x".repeat(65 * 1024));
  expect(await client.closed).toBe(1009);
});

test("a channel whose owner does not answer is unavailable, and there when asked again", async () => {
  const known = owners.answers.get("/pnl/");
  owners.answers.delete("/pnl/");
  const client = await open("root");
  subscribe(client, "pnl:second");
  expect((await client.next({ type: "error", channel: "pnl:second" })).error).toBe("unavailable");
  owners.answers.set("/pnl/", known);
  subscribe(client, "pnl:second");
  await client.next({ type: "snapshot", channel: "pnl:second" });
});

test("after a lost connection to the bus everything that was fetched is fetched again", async () => {
  const client = await open("ann");
  subscribe(client, "orders:main");
  subscribe(client, "fills:main");
  await Promise.all([client.next({ type: "snapshot" }), client.next({ type: "snapshot" })]);
  await nats.kill();
  owners.answers.set("/oms/", { orders: [orderOf("while-away", 1)] });
  await nats.restart();
  const again = await client.next({ type: "snapshot", channel: "orders:main", reset: true });
  expect(again.data).toEqual([orderOf("while-away", 1)]);
}, 40_000);
