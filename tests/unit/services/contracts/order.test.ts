import { z } from "zod";
import {
  algo,
  fill,
  newOrder,
  order,
  replaceRequest,
  riskReply,
  tick,
  type Order,
} from "../../../../services/contracts";

const minimal = {
  client_order_id: "c-1",
  symbol: "BTCUSDT",
  side: "BUY",
  quantity: "1.5",
  order_type: "MARKET",
};
const full: Order = {
  order_id: "0190d1a5-6e7b-7c3a-8f00-0123456789ab",
  client_order_id: "c-1",
  symbol: "BTCUSDT",
  side: "BUY",
  quantity: "1.5",
  order_type: "LIMIT",
  price: "50000",
  time_in_force: "GTC",
  account: "default",
  venue: "prism",
  status: "PARTIALLY_FILLED",
  filled_quantity: "0.5",
  average_fill_price: "49999.5",
  remaining_quantity: "1",
  commission: "-0.01",
  created_at: 1767225600000,
  updated_at: 1767225600123,
  version: 5,
};

function problems(schema: z.ZodType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? [];
}

test("a new order gets a venue, an account and a day, and nothing else", () => {
  expect(newOrder.parse(minimal)).toEqual({
    ...minimal,
    time_in_force: "DAY",
    account: "default",
    venue: "prism",
  });
});

test("type is order_type by another name", () => {
  const { order_type: type, ...rest } = minimal;
  expect(newOrder.parse({ ...rest, type })).toEqual(newOrder.parse(minimal));
  expect(newOrder.parse({ ...minimal, type })).toEqual(newOrder.parse(minimal));
  expect(problems(newOrder, { ...minimal, type: "LIMIT" })).not.toEqual([]);
});

test.each([
  ["MARKET", {}, []],
  ["MARKET", { price: "1" }, ["price: a MARKET order has no price"]],
  ["LIMIT", {}, ["price: a LIMIT order needs a price"]],
  ["LIMIT", { price: "1" }, []],
  [
    "STOP",
    { price: "1" },
    ["price: a STOP order has no price", "stop_price: a STOP order needs a stop_price"],
  ],
  ["STOP", { stop_price: "1" }, []],
  ["STOP_LIMIT", { stop_price: "1" }, ["price: a STOP_LIMIT order needs a price"]],
  ["STOP_LIMIT", { price: "1", stop_price: "1" }, []],
])("%s with %j", (order_type, prices, expected) => {
  expect(problems(newOrder, { ...minimal, order_type, ...prices })).toEqual(expected);
});

test.each([
  { quantity: 1.5 },
  { quantity: "0" },
  { quantity: "-1" },
  { side: "buy" },
  { side: "SHORT" },
  { order_type: "ICEBERG" },
  { time_in_force: "FOREVER" },
  { symbol: "BTC/USDT" },
  { client_order_id: "" },
  { client_order_id: undefined },
  { status: "FILLED" },
  { leverage: "10" },
])("refuses %j, and defaults nothing", (wrong) => {
  expect(problems(newOrder, { ...minimal, ...wrong })).not.toEqual([]);
});

test("an order is complete, and holds numbers as text", () => {
  expect(order.parse(full)).toEqual(full);
  for (const field of [
    "order_id",
    "status",
    "filled_quantity",
    "remaining_quantity",
    "commission",
    "version",
  ] as const) {
    expect(problems(order, { ...full, [field]: undefined })).not.toEqual([]);
  }
  for (const field of [
    "quantity",
    "price",
    "filled_quantity",
    "average_fill_price",
    "remaining_quantity",
    "commission",
  ] as const) {
    expect(problems(order, { ...full, [field]: 1 })).not.toEqual([]);
  }
});

test("algorithms carry their own parameters and no others", () => {
  expect(algo.parse({ name: "TWAP", duration_ms: 60_000, slices: 10 })).toBeTruthy();
  expect(
    algo.parse({ name: "VWAP", duration_ms: 60_000, slices: 10, max_participation: "0.2" }),
  ).toBeTruthy();
  expect(algo.parse({ name: "ICEBERG", display_quantity: "10" })).toBeTruthy();
  expect(problems(algo, { name: "ICEBERG", duration_ms: 60_000 })).not.toEqual([]);
  expect(
    problems(algo, { name: "TWAP", duration_ms: 60_000, slices: 10, display_quantity: "1" }),
  ).not.toEqual([]);
  for (const max_participation of ["0", "1.01", "2", "10"]) {
    expect(problems(algo, { name: "VWAP", duration_ms: 60_000, slices: 10, max_participation })).not.toEqual(
      [],
    );
  }
  expect(problems(algo, { name: "SNIPER" })).not.toEqual([]);
});

test("a replace changes something", () => {
  const request = { order_id: full.order_id, requested_by: "trader" };
  expect(problems(replaceRequest, request)).toEqual([
    ": changes nothing: give a quantity, price or stop_price",
  ]);
  expect(problems(replaceRequest, { ...request, quantity: "2" })).toEqual([]);
});

test("fills, ticks and risk replies", () => {
  const execution = {
    fill_id: "prism:1",
    order_id: full.order_id,
    client_order_id: "c-1",
    symbol: "BTCUSDT",
    side: "BUY",
    quantity: "0.5",
    price: "49999.5",
    commission: "0",
    venue: "prism",
    account: "default",
    liquidity: "TAKER",
    timestamp: 1767225600123,
  };
  expect(fill.parse(execution)).toEqual(execution);
  expect(problems(fill, { ...execution, quantity: 0.5 })).not.toEqual([]);
  expect(problems(fill, { ...execution, liquidity: undefined })).not.toEqual([]);

  const trade = {
    venue: "sim",
    symbol: "AAPL",
    price: "190.01",
    size: "100",
    timestamp: 1767225600123,
    source_seq: 1,
  };
  expect(tick.parse(trade)).toEqual(trade);
  expect(problems(tick, { ...trade, price: 190.01 })).not.toEqual([]);

  expect(riskReply.parse({ approved: true, risk_level: "LOW", warnings: [] })).toBeTruthy();
  expect(problems(riskReply, { approved: false, risk_level: "HIGH", warnings: [] })).not.toEqual([]);
  expect(
    problems(riskReply, { approved: true, risk_level: "HIGH", warnings: [], reason: "but" }),
  ).not.toEqual([]);
});

test("the schemas can be written as OpenAPI, with decimals as strings", () => {
  const written = z.toJSONSchema(newOrder, { io: "input", target: "draft-2020-12" });
  const text = JSON.stringify(written);
  expect(text).toContain('"enum":["MARKET","LIMIT","STOP","STOP_LIMIT"]');
  expect(written).toMatchObject({ type: "object", additionalProperties: false });
  expect(JSON.stringify(z.toJSONSchema(order))).not.toContain('"type":"number"');
});
