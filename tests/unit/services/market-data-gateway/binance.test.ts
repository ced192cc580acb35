import { instruments, tick as tickSchema, type Tick } from "../../../../services/contracts";
import type { Log } from "../../../../services/kit/log";
import { BinanceVenue } from "../../../../services/market-data-gateway/src/binance/venue";
import { BinanceServer } from "./binance-server";
import { eventually } from "../../../support/eventually";

const warn = jest.fn();
const log = { info: jest.fn(), warn } as unknown as Log;
const listed = instruments.filter(({ symbol }) => ["BTCUSDT", "ETHUSDT"].includes(symbol));

let server: BinanceServer;
let port: number;
let venue: BinanceVenue;
let heard: Tick[];

beforeEach(async () => {
  server = new BinanceServer();
  port = await server.listen();
  heard = [];
  warn.mockClear();
  venue = venueAt(port);
});
afterEach(async () => {
  await venue.stop();
  await server.close();
});

function venueAt(at: number, more: { readonly silenceMs?: number } = {}): BinanceVenue {
  const urls = { wsUrl: `ws://127.0.0.1:${at}`, restUrl: `http://127.0.0.1:${at}` };
  return new BinanceVenue({ ...urls, instruments: listed, log, retryMs: 10, ...more });
}

const appears = (check: () => boolean): Promise<void> => eventually(check, () => [heard, venue.status()]);
const begin = async (): Promise<void> => {
  venue.start((ticks) => heard.push(...ticks));
  await appears(() => venue.status().state === "up" && server.connections.length === 1);
};
const trade = (id: number) => ({
  id,
  price: `${100 + id}.10000000`,
  quantity: "0.50000000",
  time: 1_773_000_000_000 + id,
});
const ids = () => heard.map(({ source_seq }) => source_seq);

test("trades become ticks, with the quotes of their moment and without zeros at the end", async () => {
  await begin();
  expect(server.streams).toEqual([
    "/stream?streams=btcusdt@trade/btcusdt@bookTicker/ethusdt@trade/ethusdt@bookTicker",
  ]);
  server.trade("BTCUSDT", trade(1));
  server.quote("BTCUSDT", "101.00000000", "102.50000000");
  server.quote("ETHUSDT", "1.00000000", "2.00000000");
  server.trade("BTCUSDT", trade(2));
  await appears(() => heard.length === 2);
  expect(heard).toEqual([
    {
      venue: "binance",
      symbol: "BTCUSDT",
      price: "101.1",
      size: "0.5",
      timestamp: trade(1).time,
      source_seq: 1,
    },
    {
      venue: "binance",
      symbol: "BTCUSDT",
      price: "102.1",
      size: "0.5",
      bid: "101",
      ask: "102.5",
      timestamp: trade(2).time,
      source_seq: 2,
    },
  ]);
  heard.forEach((each) => tickSchema.parse(each));
  expect(venue.status()).toMatchObject({ state: "up", last_tick_at: trade(2).time });
});

test("what it does not understand, and symbols that nobody asked for, are left out", async () => {
  await begin();
  server.raw("nonsense");
  server.say("btcusdt@trade", { e: "trade", s: "BTCUSDT", t: 1, p: "-1", q: "1", T: 1 });
  server.trade("DOGEUSDT", trade(1));
  server.say("btcusdt@kline_1m", {});
  server.trade("BTCUSDT", trade(2));
  await appears(() => heard.length === 1);
  expect(ids()).toEqual([2]);
  expect(warn).toHaveBeenCalledTimes(2);
});

test("after an interruption the missed trades come first, each once and in order", async () => {
  await begin();
  server.trade("BTCUSDT", trade(1));
  await appears(() => heard.length === 1);
  let answer: (() => void) | undefined;
  server.beforeTrades = () => new Promise((resolve) => (answer = resolve));
  server.trades.set("BTCUSDT", [0, 1, 2, 3, 4].map(trade));
  server.cut();
  await appears(
    () => server.streams.length === 2 && server.connections.length === 1 && venue.status().state === "up",
  );
  // live trades, some of which the answer holds too
  server.trade("BTCUSDT", trade(4));
  server.trade("BTCUSDT", trade(5));
  server.trade("ETHUSDT", trade(9));
  await appears(() => heard.length === 2 && answer !== undefined);
  answer?.();
  await appears(() => heard.length === 6);
  expect(heard.filter(({ symbol }) => symbol === "BTCUSDT").map(({ source_seq }) => source_seq)).toEqual([
    1, 2, 3, 4, 5,
  ]);
});

test("when the gap cannot be asked for, what comes is told all the same", async () => {
  await begin();
  server.trade("BTCUSDT", trade(1));
  await appears(() => heard.length === 1);
  server.restStatus = 500;
  server.cut();
  await appears(
    () => server.streams.length === 2 && server.connections.length === 1 && venue.status().state === "up",
  );
  server.trade("BTCUSDT", trade(7));
  await appears(() => heard.length === 2);
  expect(ids()).toEqual([1, 7]);
});

test("without a way out it says that it is unavailable, and why, and goes on trying", async () => {
  await server.close();
  venue.start((ticks) => heard.push(...ticks));
  await appears(() => venue.status().state === "unavailable");
  expect(venue.status().reason).toMatch(/ECONNREFUSED/);
  await expect(venue.book("BTCUSDT", 5)).rejects.toMatchObject({ statusCode: 503 });
  server = new BinanceServer();
  await server.listen(port);
  await appears(() => venue.status().state === "up");
  expect(venue.status().reason).toBeUndefined();
});

test("a connection that has gone silent is given up", async () => {
  venue = venueAt(port, { silenceMs: 50 });
  venue.start((ticks) => heard.push(...ticks));
  await appears(() => server.streams.length >= 3);
});

test("the book is asked for", async () => {
  expect(await venue.book("BTCUSDT", 1)).toMatchObject({
    venue: "binance",
    bids: [{ price: "100.1", size: "2" }],
    asks: [{ price: "100.2", size: "0.1" }],
  });
});
