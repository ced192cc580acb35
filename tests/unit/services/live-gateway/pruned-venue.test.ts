import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Counter, Registry } from "prom-client";
import type { VenueReport } from "../../../../services/contracts/execution";
import type { Fill } from "../../../../services/contracts/messages";
import { createLog, Health } from "../../../../services/kit";
import { Secret } from "../../../../services/kit/config";
import { createHttp, type Http } from "../../../../services/kit/http";
import type { Gateway } from "../../../../services/live-gateway/src/context";
import { FeedPump } from "../../../../services/live-gateway/src/feed";
import { reconcile } from "../../../../services/live-gateway/src/reconcile";
import { GatewayStore } from "../../../../services/live-gateway/src/store";
import { PrismVenue } from "../../../../services/live-gateway/src/venues/prism";
import { addRoutes } from "../../../../services/prism/src/routes";
import { Store } from "../../../../services/prism/src/store";
import { readUsers } from "../../../../services/prism/src/users";
import { Venue } from "../../../../services/prism/src/venue";
import { options, START } from "../prism/lab";

const PASSWORD = "venue";
let directory: string;
let disk: Store;
let market: Venue;
let http: Http;
let venue: PrismVenue;
let now: number;
beforeEach(async () => {
  now = START;
  directory = mkdtempSync(join(tmpdir(), "t26-pruned-"));
  disk = new Store(directory);
  const onFailure = (error: Error): never => {
    throw error;
  };
  market = new Venue({ ...options, store: disk, latencyMs: 0, onFailure, clock: () => now });
  const log = createLog("prism", "0", "error");
  const described = { service: "prism", version: "0", description: "for the test" };
  http = await createHttp({ ...described, log, metrics: new Registry(), health: new Health() });
  addRoutes(http, market, readUsers(`gateway:${createHash("sha256").update(PASSWORD).digest("hex")}`));
  const url = await http.listen({ host: "127.0.0.1", port: 0 });
  venue = new PrismVenue({ url, username: "gateway", password: new Secret(PASSWORD), timeoutMs: 2000 });
});
afterEach(async () => {
  await venue.close();
  await http.close();
  await market.close();
  rmSync(directory, { recursive: true });
});

let numbered = 0;
const idOf = (n: number): string => `0197c2a0-0000-7000-8000-${String(n).padStart(12, "0")}`;

/** A buys what B sells. @returns the last event of it */
async function trade(quantity: string): Promise<number> {
  const common = {
    symbol: "AAPL",
    quantity,
    order_type: "LIMIT",
    price: "100",
    time_in_force: "GTC",
  } as const;
  await market.submit([
    { ...common, order_id: idOf(++numbered), side: "SELL", account: "b" },
    { ...common, order_id: idOf(++numbered), side: "BUY", account: "a" },
  ]);
  return market.feed.last;
}

/** All that is there becomes too old to be kept. */
function forget(): void {
  now += 1;
  for (let rows = 1; rows > 0;) rows = disk.prune(now, 2).events;
}

/** A live gateway, as far as its feed goes. */
class Reader {
  readonly fills: Fill[] = [];
  readonly reports: VenueReport[] = [];
  readonly said: string[] = [];
  readonly acts: object[] = [];
  readonly #registry = new Registry();
  readonly #stop = new AbortController();
  readonly #pump: FeedPump;
  readonly #running: Promise<void>;

