import fc from "fast-check";
import { instruments, tick as tickSchema, type Tick } from "../../../../services/contracts";
import type { Log } from "../../../../services/kit/log";
import { IbkrVenue } from "../../../../services/market-data-gateway/src/ibkr/venue";
import { FrameReader, frameOf, WireError } from "../../../../services/market-data-gateway/src/ibkr/wire";
import { TwsServer } from "./tws-server";
import { eventually } from "../../../support/eventually";

const warn = jest.fn();
const log = { info: jest.fn(), warn } as unknown as Log;
const listed = instruments.filter(({ symbol }) => ["AAPL", "MSFT"].includes(symbol));
const time = 1_773_000_000_000;

let server: TwsServer;
let port: number;
let venue: IbkrVenue;
let heard: Tick[];
beforeEach(async () => {
  server = new TwsServer();
  port = await server.listen();
  heard = [];
  warn.mockClear();
  venue = new IbkrVenue({ host: "127.0.0.1", port, clientId: 7, instruments: listed, log, retryMs: 10 });
});
afterEach(async () => {
  await venue.stop();
  await server.close();
});

const appears = (check: () => boolean): Promise<void> => eventually(check, () => [heard, venue.status()]);
const begin = async (): Promise<void> => {
  venue.start((ticks) => heard.push(...ticks));
  await appears(() => server.asked.length === 4);
};
const trade = (id: number, value: string) => server.say(46, 6, id, 48, value);

test("it greets, asks for live data of each symbol, and tells trades with their quotes", async () => {
  await begin();
  expect(server.asked[0]).toEqual(["71", "2", "7", ""]);
  expect(server.asked[1]).toEqual(["59", "1", "1"]);
  expect(server.asked[2]?.slice(0, 5)).toEqual(["1", "11", "0", "0", "AAPL"]);
  expect(server.asked[3]).toContain("233");
  server.say(1, 6, 0, 1, "230.00", 5, 0);
  server.say(2, 6, 0, 0, "500");
  server.say(1, 6, 0, 2, "230.02", 5, 0);
  trade(0, `230.01;100;${time};5000;229.9;true`);
  trade(0, `230.02;50;${time};5050;229.9;true`);
  trade(1, `430.5;1.00;${time + 1};5;430;false`);
  await appears(() => heard.length === 3);
  heard.forEach((each) => tickSchema.parse(each));
  expect(heard).toEqual([
    {
      venue: "ibkr",
      symbol: "AAPL",
      price: "230.01",
      size: "100",
      bid: "230",
      ask: "230.02",
      timestamp: time,
      source_seq: time * 1000,
    },
    {
      venue: "ibkr",
      symbol: "AAPL",
      price: "230.02",
      size: "50",
      bid: "230",
      ask: "230.02",
      timestamp: time,
      source_seq: time * 1000 + 1,
    },
    {
      venue: "ibkr",
      symbol: "MSFT",
      price: "430.5",
      size: "1",
      timestamp: time + 1,
      source_seq: (time + 1) * 1000,
    },
  ]);
  expect(venue.status()).toMatchObject({ state: "up", symbols: ["AAPL", "MSFT"] });
  expect(await venue.book("AAPL")).toMatchObject({
    bids: [{ price: "230", size: "500" }],
    asks: [{ price: "230.02" }],
  });
});

test("what is no trade is none: odd lots, missing prices, other ticks, other ids", async () => {
  await begin();
  server.say(1, 6, 0, 1, "230.00", 5, 0);
  server.say(1, 6, 0, 1, "-1", 0, 0);
  server.say(1, 6, 0, 4, "999", 5, 0);
  trade(0, `;0;${time};1;1;true`);
  trade(9, `1;1;${time};1;1;true`);
  server.say(46, 6, 0, 45, "1773000000");
  server.say(81, 0, "0.01", "", 3);
  trade(0, `230.01;1;${time};1;1;true`);
  await appears(() => heard.length > 0);
  expect(heard).toEqual([expect.objectContaining({ price: "230.01" })]);
  expect(heard[0]?.bid).toBeUndefined();
});

test("a lost connection is made again and asked again", async () => {
  await begin();
  server.cut();
  await appears(() => server.asked.length === 8);
  trade(0, `230.01;1;${time};1;1;true`);
  await appears(() => heard.length === 1);
});

test("the Workstation's own connection is watched, notices are not", async () => {
  await begin();
  server.say(4, 2, -1, 2104, "Market data farm connection is OK:usfarm", "");
  server.say(4, 2, -1, 1100, "Connectivity between IBKR and Trader Workstation has been lost.", "");
  await appears(() => venue.status().state === "unavailable");
  expect(await venue.book("AAPL")).toBeUndefined();
  server.say(4, 2, -1, 1101, "restored, data lost", "");
  await appears(() => server.asked.length === 7);
  expect(venue.status()).toMatchObject({ state: "up" });
  server.say(4, 2, 1, 354, "Requested market data is not subscribed.", "");
  await appears(() => venue.status().reason === "MSFT: Requested market data is not subscribed. (354)");
  expect(warn).toHaveBeenCalledTimes(2);
});

test("a refusal before it is ready is the reason", async () => {
  server.refusal = [4, 2, -1, 326, "Unable to connect as the client id is already in use.", ""];
  venue.start(() => undefined);
  await appears(
    () => venue.status().reason?.includes("326") === true && venue.status().state === "unavailable",
  );
});

test("who speaks another protocol is left", async () => {
  await begin();
  server.raw(Buffer.from("HTTP/1.1 400 Bad Request\r\n"));
  await appears(() => server.greetings >= 2);
  expect(warn).toHaveBeenCalledWith(
    { reason: expect.stringContaining("bytes") as unknown },
    expect.anything(),
  );
});

test("messages are the same however they are cut", () => {
  const message = fc.array(fc.stringMatching(/^[a-z0-9;.ü]*$/), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (messages, size) => {
      const bytes = Buffer.concat(messages.map(frameOf));
      const reader = new FrameReader();
      const found: (readonly string[])[] = [];
      for (let from = 0; from < bytes.length; from += size)
        found.push(...reader.take(bytes.subarray(from, from + size)));
      expect(found).toEqual(messages);
    }),
  );
  expect(() => new FrameReader().take(Buffer.from([255, 0, 0, 0]))).toThrow(WireError);
});
