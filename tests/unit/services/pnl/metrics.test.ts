import { Registry } from "prom-client";
import type { Fill } from "../../../../services/contracts";
import { Ledger } from "../../../../services/pnl/src/ledger";
import { createMetrics } from "../../../../services/pnl/src/metrics";

const order = {
  order_id: "00000000-0000-4000-8000-000000000001",
  client_order_id: "c",
  symbol: "AAPL",
} as const;
const fill = (
  fill_id: string,
  account: string,
  side: Fill["side"],
  quantity: string,
  price: string,
): Fill => ({
  ...order,
  ...{ fill_id, account, side, quantity, price, commission: "0.5", venue: "prism" },
  liquidity: "TAKER",
  timestamp: 1_800_000_000_000,
});

async function amounts(ledger: Ledger): Promise<Readonly<Record<string, number>>> {
  const registry = new Registry();
  createMetrics(registry, ledger, () => 7);
  const metric = registry.getSingleMetric("pnl_amount");
  const { values } = (await metric?.get()) ?? { values: [] };
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels.part), value]));
}

it("adds up all accounts, gains and losses apart from commissions", async () => {
  const ledger = new Ledger();
  ledger.apply(fill("1", "alpha", "BUY", "10", "100"));
  ledger.apply(fill("2", "alpha", "SELL", "4", "110"));
  ledger.apply(fill("3", "beta", "SELL", "5", "100"));
  ledger.tick("AAPL", "120", 1);
  expect(await amounts(ledger)).toEqual({
    // alpha: 4 × 10
    realized: 40,
    // alpha: 6 × 20, beta: 5 × −20
    unrealized: 20,
    commission: 1.5,
    exposure: 11 * 120,
  });
});

it("is nothing before the first fill, and says how far behind it is", async () => {
  expect(await amounts(new Ledger())).toEqual({ realized: 0, unrealized: 0, commission: 0, exposure: 0 });
  const registry = new Registry();
  createMetrics(registry, new Ledger(), () => 7);
  expect(await registry.metrics()).toContain('pnl_stream_lag_messages{stream="FILLS"} 7');
});
