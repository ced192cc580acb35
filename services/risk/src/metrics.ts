import Big from "big.js";
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { decimalOf, divide, type TradingState } from "../../contracts";
import type { Alerts } from "./alerts";
import type { Book } from "./book";
import type { Drawdowns } from "./drawdown";
import type { LimitIndex } from "./limits";
import type { Marks } from "./marks";
import type { RiskLevel, Verdict } from "./verdict";

/** risk.metrics */
export interface RiskSnapshot {
  readonly trading_state: TradingState;
  /** Orders judged, and refused, since the process began. */
  readonly checks: number;
  readonly refused: number;
  readonly open_orders: number;
  readonly reserved_orders: number;
  readonly accounts: readonly AccountSnapshot[];
  readonly timestamp: number;
}

export interface AccountSnapshot {
  readonly account: string;
  readonly exposure: string;
  readonly max_exposure: string;
  readonly utilisation_percent: string;
  readonly level: RiskLevel;
  readonly open_orders: number;
  readonly drawdown: string;
  readonly halted: boolean;
}

/** The accounts of a snapshot: those with the most exposure. */
const SHOWN = 500;

export interface Sources {
  readonly book: Book;
  readonly marks: Marks;
  readonly limits: LimitIndex;
  readonly drawdowns: Drawdowns;
  readonly state: () => TradingState;
}

export class RiskMetrics {
  readonly #sources: Sources;
  readonly #levels = new Map<string, RiskLevel>();
  readonly #decided;
  readonly #duration;
  #checks = 0;
  #refused = 0;

  constructor(registry: Registry, sources: Sources, lag: () => Readonly<Record<string, number>>) {
    this.#sources = sources;
    const registers = [registry];
    this.#decided = new Counter({
      name: "risk_orders_total",
      help: "Orders judged, by the rule that refused them; none for those that passed.",
      labelNames: ["rule"],
      registers,
    });
    this.#duration = new Histogram({
      name: "risk_check_duration_seconds",
      help: "How long a request took to answer, whatever the number of its orders.",
      buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05],
      registers,
    });
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    gauge("risk_open_orders", "Orders that count as open.", () => sources.book.orders.size);
    gauge(
      "risk_reserved_orders",
      "Approved orders that the log does not show yet.",
      () => sources.book.reserved,
    );
    gauge("risk_trading_active", "1 while trading is ACTIVE, else 0.", () =>
      Number(sources.state() === "ACTIVE"),
    );
    new Gauge({
      name: "risk_stream_lag_messages",
      help: "Messages of a stream that are not counted yet.",
      labelNames: ["stream"],
      registers,
      collect() {
        for (const [stream, messages] of Object.entries(lag())) this.set({ stream }, messages);
      },
    });
  }

  checked(seconds: number): void {
    this.#duration.observe(seconds);
  }

  decided(verdict: Verdict): void {
    this.#checks++;
    if (!verdict.approved) this.#refused++;
    this.#decided.inc({ rule: verdict.approved ? "none" : verdict.refusal.rule });
  }

  snapshot(now: number): RiskSnapshot {
    const { book, marks, state } = this.#sources;
    const ranked = [...book.accounts.values()]
      .map((account) => ({ account, exposure: account.exposure(marks) }))
      .sort((left, right) => right.exposure.cmp(left.exposure));
    return {
      trading_state: state(),
      checks: this.#checks,
      refused: this.#refused,
      open_orders: book.orders.size,
      reserved_orders: book.reserved,
      accounts: ranked
        .slice(0, SHOWN)
        .map(({ account, exposure }) => this.#account(account.name, exposure, account.openOrders)),
      timestamp: now,
    };
  }

  /** Tells of each account whose use of its limit has risen to another level since the last time. */
  watch(snapshot: RiskSnapshot, alerts: Alerts): void {
    for (const { account, exposure, max_exposure, utilisation_percent, level } of snapshot.accounts) {
      const before = this.#levels.get(account) ?? "LOW";
      this.#levels.set(account, level);
      if (level === before || level === "LOW" || level === "MEDIUM") continue;
      const message = `the exposure of ${account} is at ${utilisation_percent} % of its limit`;
      const numbers = { value: exposure, limit: max_exposure };
      alerts.raise("exposure", level, message, { account }, snapshot.timestamp, numbers);
    }
  }

  #account(account: string, exposure: Big, open_orders: number): AccountSnapshot {
    const { limits, drawdowns } = this.#sources;
    const { max_exposure } = { ...limits.book.default, ...limits.book.accounts[account] };
    const limit = max_exposure ?? limits.book.default.max_exposure;
    const utilisation = divide(decimalOf(exposure.times(100)), limit, 2);
    return {
      account,
      exposure: decimalOf(exposure),
      max_exposure: limit,
      utilisation_percent: utilisation,
      level: levelOf(Big(utilisation)),
      open_orders,
      drawdown: decimalOf(drawdowns.drawdown(account)),
      halted: drawdowns.accounts.get(account)?.halted ?? false,
    };
  }
}

export function levelOf(percent: Big): RiskLevel {
  if (percent.gt(100)) return "CRITICAL";
  if (percent.gte(80)) return "HIGH";
  return percent.gte(50) ? "MEDIUM" : "LOW";
}
