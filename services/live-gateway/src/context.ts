import type { Counter, Histogram } from "prom-client";
import type { Log } from "../../kit";
import type { AuditLog } from "./audit";
import type { Caps } from "./caps";
import type { Desks, Prices } from "./desk";
import type { Reports } from "./reports";
import type { GatewayStore } from "./store";
import type { TradingSwitch } from "./trading";

/** What the order flow works with. */
export interface Gateway {
  readonly desks: Desks;
  readonly store: GatewayStore;
  readonly trading: TradingSwitch;
  readonly reports: Reports;
  readonly audit: AuditLog;
  readonly prices: Prices;
  readonly caps: Caps;
  /** Milliseconds; 0: orders never get too old. */
  readonly maxAgeMs: number;
  readonly now: () => number;
  readonly log: Log;
  readonly metrics: {
    readonly commands: Counter<"kind" | "outcome">;
    readonly venueSeconds: Histogram<"venue" | "request">;
    readonly lostEvents: Counter<"venue">;
  };
}
