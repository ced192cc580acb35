import Big from "big.js";
import type { TradingMode } from "../../contracts/control";
import type { Order } from "../../contracts/order";
import type { Decimal } from "../../contracts/values";
import { capRefusal, notionalOf, type Caps } from "./caps";
import { refusalOf, type KillSwitchState } from "./kill-switch";

/** What is known when an order comes to be sent. */
export interface Circumstances {
  readonly mode: TradingMode;
  readonly kill: KillSwitchState;
  readonly venue:
    { readonly name: string; readonly live: boolean; readonly disabled: string | undefined } | undefined;
  readonly caps: Caps;
  readonly spentToday: Big;
  readonly lastPrice: Decimal | undefined;
  /** How much of the order's symbol and side only brings the account nearer to zero; asked while reducing. */
  readonly reducible: Decimal;
  readonly now: number;
  /** An order that waited longer is not what its sender wants any more. 0: never. */
  readonly maxAgeMs: number;
}

export type Decision =
  | { readonly send: true; readonly notional: Big; readonly shadow: boolean }
  | { readonly send: false; readonly reason: string };

const no = (reason: string): Decision => ({ send: false, reason });

/** Everything that can keep an order from its venue. */
export function decide(order: Order, about: Circumstances): Decision {
  const { mode, kill, venue, caps, spentToday, now, maxAgeMs } = about;
  if (!venue) return no(`no venue ${order.venue} here`);
  if (venue.live && mode === "paper") return no(`trading mode paper: orders do not go to ${venue.name}`);
  // a shadow order does not go there, so the venue need not be usable
  const shadow = venue.live && mode === "shadow";
  if (!shadow && venue.disabled !== undefined)
    return no(`venue ${venue.name} is disabled: ${venue.disabled}`);
  if (kill.state === "HALTED") return no(refusalOf(kill));
  if (kill.state === "REDUCING" && Big(order.quantity).gt(about.reducible)) {
    return no(
      `${refusalOf(kill)}: ${order.side} ${order.quantity} would open a position; ${about.reducible} would reduce one`,
    );
  }
  const age = now - order.updated_at;
  if (maxAgeMs > 0 && age > maxAgeMs) return no(`waited ${age} ms for its venue; ${maxAgeMs} ms are allowed`);
  const notional = notionalOf(order, about.lastPrice);
  if (!notional) return no(`no price of ${order.symbol} is known to value a ${order.order_type} order with`);
  const over = capRefusal(notional, spentToday, caps);
  return over === undefined ? { send: true, notional, shadow } : no(over);
}
