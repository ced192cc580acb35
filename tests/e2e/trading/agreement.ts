import Big from "big.js";
import { isFinal, type AccountPnl, type Fill, type Order, type Position } from "../../../services/contracts";
import { until } from "../../harness/docker";
import { accessOf } from "../harness/access";
import { LaneClient } from "../harness/client";
import { inventory } from "../harness/inventory";
import { allOver } from "../harness/order-path";
import {
  amounts,
  grouped,
  isOfKillSwitch,
  positionsOf,
  reachesVenue,
  sumOf,
  total,
  type Held,
} from "./books";
import type { TradingRun } from "./run";

type Row = Readonly<Record<string, unknown>>;
interface Books {
  readonly prism: Readonly<Record<"orders" | "fills" | "positions", readonly Row[]>>;
  readonly questdb: Readonly<Record<"orders" | "fills" | "positions" | "pnl", readonly Row[]>>;
}

const ORDER = [
  "quantity",
  "price",
  "stop_price",
  "filled_quantity",
  "average_fill_price",
  "commission",
] as const;
const FILL = ["quantity", "price", "commission"] as const;
const HELD = ["quantity", "average_price", "realized_pnl"] as const;

/** When all is over: everybody who keeps books of the run's orders has the same, to the last digit. */
export function agreementCases(run: TradingRun): void {
  let client: LaneClient | undefined;
  let orders: readonly Order[];
  let fills: readonly Fill[];
  let held: readonly Held[];
  let books: Books;

  beforeAll(async () => {
    for (const desk of run.desks) await desk.ask("POST", "/orders/cancel-all", { account: desk.account });
    orders = await allOver(async () => (await Promise.all(run.desks.map((desk) => desk.all()))).flat());
    expect(orders.filter(({ status }) => !isFinal(status))).toEqual([]);
    const byOrder = await Promise.all(
      run.desks.flatMap((desk) =>
        orders
          .filter((order) => order.account === desk.account && reachesVenue(order))
          .map(({ order_id }) => desk.fills(order_id)),
      ),
    );
    fills = byOrder.flat().sort((left, right) => numberOf(left) - numberOf(right));
    held = positionsOf(fills);
    const all = await inventory();
    client = await LaneClient.open(all.get("welcome")?.Image ?? "", accessOf(run.secrets, [...all.keys()]));
    const lane = client;
    // rows are written in batches, a moment later; the last row of each position may take a second longer
    books = await until("QuestDB has the rows of the run", 30, () => readBooks(lane), isWritten);
  });
  afterAll(() => client?.close());

  async function readBooks(lane: LaneClient): Promise<Books> {
    const outcomes = await lane.run("trading", run.id);
    const book = (name: string): Readonly<Record<string, readonly Row[]>> =>
      Object.fromEntries(
        Object.entries(outcomes[name] ?? {}).map(([key, { ok, value }]) => {
          if (!ok) throw new Error(`${name} ${key}: ${String(value)}`);
          return [key, value as readonly Row[]];
        }),
      );
    return { prism: book("prism"), questdb: book("questdb") } as Books;
  }

  function isWritten({ questdb }: Books): boolean {
    const versions = orders.reduce((sum, { version }) => sum + version - 1, 0);
    return (
      questdb.orders.length >= versions &&
      questdb.fills.length >= fills.length &&
      held.every((one) => {
        const row = questdb.positions.find((each) => same(each, one));
        return row !== undefined && Big(row["quantity"] as string).eq(one.quantity);
      })
    );
  }

  it("the run was one: orders of every end, and fills", () => {
    const statuses = new Set(orders.map(({ status }) => status));
    for (const status of ["FILLED", "CANCELLED", "RISK_REJECTED", "REJECTED"] as const)
      expect(statuses).toContain(status);
    expect(fills.length).toBeGreaterThan(50);
    expect(held.length).toBeGreaterThan(5);
  });

  it("each order is what its fills make of it", () => {
    const byOrder = grouped(fills, ({ order_id }) => order_id);
    for (const order of orders.filter(reachesVenue)) {
      const sum = sumOf(byOrder.get(order.order_id) ?? []);
      expect([
        order.order_id,
        amounts(order, ["filled_quantity", "average_fill_price", "commission"]),
      ]).toEqual([order.order_id, sum]);
      expect(Big(order.filled_quantity).lte(order.quantity)).toBe(true);
      expect(order.status === "FILLED").toBe(Big(order.filled_quantity).eq(order.quantity));
    }
  });

  it("each order of an algorithm is the sum of its parts", () => {
    const parents = orders.filter(({ algo, status }) => algo !== undefined && status !== "RISK_REJECTED");
    expect(parents.length).toBeGreaterThan(0);
    for (const parent of parents) {
      const parts = orders.filter(({ parent_order_id }) => parent_order_id === parent.order_id);
      const ids = new Set(parts.map(({ order_id }) => order_id));
      const sum = sumOf(fills.filter(({ order_id }) => ids.has(order_id)));
      expect(amounts(parent, ["filled_quantity", "average_fill_price", "commission"])).toEqual(sum);
    }
  });

  it("the venue has the same orders, and no other", () => {
    const ours = orders.filter(reachesVenue).map((order) => [
      order.order_id,
      {
        ...texts(order, ["account", "symbol", "side", "order_type", "time_in_force", "status"]),
        ...amounts(order, ORDER),
      },
    ]);
    const theirs = books.prism.orders.map((order) => [
      order["order_id"],
      {
        ...texts(order, ["account", "symbol", "side", "order_type", "time_in_force", "status"]),
        ...amounts({ ...order, average_fill_price: order["average_price"] } as Row, ORDER),
      },
    ]);
    expect(Object.fromEntries(theirs)).toEqual(Object.fromEntries(ours));
  });

  it("the venue has the same fills, and no other", () =>
    expect(
      byId(books.prism.fills, "fill_id", [...FILL], ["order_id", "symbol", "side", "account", "liquidity"]),
    ).toEqual(byId(fills, "fill_id", [...FILL], ["order_id", "symbol", "side", "account", "liquidity"])));

  it("the venue has the same positions, cash and commissions", () =>
    expect(byPosition(books.prism.positions, ["quantity", "cash", "commission"])).toEqual(
      byPosition(held, ["quantity", "cash", "commission"]),
    ));

  it("P&L has the same positions and what they have earned", async () => {
    const { body } = await run.users.admin.ask<readonly Position[]>("GET", "/pnl/positions");
    const ours = body.filter(({ account }) => account.startsWith(run.id));
    expect(byPosition(ours, [...HELD, "commission"])).toEqual(byPosition(held, [...HELD, "commission"]));
    for (const { quantity, average_price, market_price, unrealized_pnl } of ours) {
      const difference = Big(market_price ?? "0").minus(average_price ?? market_price ?? "0");
      // the average is rounded, what it is made of is not
      const within = Big(quantity).abs().plus(1).times("1e-18");
      expect(difference.times(quantity).minus(unrealized_pnl).abs().lte(within)).toBe(true);
    }
  });

  it("P&L of each account is the sum of its positions", async () => {
    const { body } = await run.users.admin.ask<readonly AccountPnl[]>("GET", "/pnl");
    for (const [account, positions] of grouped(held, (each) => each.account)) {
      const pnl = body.find((each) => each.account === account);
      const sum = (field: "realized_pnl" | "commission") => total(positions.map((each) => Big(each[field])));
      expect(amounts(pnl ?? {}, ["realized_pnl", "commission"])).toEqual({
        realized_pnl: sum("realized_pnl").toFixed(),
        commission: sum("commission").toFixed(),
      });
      const made = sum("realized_pnl")
        .plus(pnl?.unrealized_pnl ?? "NaN")
        .minus(sum("commission"));
      expect(Big(pnl?.total_pnl ?? "NaN").toFixed()).toBe(made.toFixed());
    }
  });

  it("risk has the same positions, and nothing open", async () => {
    const { body } = await run.users.admin.ask<readonly (Row & { readonly account: string })[]>(
      "GET",
      "/risk/positions",
    );
    const ours = body.filter(({ account }) => account.startsWith(run.id));
    expect(byPosition(ours, ["quantity", "open_buy", "open_sell"])).toEqual(
      byPosition(
        held
          .filter(({ quantity }) => quantity !== "0")
          .map((each) => ({ ...each, open_buy: "0", open_sell: "0" })),
        ["quantity", "open_buy", "open_sell"],
      ),
    );
  });

  it("QuestDB has every version of every order, the newest as the OMS has it", () => {
    const rows = grouped(books.questdb.orders, (row) => String(row["order_id"]));
    expect([...rows.keys()].sort()).toEqual(orders.map(({ order_id }) => order_id).sort());
    const words = ["status", "account", "symbol", "side", "order_type", "time_in_force", "client_order_id"];
    for (const order of orders) {
      const versions = rows.get(order.order_id) ?? [];
      // the first is before risk has spoken: nobody is told of it
      const first = isOfKillSwitch(order) ? 1 : 2;
      expect([order.order_id, versions.map((row) => Number(row["version"]))]).toEqual([
        order.order_id,
        Array.from({ length: order.version - first + 1 }, (_, index) => index + first),
      ]);
      const newest: Row = versions.at(-1) ?? {};
      const fields = [...ORDER, "remaining_quantity"] as const;
      expect({ ...texts(newest, words), ...amounts(newest, [...fields]) }).toEqual({
        ...texts(order, words),
        ...amounts(order, [...fields]),
      });
    }
  });

  it("QuestDB has the same fills, and no other", () =>
    expect(
      byId(books.questdb.fills, "fill_id", [...FILL], ["order_id", "symbol", "side", "account", "liquidity"]),
    ).toEqual(byId(fills, "fill_id", [...FILL], ["order_id", "symbol", "side", "account", "liquidity"])));

  it("QuestDB's newest rows have the same positions", () =>
    expect(byPosition(books.questdb.positions, [...HELD])).toEqual(byPosition(held, [...HELD])));

  it("the live gateway finds no difference between us and the venue", async () => {
    const { body } = await run.users.viewer.ask<readonly { readonly positions: readonly Row[] }[]>(
      "GET",
      "/live/reconciliation",
    );
    const ours = body
      .flatMap(({ positions }) => positions)
      .filter((each) => String(each["account"]).startsWith(run.id));
    expect({ venues: body.length, ours }).toEqual({ venues: 1, ours: [] });
  });
}

const same = (row: Row, { account, symbol }: Held): boolean =>
  row["account"] === account && row["symbol"] === symbol;

/** The venue counts its fills: prism-17. */
const numberOf = ({ fill_id }: Fill): number => Number(fill_id.split("-").at(-1));

function texts(of: object, fields: readonly string[]): Row {
  return Object.fromEntries(fields.map((field) => [field, (of as Row)[field]]));
}

function byId(
  list: readonly object[],
  id: string,
  numbers: readonly string[],
  words: readonly string[],
): Row {
  return Object.fromEntries(
    list.map((each) => [(each as Row)[id], { ...texts(each, words), ...amounts(each as Row, numbers) }]),
  );
}

function byPosition(list: readonly object[], fields: readonly string[]): Row {
  return Object.fromEntries(
    list.map((each) => {
      const row = each as Row;
      return [`${String(row["account"])} ${String(row["symbol"])}`, amounts(row, fields)];
    }),
  );
}
