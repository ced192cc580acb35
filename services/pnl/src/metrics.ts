import { Gauge, type Registry } from "prom-client";
import Big from "big.js";
import type { Ledger } from "./ledger";

/** What is added up over all accounts: how many there are does not change how many series there are. */
const PARTS = {
  realized: "realized_pnl",
  unrealized: "unrealized_pnl",
  commission: "commission",
  exposure: "exposure",
} as const;

/** @param lag fills that the stream has and the ledger does not */
export function createMetrics(registry: Registry, ledger: Ledger, lag: () => number): void {
  const registers = [registry];
  new Gauge({
    name: "pnl_stream_lag_messages",
    help: "Messages of a stream that are not counted yet.",
    labelNames: ["stream"],
    registers,
    collect() {
      this.set({ stream: "FILLS" }, lag());
    },
  });
  new Gauge({
    name: "pnl_amount",
    help: "Sums over all accounts, by part. To watch, not to settle by: here alone money is no decimal.",
    labelNames: ["part"],
    registers,
    collect() {
      const summaries = ledger.accounts.map((account) => ledger.summary(account, 0));
      for (const [part, field] of Object.entries(PARTS)) {
        const sum = summaries.reduce((total, summary) => total.plus(summary[field]), Big(0));
        this.set({ part }, sum.toNumber());
      }
    },
  });
}
