import Big from "big.js";
import type { Decimal, Side } from "../../contracts/values";
import type { Venue, VenueOrderState, VenuePosition } from "./venues/venue";

interface Wanted {
  readonly account: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: Decimal;
}

/**
 * How much of each position is left to close: what is held, less what open orders of the closing side close already.
 * Orders that pass take their part, so that many small ones do not open what each alone would not.
 */
export class Reducible {
  readonly #left = new Map<string, Big>();

  constructor(positions: readonly VenuePosition[], open: readonly VenueOrderState[]) {
    for (const { account, symbol, quantity } of positions) {
      const held = Big(quantity);
      if (!held.eq(0))
        this.#left.set(keyOf({ account, symbol, side: held.gt(0) ? "SELL" : "BUY" }), held.abs());
    }
    for (const order of open) this.take({ ...order, quantity: order.remaining_quantity });
  }

  left(order: Omit<Wanted, "quantity">): Decimal {
    return (this.#left.get(keyOf(order)) ?? Big(0)).toFixed();
  }

  take(order: Wanted): void {
    const left = this.#left.get(keyOf(order));
    if (!left) return;
    const rest = left.minus(order.quantity);
    this.#left.set(keyOf(order), rest.lt(0) ? Big(0) : rest);
  }
}

/** Asked anew for each batch: while reducing, being right counts and not being fast. */
export async function reducibleAt(venue: Venue): Promise<Reducible> {
  const [positions, open] = await Promise.all([venue.positions(), venue.openOrders()]);
  return new Reducible(positions, open);
}

/** Open orders that could make a position grow, when all of them fill: the youngest of a side are over first. */
export function growing(
  positions: readonly VenuePosition[],
  open: readonly VenueOrderState[],
): readonly VenueOrderState[] {
  const reducible = new Reducible(positions, []);
  return open.filter((order) => {
    const quantity = order.remaining_quantity;
    if (Big(quantity).gt(reducible.left(order))) return true;
    reducible.take({ ...order, quantity });
    return false;
  });
}

function keyOf({ account, symbol, side }: Omit<Wanted, "quantity">): string {
  return `${account} ${symbol} ${side}`;
}
