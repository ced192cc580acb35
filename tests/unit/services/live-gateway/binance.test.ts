import { createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { Secret } from "../../../../services/kit/config";
import { BinanceVenue, parametersOf } from "../../../../services/live-gateway/src/venues/binance";
import { signedParameters, signedQuery } from "../../../../services/live-gateway/src/venues/binance-rest";
import { VenueUnavailableError, type VenueEvent } from "../../../../services/live-gateway/src/venues/venue";
import { order } from "../exeq/orders";

const KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A";
const SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j";
const ETH = order({ quantity: "1", price: "2000" });

interface Kept {
  readonly orderId: number;
  readonly side: string;
  status: string;
  origQty: string;
  executedQty: string;
}

/**
 * A simulator of Binance's protocol as its documents describe it, signatures included; what the real one answers
 * beyond them is not known here.
 */
class FakeBinance {
  readonly orders = new Map<string, Kept>();
  readonly asked: string[] = [];
  failWith: { readonly status: number; readonly body: unknown } | undefined;
  readonly #http: Server;
  readonly #streams = new Set<WebSocket>();
  #trades: object[] = [];

  constructor() {
    this.#http = createServer((request, response) => {
      const [path = "", query = ""] = (request.url ?? "").split("?");
      const answer = (status: number, body: unknown) =>
        void response.writeHead(status).end(JSON.stringify(body));
      this.asked.push(`${request.method} ${path}`);
      const [signed = "", signature] = query.split("&signature=");
      if (path !== "/api/v3/ticker/price") {
        if (request.headers["x-mbx-apikey"] !== KEY)
          return answer(401, { code: -2015, msg: "Invalid API-key" });
        if (createHmac("sha256", SECRET).update(signed).digest("hex") !== signature) {
          return answer(400, { code: -1022, msg: "Signature for this request is not valid." });
        }
      }
      if (this.failWith) return answer(this.failWith.status, this.failWith.body);
      const [status, body] = this.#serve(`${request.method} ${path}`, new URLSearchParams(signed));
      answer(status, body);
    });
    new WebSocketServer({ server: this.#http }).on("connection", (socket) => {
      socket.on("message", (data) => {
        const { id, method, params } = JSON.parse(String(data)) as {
          id: string;
          method: string;
          params: Record<string, string>;
        };
        const good = signedParameters({ apiKey: KEY, timestamp: params["timestamp"] }, new Secret(SECRET));
        const ok =
          method === "userDataStream.subscribe.signature" && good["signature"] === params["signature"];
        socket.send(
          JSON.stringify(
            ok
              ? { id, status: 200, result: { subscriptionId: 0 } }
              : { id, status: 400, error: { msg: "no" } },
          ),
        );
        if (ok) this.#streams.add(socket);
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#http.listen(0, "127.0.0.1", resolve));
    return (this.#http.address() as AddressInfo).port;
  }

  close(): void {
    this.#streams.forEach((stream) => stream.terminate());
    this.#http.closeAllConnections();
    this.#http.close();
  }

  trade(clientOrderId: string, tradeId: number, quantity: string, heard: boolean): void {
    const kept = this.orders.get(clientOrderId);
    if (!kept) throw new Error("no such order");
    Object.assign(kept, { executedQty: quantity, status: "FILLED" });
    const time = 1000 + tradeId;
    const commission = { commission: "0.00100000", commissionAsset: "ETH" };
    this.#trades.push({
      symbol: "ETHUSDT",
      id: tradeId,
      qty: quantity,
      price: "2000.00",
      ...commission,
      time,
      isMaker: false,
    });
    if (!heard) return;
    const event = {
      ...{
        e: "executionReport",
        s: "ETHUSDT",
        c: clientOrderId,
        C: "",
        S: "BUY",
        x: "TRADE",
        r: "NONE",
        q: "1.0",
        l: quantity,
      },
      ...{ L: "2000.00", n: "0.00100000", N: "ETH", T: time, t: tradeId, I: 1, m: false },
    };
    this.#streams.forEach((stream) => stream.send(JSON.stringify({ subscriptionId: 0, event })));
  }

  get listeners(): number {
    return this.#streams.size;
  }

  #serve(what: string, query: URLSearchParams): readonly [number, unknown] {
    const name = query.get("newClientOrderId") ?? query.get("origClientOrderId") ?? "";
    const kept = this.orders.get(query.get("origClientOrderId") ?? name);
    const shown = (clientOrderId: string, each: Kept) => ({
      symbol: "ETHUSDT",
      clientOrderId,
      time: 1000,
      updateTime: 1001,
      ...each,
    });
    switch (what) {
      case "POST /api/v3/order": {
        if (kept) return [400, { code: -2010, msg: "Duplicate order sent." }];
        if (Number(query.get("quantity")) > 100)
          return [400, { code: -2010, msg: "Account has insufficient balance" }];
        const origQty = query.get("quantity") ?? "";
        this.orders.set(name, {
          orderId: this.orders.size + 1,
          side: query.get("side") ?? "",
          status: "NEW",
          origQty,
          executedQty: "0.00",
        });
        return [200, { clientOrderId: name }];
      }
      case "GET /api/v3/order":
        return kept ? [200, shown(name, kept)] : [400, { code: -2013, msg: "Order does not exist." }];
      case "GET /api/v3/openOrders":
        return [
          200,
          [...this.orders].filter(([, { status }]) => status === "NEW").map(([id, each]) => shown(id, each)),
        ];
      case "DELETE /api/v3/order":
        if (kept?.status !== "NEW") return [400, { code: -2011, msg: "Unknown order sent." }];
        kept.status = "CANCELED";
        return [200, {}];
      case "DELETE /api/v3/openOrders":
        this.orders.forEach((each) => (each.status = each.status === "NEW" ? "CANCELED" : each.status));
        return [200, []];
      case "PUT /api/v3/order/amend/keepPriority":
        if (!kept) return [400, { code: -2013, msg: "Order does not exist." }];
        kept.origQty = query.get("newQty") ?? "";
        return [200, {}];
      case "GET /api/v3/account":
        return [
          200,
          {
            balances: [
              { asset: "ETH", free: "1.50000000", locked: "0.50000000" },
              { asset: "USDT", free: "9.0", locked: "0.0" },
            ],
          },
        ];
      case "GET /api/v3/ticker/price":
        return [200, { symbol: "ETHUSDT", price: "2001.50000000" }];
      case "GET /api/v3/myTrades":
        return [200, this.#trades];
      default:
        return [404, {}];
    }
  }
}

let fake: FakeBinance;
let venue: BinanceVenue;
beforeEach(async () => {
  fake = new FakeBinance();
  const port = await fake.listen();
  venue = new BinanceVenue({
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    account: "default",
    apiKey: new Secret(KEY),
    apiSecret: new Secret(SECRET),
    timeoutMs: 2000,
    openHere: () => [{ order_id: ETH.order_id, symbol: "ETHUSDT" }],
  });
});
afterEach(async () => {
  await venue.close();
  fake.close();
});

test("signs as Binance's own example is signed", () => {
  // https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
  const query = { symbol: "LTCBTC", side: "BUY", type: "LIMIT", timeInForce: "GTC", quantity: 1, price: 0.1 };
  expect(signedQuery(query, new Secret(SECRET), 1499827319559)).toBe(
    "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559" +
      "&signature=c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71",
  );
});

test("without credentials it is disabled and says what it needs", async () => {
  const without = new BinanceVenue({
    url: "http://x",
    wsUrl: "ws://x",
    account: "a",
    apiKey: undefined,
    apiSecret: undefined,
    timeoutMs: 1,
  });
  expect(without.disabled).toMatch(/BINANCE_API_KEY_FILE/);
  await expect(without.openOrders()).rejects.toThrow(VenueUnavailableError);
});

test("an order is sent once: the same again is a duplicate, a refusal says why, silence stays unknown", async () => {
  expect(await venue.submit([ETH])).toEqual([{ order_id: ETH.order_id, outcome: "accepted" }]);
  expect(await venue.submit([ETH])).toEqual([{ order_id: ETH.order_id, outcome: "duplicate" }]);
  const [refused] = await venue.submit([
    { ...ETH, order_id: "0197c2a0-0000-7000-8000-000000000002", quantity: "101" },
  ]);
  expect(refused).toMatchObject({ outcome: "rejected", reason: "Account has insufficient balance (-2010)" });
  fake.failWith = { status: 503, body: { code: -1007, msg: "Timeout waiting for response" } };
  await expect(venue.submit([ETH])).rejects.toThrow(VenueUnavailableError);
  fake.failWith = { status: 400, body: { code: -1021, msg: "Timestamp outside of recvWindow" } };
  await expect(venue.submit([ETH])).rejects.toThrow(VenueUnavailableError);
});

test("query, open orders, cancel, replace and balances", async () => {
  expect(await venue.query(ETH)).toBeUndefined();
  await venue.submit([ETH]);
  expect(await venue.query(ETH)).toMatchObject({
    status: "ACCEPTED",
    quantity: "1",
    remaining_quantity: "1",
    account: "default",
  });
  const command = { order_id: ETH.order_id, request_id: "r", symbol: "ETHUSDT" };
  expect(await venue.replace([{ ...command, price: "1" }])).toMatchObject([
    { outcome: "rejected", reason: expect.stringContaining("only the quantity") },
  ]);
  expect(await venue.replace([{ ...command, quantity: "0.5" }])).toMatchObject([{ outcome: "done" }]);
  expect(await venue.openOrders()).toMatchObject([{ order_id: ETH.order_id, quantity: "0.5" }]);
  expect(await venue.cancel([command])).toMatchObject([{ outcome: "done" }]);
  expect(await venue.cancel([command])).toMatchObject([{ outcome: "rejected" }]);
  expect(await venue.positions()).toEqual([{ account: "default", symbol: "ETHUSDT", quantity: "2" }]);
  expect(await venue.lastPrice("ETHUSDT")).toBe("2001.5");
});

test("the feed tells what happened before it listened and what happens then, under the same ids", async () => {
  await venue.submit([ETH]);
  fake.trade(ETH.order_id, 7, "0.40000000", false);
  const stop = new AbortController();
  const heard: VenueEvent[] = [];
  for await (const events of venue.feed(0, stop.signal)) {
    heard.push(...events);
    if (heard.length === 2) fake.trade(ETH.order_id, 8, "0.60000000", true);
    if (heard.length === 3) stop.abort();
  }
  expect(heard.map(({ report_id }) => report_id)).toEqual([
    `binance:${ETH.order_id}:new`,
    "binance-ETHUSDT-7",
    "binance-ETHUSDT-8",
  ]);
  // a commission in what was bought is told in the quote currency
  expect(heard[2]).toMatchObject({
    fill: { quantity: "0.6", price: "2000", commission: "2", liquidity: "TAKER" },
  });
  const numbers = heard.map(({ seq }) => seq);
  expect(numbers).toEqual([...new Set(numbers)].sort((left, right) => left - right));
});

test("orders in Binance's words; what it does not have is refused, not changed", () => {
  expect(parametersOf({ ...ETH, order_type: "STOP_LIMIT", stop_price: "1990" })).toMatchObject({
    type: "STOP_LOSS_LIMIT",
    timeInForce: "GTC",
    stopPrice: "1990",
    newClientOrderId: ETH.order_id,
  });
});

const types = { MARKET: {}, LIMIT: {}, STOP: { stop_price: "1990" }, STOP_LIMIT: { stop_price: "1990" } };
const noDay = (others: string, type: string) =>
  `binance has no DAY orders: it trades around the clock; a ${type} order can be ${others}`;
const notWhole = (type: string, instead: string) =>
  `binance fills what there is of a ${type} order, and cannot make it all or nothing; use IOC, or a ${instead} order with FOK`;

test.each([
  // MARKET and STOP_LOSS have no time in force; what is not filled at once is over
  ["MARKET", "DAY", undefined],
  ["MARKET", "GTC", undefined],
  ["MARKET", "IOC", undefined],
  ["MARKET", "FOK", notWhole("MARKET", "LIMIT")],
  ["LIMIT", "DAY", noDay("GTC, IOC or FOK", "LIMIT")],
  ["LIMIT", "GTC", "GTC"],
  ["LIMIT", "IOC", "IOC"],
  ["LIMIT", "FOK", "FOK"],
  ["STOP", "DAY", noDay("GTC or IOC", "STOP")],
  ["STOP", "GTC", undefined],
  ["STOP", "IOC", undefined],
  ["STOP", "FOK", notWhole("STOP", "STOP_LIMIT")],
  ["STOP_LIMIT", "DAY", noDay("GTC, IOC or FOK", "STOP_LIMIT")],
  ["STOP_LIMIT", "GTC", "GTC"],
  ["STOP_LIMIT", "IOC", "IOC"],
  ["STOP_LIMIT", "FOK", "FOK"],
] as const)("a %s order that is %s, at Binance: %s", (order_type, time_in_force, said) => {
  const asked = parametersOf({ ...ETH, ...types[order_type], order_type, time_in_force });
  if (typeof asked === "string") expect(asked).toBe(said);
  else expect(asked).toMatchObject({ timeInForce: said });
});
