import type { BarInterval } from "./messages";

/** Where everything is said. A subject is written here and nowhere else. */
export const subjects = {
  /** market.tick.<SYMBOL> */
  tick: (symbol: string) => join("market", "tick", symbol),
  /** market.bar.<interval>.<SYMBOL> */
  bar: (interval: BarInterval, symbol: string) => join("market", "bar", interval, symbol),
  /** Orders as they became; with fills.confirmed the log that their state is a projection of. */
  orders: {
    /** Passed risk: what a client was answered 2xx for. */
    accepted: "orders.accepted",
    /** By risk, by the venue, or failed. */
    rejected: "orders.rejected",
    /** A cancel or replace is on its way. */
    pending: "orders.pending",
    sent: "orders.sent",
    replaced: "orders.replaced",
    /** Cancelled or expired. */
    cancelled: "orders.cancelled",
  },
  broker: { submit: "broker.submit", cancel: "broker.cancel", replace: "broker.replace" },
  /** What the venue said, executions aside: live-gateway → oms */
  venueReport: "venue.report",
  fills: {
    /** venue → oms */
    execution: "fills.execution",
    /** oms → everyone */
    confirmed: "fills.confirmed",
  },
  risk: { alert: "risk.alert", metrics: "risk.metrics" },
  /** Never kept: whoever comes late asks for the state instead. */
  positionsUpdated: "positions.updated",
  pnlUpdate: "pnl.update",
  control: { halt: "control.trading.halt", resume: "control.trading.resume" },
  /** alt.norm.<category> */
  alternative: (category: string) => join("alt", "norm", category),
  /** library.<entity>.<verb> */
  library: (entity: string, verb: string) => join("library", entity, verb),
  /** audit.<service>.<act> */
  audit: (service: string, act: string) => join("audit", service, act),
} as const;

/** Questions, each with one answer. None may lie in a stream: JetStream would answer it. */
export const requests = {
  riskCheck: "risk.check.order",
  cancelOrder: "orders.cancel.request",
  replaceOrder: "orders.replace.request",
} as const;

/** What to subscribe to, for the families above. */
export const patterns = {
  ticks: "market.tick.*",
  bars: "market.bar.*.*",
  alternative: "alt.norm.*",
  library: "library.*.*",
  audit: "audit.*.*",
} as const;

/** A name that is no single token would reach other subjects, or none. */
export class SubjectError extends Error {
  override readonly name = "SubjectError";

  constructor(readonly token: string) {
    super(
      `${JSON.stringify(token)} cannot be part of a subject; wants letters, digits, _ and -, no dots or spaces`,
    );
  }
}

function join(...tokens: readonly string[]): string {
  const wrong = tokens.find((token) => !/^[A-Za-z0-9_-]+$/.test(token));
  if (wrong !== undefined) {
    throw new SubjectError(wrong);
  }
  return tokens.join(".");
}

/**
 * Whether some subject could match both patterns, as the server decides it: `*` is one token, `>` one or more.
 */
export function overlaps(left: string, right: string): boolean {
  const a = left.split(".");
  const b = right.split(".");
  for (let index = 0; ; index++) {
    const [one, other] = [a[index], b[index]];
    if (one === undefined || other === undefined) {
      return one === other;
    }
    if (one === ">" || other === ">") {
      return true;
    }
    if (one !== other && one !== "*" && other !== "*") {
      return false;
    }
  }
}

/** The subjects on which a user of the bus gets its answers begin with this. */
export function inboxOf(username: string): string {
  return `_INBOX_${username}`;
}
