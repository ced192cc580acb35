import type { NatsConnection } from "@nats-io/nats-core";
import { until } from "../../harness/docker";
import { startNats } from "../stores";
import { openClient, startLive, startOwners, subscribe, type Client, type Live, type Owners } from "./given";

/** `LIVE_SOCKETS=5000` measures what is promised; in the suite there are fewer. */
const SOCKETS = Number(process.env.LIVE_SOCKETS ?? 300);

let nats: Awaited<ReturnType<typeof startNats>>;
let bus: NatsConnection;
let owners: Owners;
let live: Live;
beforeAll(async () => {
  [nats, owners] = await Promise.all([startNats("live-load"), startOwners()]);
  bus = await nats.connect();
  live = await startLive(nats.port, owners, {
    MAX_SUBSCRIPTIONS: "3",
    MAX_SOCKETS: String(SOCKETS + 1),
    MAX_BUFFERED_BYTES: "65536",
    MAX_WAITING: "100",
  });
}, 60_000);
afterAll(async () => {
  await live.close();
  owners.server.close();
  await bus.close();
  await nats.close();
});

const orderOf = (n: number, pad = "") => ({
  order_id: `o${n % 50}`,
  account: "main",
  status: "SENT",
  version: n,
  pad,
});

test("a client that does not read costs no memory: of quotes it gets the last, of orders a fresh beginning", async () => {
  const slow = await openClient(live, "ann");
  const quick = await openClient(live, "ann");
  for (const client of [slow, quick]) {
    subscribe(client, "quotes:AAPL");
    subscribe(client, "orders:main");
    await client.next({ type: "snapshot", channel: "orders:main" });
    await client.next({ type: "snapshot", channel: "quotes:AAPL" });
  }
  slow.socket.pause();
  const pad = "x".repeat(4000);
  const last = 6000;
  for (let n = 1; n <= last; n++) {
    bus.publish("orders.sent", JSON.stringify([orderOf(n, pad)]));
    bus.publish(
      "market.tick.AAPL",
      JSON.stringify([{ symbol: "AAPL", price: String(n), timestamp: n, pad }]),
    );
    if (n % 100 === 0) {
      await bus.flush();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
  const isLast = ({ data }: { data?: unknown }) =>
    (data as { price?: string } | undefined)?.price === String(last);
  await until("the quick one to have the last quote", 20, async () => quick.told.some(isLast), Boolean);
  slow.socket.resume();
  await until("the slow one to have it, too", 20, async () => slow.told.some(isLast), Boolean);
  const reset = await slow.next({ type: "snapshot", channel: "orders:main", reset: true });
  const known = new Map(
    (reset.data as ReturnType<typeof orderOf>[]).map((each) => [each.order_id, each.version]),
  );
  for (const { type, channel, seq = 0, data } of slow.told)
    if (type === "update" && channel === "orders:main" && seq > (reset.seq ?? 0))
      known.set((data as ReturnType<typeof orderOf>).order_id, (data as ReturnType<typeof orderOf>).version);
  // nothing is lost: it ends up with the newest version of each order
  expect([...known.values()].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, n) => last - 49 + n),
  );
  expect(slow.told.filter(({ channel }) => channel === "quotes:AAPL").length).toBeLessThan(last);
  slow.socket.terminate();
  quick.socket.terminate();
}, 60_000);

test("a client that shows no sign of life is let go; one that does stays", async () => {
  const watchful = await startLive(nats.port, owners, { HEARTBEAT_MS: "500" });
  const [dead, alive] = [await openClient(watchful, "ann"), await openClient(watchful, "ann")];
  dead.socket.pause();
  await until(
    "only one to be left",
    15,
    () => sockets(watchful),
    (count) => count === 1,
  );
  expect(alive.socket.readyState).toBe(alive.socket.OPEN);
  dead.socket.terminate();
  await watchful.close();
  // a service that stops says so
  expect(await alive.closed).toBe(1001);
}, 30_000);

test("subscriptions are limited", async () => {
  const client = await openClient(live, "ann");
  for (const symbol of ["A", "B", "C", "D"]) subscribe(client, `quotes:${symbol}`);
  expect((await client.next({ type: "error" })).channel).toBe("quotes:D");
  client.say({ op: "unsubscribe", channels: ["quotes:A"] });
  subscribe(client, "quotes:D");
  await client.next({ type: "snapshot", channel: "quotes:D" });
  client.socket.terminate();
});

async function sockets(on: Live): Promise<number> {
  const text = await (await fetch(`${on.base}/metrics`)).text();
  return Number(/^live_updates_sockets\{?.*\}? (\d+)$/m.exec(text)?.[1]);
}

test("many sockets hear each quote; one more than is allowed is refused", async () => {
  await until(
    "earlier ones to be gone",
    10,
    () => sockets(live),
    (count) => count === 0,
  );
  const clients: Client[] = [];
  const began = performance.now();
  for (let n = 0; n < SOCKETS + 1; n += 50)
    clients.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, SOCKETS + 1 - n) }, () => openClient(live, "ann")),
      )),
    );
  await expect(openClient(live, "ann")).rejects.toThrow("503");
  for (const client of clients) subscribe(client, "quotes:MANY");
  const all = (test: (client: Client) => boolean) => async () => clients.filter((each) => !test(each)).length;
  const heap = () => Math.round(process.memoryUsage().rss / 1048576);
  await until(
    "all to have subscribed",
    60,
    all(({ told }) => told.some(({ type }) => type === "snapshot")),
    (n) => n === 0,
  );
  const [opened, before] = [performance.now(), heap()];
  const rounds = 20;
  for (let n = 1; n <= rounds; n++) {
    bus.publish("market.tick.MANY", JSON.stringify([{ symbol: "MANY", price: String(n), timestamp: n }]));
    await bus.flush();
    await until(
      `all to have quote ${n}`,
      60,
      all(({ told }) =>
        told.some(({ data }) => (data as { timestamp?: number } | undefined)?.timestamp === n),
      ),
      (missing) => missing === 0,
    );
    for (const client of clients) client.told.length = 0;
  }
  if (process.env.LIVE_SOCKETS)
    process.stderr.write(
      `${SOCKETS} sockets: opened in ${Math.round(opened - began)} ms, ${rounds} quotes to all in ${Math.round(performance.now() - opened)} ms, memory ${before} → ${heap()} MiB with the clients\n`,
    );
  for (const { socket } of clients) socket.terminate();
}, 180_000);
