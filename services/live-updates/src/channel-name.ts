import { barInterval, identifier, symbol } from "../../contracts";

/**
 * What happens to a channel that a client does not read fast enough. latest: of each key only the newest value waits.
 * every: all of them wait, up to a limit; beyond it the client is told to begin again.
 */
export type Delivery = "latest" | "every";

export interface ChannelName {
  readonly text: string;
  readonly kind: "quotes" | "bars" | "orders" | "fills" | "positions" | "pnl" | "risk";
  /** Only who may use it may listen. */
  readonly account?: string;
  readonly delivery: Delivery;
}

/** @returns undefined for what is no channel */
export function parseChannel(text: string): ChannelName | undefined {
  const [kind, ...rest] = text.split(":");
  switch (kind) {
    case "quotes":
      return is(symbol, rest.join(":")) ? { text, kind, delivery: "latest" } : undefined;
    case "bars": {
      const [interval = "", ...name] = rest;
      return is(barInterval, interval) && is(symbol, name.join(":"))
        ? { text, kind, delivery: "latest" }
        : undefined;
    }
    case "orders":
    case "fills":
    case "positions":
    case "pnl": {
      const account = rest.join(":");
      const delivery = kind === "orders" || kind === "fills" ? "every" : "latest";
      return is(identifier, account) ? { text, kind, account, delivery } : undefined;
    }
    case "risk":
      // of its measures the newest counts; each alert is a key of its own
      return rest.length === 0 ? { text, kind, delivery: "latest" } : undefined;
    default:
      return undefined;
  }
}

function is(schema: { safeParse(value: unknown): { readonly success: boolean } }, value: string): boolean {
  return schema.safeParse(value).success;
}
