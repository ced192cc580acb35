import { createHash } from "node:crypto";
import Big from "big.js";
import type { KillLevel } from "../../contracts/control";
import { instrumentOf } from "../../contracts/instruments";
import type { Order } from "../../contracts/order";
import { subjects } from "../../contracts/subjects";
import { dayOf } from "./caps";
import type { Gateway } from "./context";
import type { Desk } from "./desk";
import { growing } from "./reducing";
import { venueOrderOf } from "./submits";
import type { VenuePosition } from "./venues/venue";

export interface Enforcement {
  readonly level: KillLevel | null;
  /** Per venue: what is left to do, or "done". */
  readonly venues: Readonly<Record<string, string>>;
}

const EVERY_MS = 1000;

/**
 * Makes the venues agree with the kill switch, for as long as it stands; needs nothing but the venues.
 *
 * - no-new-orders leaves open orders alone: a resting stop may be what protects a position.
 * - reduce-only cancels those that could make a position grow.
 * - flatten cancels all, then closes what is held with market orders of its own, then looks again: an order that was
 *   on its way when it began is found the next time.
 */
export class Enforcer {
  readonly #gateway: Gateway;
  readonly #venues = new Map<string, string>();
  /** Per stop and position: the first round whose order has not ended as far as is known. */
  readonly #rounds = new Map<string, number>();
  #wake: () => void = () => undefined;

