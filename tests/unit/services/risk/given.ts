import Big from "big.js";
import type { Fill, Order, OrderStatus } from "../../../../services/contracts";
import { Book } from "../../../../services/risk/src/book";
import { Drawdowns } from "../../../../services/risk/src/drawdown";
import { RiskEngine, type Gate } from "../../../../services/risk/src/engine";
import { firstLimits, LimitIndex, type LimitBook } from "../../../../services/risk/src/limits";
import { Marks } from "../../../../services/risk/src/marks";
import type { Verdict } from "../../../../services/risk/src/verdict";

export const NOW = 1_800_000_000_000;

export const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** An order to buy 10 AAPL at 100, unless something else is said. */
export function anOrder(n: number, more: Partial<Order> = {}): Order {
  const quantity = more.quantity ?? "10";
  return {
    order_id: uuid(n),
    client_order_id: `c-${n}`,
    symbol: "AAPL",
    side: "BUY",
    quantity,
    order_type: "LIMIT",
    ...(more.order_type === undefined || more.order_type === "LIMIT" ? { price: "100" } : {}),
    time_in_force: "DAY",
    account: "alpha",
    venue: "prism",
    status: "PENDING_RISK",
    filled_quantity: "0",
    remaining_quantity: quantity,
    commission: "0",
    created_at: NOW,
    updated_at: NOW,
    version: 1,
    ...more,
  };
}

export const later = (
  order: Order,
  version: number,
  status: OrderStatus,
  more: Partial<Order> = {},
): Order => ({
  ...order,
  version,
  status,
  ...more,
});

export const aFill = (id: string, order: Order, quantity: string, price = "100"): Fill => ({
  fill_id: id,
  order_id: order.order_id,
  client_order_id: order.client_order_id,
  symbol: order.symbol,
  side: order.side,
  quantity,
  price,
  commission: "0",
  venue: "prism",
  account: order.account,
  liquidity: "TAKER",
  timestamp: NOW,
});

export interface World {
  readonly book: Book;
  readonly marks: Marks;
  readonly limits: LimitIndex;
  readonly drawdowns: Drawdowns;
  readonly engine: RiskEngine;
  /** Asks for an order; what passes counts. */
  readonly ask: (order: Order, now?: number, replaces?: boolean) => Verdict;
  /** Fills an order wholly, as the log tells it. */
  readonly fill: (order: Order, price?: string) => void;
}

/** A world in which AAPL costs 100 and BTCUSDT 50000, both a moment ago. */
export function aWorld(
  limits: { readonly default?: Partial<LimitBook["default"]> } & Partial<Omit<LimitBook, "default">> = {},
  gate: Gate = { state: () => ({ state: "ACTIVE", why: "" }) },
): World {
  const [book, marks, drawdowns] = [new Book(), new Marks(), new Drawdowns()];
  const index = new LimitIndex({
    ...firstLimits,
    ...limits,
    default: { ...firstLimits.default, ...limits.default },
  });
  marks.tick("AAPL", "100", NOW, NOW);
  marks.tick("BTCUSDT", "50000", NOW, NOW);
  const engine = new RiskEngine({
    book,
    marks,
    limits: index,
    drawdowns,
    gate,
    resultMaxAgeMs: 30_000,
    startedAt: 0,
  });
  let fills = 0;
  return {
    book,
    marks,
    limits: index,
    drawdowns,
    engine,
    ask: (order, now = NOW, replaces = false) => engine.check({ order, replaces }, now),
    fill: (order, price = "100") => {
      const done = { filled_quantity: order.quantity, remaining_quantity: "0" };
      book.confirm(
        aFill(`f-${fills++}-${order.order_id}`, order, order.quantity, price),
        later(order, order.version + 1, "FILLED", done),
      );
      drawdowns.update(order.account, drawdowns.accounts.get(order.account)?.total ?? ZERO, LOTS, NOW);
    },
  };
}

const ZERO = Big(0);
const LOTS = Big("1e18");

/** The rule that refused it; undefined when it passed. */
export const ruleOf = (verdict: Verdict): string | undefined =>
  verdict.approved ? undefined : verdict.refusal.rule;