  constructor(readonly store: GatewayStore) {
    const labels = { help: "for the test", registers: [this.#registry] };
    const gateway = {
      store,
      now: () => now,
      reports: {
        fill: async (fill: Fill) => void this.fills.push(fill),
        report: async (report: VenueReport) => void this.reports.push(report),
        flushOutbox: () => Promise.resolve(),
      },
      audit: { act: (act: string, fields: object) => void this.acts.push({ act, ...fields }) },
      log: createLog("live-gateway", "0", "warn", { write: (line) => void this.said.push(line) }),
      metrics: { lostEvents: new Counter({ name: "lost", labelNames: ["venue"], ...labels }) },
    };
    this.#pump = new FeedPump(gateway as unknown as Gateway, venue);
    this.#running = this.#pump.run(this.#stop.signal);
  }

  get state() {
    return this.#pump.state;
  }

  async lost(): Promise<string> {
    return this.#registry.metrics();
  }

  /** Until it has told all up to an event. */
  async reached(seq: number): Promise<void> {
    for (let tries = 0; this.state.seq < seq || this.state.trouble !== undefined; tries++) {
      if (tries === 1000) throw new Error(`it is at ${JSON.stringify(this.state)}, not at ${seq}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}

const compared = (store: GatewayStore) => reconcile(store, venue, () => now);
const quantities = (fills: readonly Fill[]) => fills.map(({ account, quantity }) => `${account} ${quantity}`);

test("a gateway without a store begins with the oldest event that is kept, and its positions agree", async () => {
  const gone = await trade("3");
  forget();
  const last = await trade("4");
  const reader = new Reader(new GatewayStore(":memory:"));
  await reader.reached(last);
  expect(quantities(reader.fills)).toEqual(["b 4", "a 4"]);
  expect(reader.store.positions("prism").map(({ account, quantity }) => [account, quantity])).toEqual([
    ["a", "7"],
    ["b", "-7"],
  ]);
  expect(await compared(reader.store)).toMatchObject({ positions: [], agrees: true });
  // counted, logged, in the audit: nothing of it is silent
  expect(await reader.lost()).toContain(`lost{venue="prism"} ${gone}`);
  expect(reader.acts).toMatchObject([{ act: "skip", after: 0, oldest: gone + 1, lost: gone, told: [] }]);
  expect(reader.said.join("")).toMatch(
    new RegExp(
      `"alert":true.*prism does not keep events 1 to ${gone} any more.*goes on with event ${gone + 1}`,
    ),
  );
  // and it goes on as ever
  await reader.reached(await trade("1"));
  expect(await compared(reader.store)).toMatchObject({ agrees: true });
  await reader.end();
});

test("one that was away for too long says so, and goes on", async () => {
  const store = new GatewayStore(":memory:");
  const first = new Reader(store);
  await first.reached(await trade("1"));
  await first.end();
  const before = store.seq("prism");
  const gone = await trade("2");
  forget();
  const again = new Reader(store);
  await again.reached(await trade("4"));
  expect(quantities(again.fills)).toEqual(["b 4", "a 4"]);
  expect(again.acts).toMatchObject([
    { act: "skip", after: before, lost: gone - before, told: [{ quantity: "1" }, { quantity: "-1" }] },
  ]);
  expect(await compared(store)).toMatchObject({ agrees: true });
  await again.end();
});

test("one that has read all of it has lost nothing, though the venue keeps none of it", async () => {
  const store = new GatewayStore(":memory:");
  const first = new Reader(store);
  await first.reached(await trade("1"));
  await first.end();
  forget();
  const again = new Reader(store);
  await again.reached(await trade("2"));
  expect(quantities(again.fills)).toEqual(["b 2", "a 2"]);
  expect([again.acts, await again.lost()]).toEqual([[], expect.stringContaining('lost{venue="prism"} 0')]);
  expect(await compared(store)).toMatchObject({ agrees: true });
  await again.end();
});

test("what was open before that, and filled after it, is counted once", async () => {
  const sells = { symbol: "AAPL", side: "SELL", account: "b", order_type: "LIMIT", price: "100" } as const;
  const rests = { ...sells, order_id: idOf(++numbered), quantity: "5", time_in_force: "GTC" } as const;
  await market.submit([rests]);
  await market.submit([{ ...rests, order_id: idOf(++numbered), side: "BUY", account: "a", quantity: "2" }]);
  forget();
  const reader = new Reader(new GatewayStore(":memory:"));
  await reader.reached(market.feed.last);
  expect(reader.store.positions("prism")).toMatchObject([{ quantity: "2" }, { quantity: "-2" }]);
  await market.submit([{ ...rests, order_id: idOf(++numbered), side: "BUY", account: "a", quantity: "3" }]);
  await reader.reached(market.feed.last);
  expect(quantities(reader.fills)).toEqual(["b 3", "a 3"]);
  expect(await compared(reader.store)).toMatchObject({ agrees: true, unknown: [] });
  await reader.end();
});

describe("the venue's answers", () => {
  const ask = async (path: string) => {
    const authorization = `Basic ${Buffer.from(`gateway:${PASSWORD}`).toString("base64")}`;
    const { port } = http.server.address() as { port: number };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization } });
    return { status: response.status, body: await response.text() };
  };

  test("a feed from before the oldest event is refused, with the oldest; pages go on from it", async () => {
    const gone = await trade("3");
    forget();
    await trade("4");
    const { status, body } = await ask("/v1/executions?after=1&limit=5");
    expect([status, JSON.parse(body)]).toEqual([
      410,
      {
        error: "events_gone",
        status: 410,
        oldest: gone + 1,
        message: `Events 2 to ${gone} are not kept any more: ask for what is after ${gone}. What is open is at /v1/orders?open=true, and what is held at /v1/positions.`,
        requestId: expect.any(String) as string,
      },
    ]);
    expect((await ask(`/v1/executions?after=${gone - 1}&limit=1`)).status).toBe(410);
    expect((await ask(`/v1/executions?after=${gone}&limit=1`)).body).toContain(`"seq":${gone + 1},`);
    const { fills } = JSON.parse((await ask("/v1/fills")).body) as { fills: { number: number }[] };
    expect(fills.map(({ number }) => number)).toEqual([3, 4]);
    const { orders } = JSON.parse((await ask("/v1/orders")).body) as { orders: { number: number }[] };
    expect(orders.map(({ number }) => number)).toEqual([3, 4]);
    expect(JSON.parse((await ask("/v1/positions")).body)).toMatchObject({ seq: market.feed.last });
    expect((await ask(`/v1/orders/${idOf(numbered - 3)}`)).body).toMatch(
      /never came, or ended RETENTION_DAYS ago/,
    );
  });

  test("its document says so", async () => {
    const { paths } = JSON.parse((await ask("/openapi.json")).body) as {
      paths: Record<string, { get: { description?: string; responses: Record<string, unknown> } }>;
    };
    expect(paths["/v1/executions"]?.get.responses).toHaveProperty("410");
    for (const path of ["/v1/executions", "/v1/orders", "/v1/fills"])
      expect(paths[path]?.get.description).toContain("RETENTION_DAYS");
  });
});