  constructor(gateway: Gateway) {
    this.#gateway = gateway;
    gateway.trading.onChange(() => this.#wake());
  }

  get state(): Enforcement {
    return { level: this.#gateway.trading.state.level, venues: Object.fromEntries(this.#venues) };
  }

  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    while (!signal.aborted) {
      const { level } = this.#gateway.trading.state;
      if (level === "reduce-only" || level === "flatten") {
        await Promise.all(this.#gateway.desks.inUse.map((desk) => this.#enforce(desk, level)));
      } else {
        this.#venues.clear();
        this.#rounds.clear();
      }
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async #enforce(desk: Desk, level: "reduce-only" | "flatten"): Promise<void> {
    const { name } = desk.venue;
    try {
      const left = level === "flatten" ? await this.#flatten(desk) : await this.#cancelGrowing(desk);
      this.#venues.set(name, left ?? "done");
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#venues.get(name) !== reason)
        this.#gateway.log.error({ venue: name, level, reason }, "kill switch: again");
      this.#venues.set(name, reason);
    }
  }

  async #cancelGrowing({ venue }: Desk): Promise<string | undefined> {
    const [positions, open] = await Promise.all([venue.positions(), venue.openOrders()]);
    const wrong = growing(positions, open);
    if (wrong.length === 0) return undefined;
    const { since } = this.#gateway.trading.state;
    for (let from = 0; from < wrong.length; from += venue.maxBatch) {
      await venue.cancel(
        wrong.slice(from, from + venue.maxBatch).map(({ order_id, symbol }) => ({
          order_id,
          symbol,
          request_id: `kill:${since}:${order_id}`,
        })),
      );
    }
    this.#gateway.audit.act("cancel-all", { venue: venue.name, level: "reduce-only", orders: wrong.length });
    return `${wrong.length} open orders were asked to be cancelled`;
  }

  /** @returns what is left to do, undefined when flat */
  async #flatten({ venue }: Desk): Promise<string | undefined> {
    const { audit, trading } = this.#gateway;
    const { since } = trading.state;
    // orders of this stop are told by their ids, and are not cancelled for each other
    const open = await venue.openOrders();
    const own = new Set(open.filter(({ order_id }) => this.#isOwn(order_id)).map(({ order_id }) => order_id));
    if (open.length > own.size) {
      const cancelled = await venue.cancelAll();
      audit.act("cancel-all", { venue: venue.name, level: "flatten", orders: cancelled });
      if ((await venue.openOrders()).length > 0) return "open orders are being cancelled";
    }
    const held = (await venue.positions()).filter(({ quantity }) => !Big(quantity).eq(0));
    if (held.length === 0) return undefined;
    // a resume that came meanwhile ends it
    const left: string[] = [];
    for (const position of held) {
      if (trading.state.level !== "flatten" || trading.state.since !== since) return "resumed";
      const what = await this.#close(venue, position, since);
      if (what !== undefined) left.push(what);
    }
    return left.length > 0 ? left.join("; ") : undefined;
  }

  #isOwn(orderId: string): boolean {
    return this.#gateway.store.order(orderId)?.client_order_id.startsWith("flatten-") === true;
  }

  /** One order at a time for a position; the next round only when the venue says that the one before has ended. */
  async #close(venue: Desk["venue"], position: VenuePosition, since: number): Promise<string | undefined> {
    const { audit, store } = this.#gateway;
    const key = `${since} ${venue.name} ${position.account} ${position.symbol}`;
    const known = this.#rounds.get(key) ?? 0;
    for (let round = known; ; round++) {
      const order = closingOrder(venue.name, position, since, round, this.#gateway.now());
      // less than the smallest quantity that can be traded
      if (!order) return undefined;
      const seen = await venue.query(order);
      if (seen) {
        const ended = seen.status !== "ACCEPTED" && seen.status !== "PARTIALLY_FILLED";
        if (ended) continue;
        this.#rounds.set(key, round);
        return `${order.client_order_id} is open, ${seen.remaining_quantity} left`;
      }
      this.#rounds.set(key, round);
      // the position was read before that order's end was known, and may count it not
      if (round > known) return "a closing order has ended, looking again";
      if (!store.order(order.order_id)) {
        audit.act("flatten", { venue: venue.name, order });
        store.transaction(() => {
          store.saveOrder({
            order_id: order.order_id,
            client_order_id: order.client_order_id,
            venue: venue.name,
            told_as: venue.name,
            account: order.account,
            symbol: order.symbol,
            progress: "sending",
            reason: null,
            quantity: order.quantity,
            filled: "0",
            notional: "0",
            day: dayOf(order.created_at),
          });
          store.say(subjects.venueReport, `${order.order_id}:opened`, {
            kind: "opened",
            report_id: `live-gateway:${order.order_id}:opened`,
            order_id: order.order_id,
            venue: venue.name,
            timestamp: order.created_at,
            order,
          });
        });
      }
      const [result] = await venue.submit([venueOrderOf(order)]);
      if (result?.outcome !== "rejected")
        return `${order.client_order_id}: ${order.side} ${order.quantity} was sent`;
      return `${order.client_order_id} was rejected: ${result.reason ?? "without a reason"}`;
    }
  }
}

/**
 * The market order that closes a position. Its ids follow from the stop, the position and the round: whoever computes
 * them again, also after a crash, means the same order.
 */
export function closingOrder(
  venue: string,
  { account, symbol, quantity }: VenuePosition,
  since: number,
  round: number,
  now: number,
): Order | undefined {
  const held = Big(quantity);
  const lot = instrumentOf(symbol)?.lot_size ?? "0.00000001";
  const lots = held.abs().div(lot).round(0, Big.roundDown);
  if (lots.eq(0)) return undefined;
  const size = lots.times(lot).toFixed();
  return {
    order_id: uuidOf(`flatten|${since}|${venue}|${account}|${symbol}|${round}`),
    client_order_id: `flatten-${since}-${symbol}-${round}`,
    symbol,
    side: held.gt(0) ? "SELL" : "BUY",
    quantity: size,
    order_type: "MARKET",
    time_in_force: "IOC",
    account,
    venue,
    status: "SENT",
    filled_quantity: "0",
    remaining_quantity: size,
    commission: "0",
    created_at: now,
    updated_at: now,
    version: 1,
  };
}

/** A version 8 UUID (RFC 9562: the application's own) of a name. */
export function uuidOf(name: string): string {
  const hash = createHash("sha256").update(name).digest().subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
