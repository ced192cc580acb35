import { Redis } from "iovalkey";
import { accountPnl, position, subjects, type Position } from "../../../services/contracts";
import { startService, type RunningService } from "../../../services/kit/service";
import { pnlService } from "../../../services/pnl/src/service";
import { until } from "../../harness/docker";
import { aFill, anOrder, later } from "../../unit/services/risk/given";
import { call, confirm, ready, startWorld, tick, verify, type World } from "./world";

let world: World;
let redis: Redis;
let pnl: RunningService;
const start = async (): Promise<RunningService> => {
  const service = await startService(pnlService(verify), world.env);
  await ready(service);
  return service;
};
beforeAll(async () => {
  world = await startWorld("pnl");
  redis = new Redis({ host: world.valkey.host, port: world.valkey.port });
  redis.on("error", () => undefined);
  pnl = await start();
}, 60_000);
afterAll(async () => {
  redis.disconnect();
  try {
    await pnl.stop();
  } finally {
    await world.close();
  }
});

let fills = 0;
/** A fill of an order of its own. */
async function trade(
  side: "BUY" | "SELL",
  quantity: string,
  price: string,
  account = "alpha",
): Promise<void> {
  const order = anOrder(++fills, { side, quantity, account });
  const after = later(order, 3, "FILLED", { filled_quantity: quantity, remaining_quantity: "0" });
  await confirm(world.connection, after, {
    ...aFill(`p-${fills}`, order, quantity, price),
    commission: "0.1",
  });
}

const positions = async (account = "alpha"): Promise<readonly Position[]> =>
  (await call(pnl, `/positions?account=${account}`)).body as readonly Position[];
const versionIs = (version: number, account = "alpha") =>
  until(
    `version ${version}`,
    10,
    () => positions(account),
    (all) => all[0]?.version === version,
  );

test("positions are exact, told as they change, and the same after a restart and a lost store", async () => {
  const told: Position[] = [];
  const results: unknown[] = [];
  world.connection.subscribe(subjects.positionsUpdated, {
    callback: (_error, message) => {
      told.push(position.parse(message.json()));
    },
  });
  world.connection.subscribe(subjects.pnlUpdate, {
    callback: (_error, message) => {
      const { timestamp: _, ...rest } = accountPnl.parse(message.json());
      results.push(rest);
    },
  });
  await world.connection.flush();
  // a position that changes again before it is told is told as it is then
  const isTold = (version: number): Promise<unknown> =>
    until(
      `version ${version} to be told`,
      5,
      async () => told.at(-1)?.version,
      (last) => last === version,
    );
  await trade("BUY", "10", "100");
  await isTold(1);
  await trade("BUY", "10", "110");
  await isTold(2);
  await trade("SELL", "15", "120");
  await isTold(3);
  await versionIs(3);
  await tick(world.connection, "AAPL", "130");
  const expected = {
    account: "alpha",
    symbol: "AAPL",
    quantity: "5",
    average_price: "110",
    market_price: "130",
    realized_pnl: "250",
    unrealized_pnl: "100",
    commission: "0.3",
    version: 3,
  };
  const summary = {
    account: "alpha",
    realized_pnl: "250",
    unrealized_pnl: "100",
    commission: "0.3",
    total_pnl: "349.7",
    exposure: "650",
  };
  await until(
    "the result to be told",
    5,
    async () => results.at(-1),
    (last) => JSON.stringify(last) === JSON.stringify(summary),
  );
  expect(told.map(({ version, quantity }) => [version, quantity])).toEqual([
    [1, "10"],
    [2, "20"],
    [3, "5"],
  ]);
  const same = async (): Promise<void> => {
    await tick(world.connection, "AAPL", "130");
    await until(
      "the price to be known",
      5,
      () => positions(),
      (all) => all[0]?.market_price === "130",
    );
    expect(await positions()).toMatchObject([expected]);
    expect((await call(pnl, "/")).body).toMatchObject([summary]);
    expect((await call(pnl, "/lots?account=alpha")).body).toMatchObject([
      { side: "LONG", fill_id: "p-2", quantity: "5", price: "110" },
    ]);
  };
  await same();
  await pnl.stop();
  pnl = await start();
  await same();
  await pnl.stop();
  await redis.flushall();
  pnl = await start();
  await same();
}, 60_000);

test("goes through zero, while it is down and while its store is", async () => {
  await pnl.stop();
  await trade("SELL", "8", "90");
  pnl = await start();
  await versionIs(4);
  await world.valkey.kill();
  await trade("BUY", "1", "80");
  await versionIs(5);
  await world.valkey.restart();
  await until(
    "the store to have it",
    10,
    () => redis.hget("pnl:positions", "alpha AAPL"),
    (text) => text !== null && text.includes('"version":5'),
  );
  await pnl.stop();
  pnl = await start();
  // 5 × (90 − 110) closed, 3 sold short at 90, one of them back at 80
  expect(await positions()).toMatchObject([
    { quantity: "-2", average_price: "90", realized_pnl: "160", commission: "0.5", version: 5 },
  ]);
}, 60_000);

test("shows an account to who may use it", async () => {
  const as = (path: string) => call(pnl, path, { token: "eve/viewer/beta" });
  expect((await as("/positions?account=alpha")).status).toBe(403);
  expect([(await as("/")).body, (await as("/positions")).body, (await as("/lots")).body]).toEqual([
    [],
    [],
    [],
  ]);
});
