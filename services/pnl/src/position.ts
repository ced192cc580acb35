import Big from "big.js";
import { decimalOf, divide, type Fill, type Position } from "../../contracts";

/** Units bought, or sold short, at a price, and not closed yet. */
export interface Lot {
  readonly fillId: string;
  readonly price: Big;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Above zero; the side is the position's. */
  quantity: Big;
}

const ZERO = Big(0);
/** Closed lots are dropped together when there are so many, and more than open ones. */
const COMPACT_AT = 64;

/**
 * What an account holds of a symbol: lots that are closed first in, first out. All lots are of one side. Sums are exact:
 * nothing is divided and nothing rounded before it is shown.
 */
export class PositionState {
  /** Signed units. */
  quantity: Big = ZERO;
  /** Gross: commissions are apart. */
  realized: Big = ZERO;
  commission: Big = ZERO;
  /** Of the newest fill: marks the position while no tick has come. */
  lastPrice: Big = ZERO;
  timestamp = 0;
  version = 0;
  /** Sum over open lots of quantity × price, not signed. */
  #cost: Big = ZERO;
  #lots: Lot[] = [];
  #first = 0;
  /** Lots that were dropped from the array: with it a lot has one number for ever. */
  #dropped = 0;
  /** Numbers of the lots that the store has: from, and the one behind the last. */
  #stored = { from: 0, end: 0 };

  constructor(
    readonly account: string,
    readonly symbol: string,
  ) {}

  get lots(): readonly Lot[] {
    return this.#lots.slice(this.#first);
  }

  apply(fill: Fill): void {
    const price = Big(fill.price);
    const buys = fill.side === "BUY";
    const opposes = buys ? this.quantity.lt(ZERO) : this.quantity.gt(ZERO);
    const quantity = Big(fill.quantity);
    const left = opposes ? this.#close(quantity, price, buys) : quantity;
    if (left.gt(ZERO)) {
      this.#lots.push({ fillId: fill.fill_id, price, openedAt: fill.timestamp, quantity: left });
      this.#cost = this.#cost.plus(left.times(price));
    }
    this.quantity = buys ? this.quantity.plus(quantity) : this.quantity.minus(quantity);
    this.commission = this.commission.plus(fill.commission);
    this.lastPrice = price;
    this.timestamp = Math.max(this.timestamp, fill.timestamp);
    this.version++;
  }

  /** Closes the oldest lots. @returns what is left of the quantity when all are closed */
  #close(quantity: Big, price: Big, buys: boolean): Big {
    let left = quantity;
    for (let lot = this.#lots[this.#first]; lot && left.gt(ZERO); lot = this.#lots[this.#first]) {
      const closed = lot.quantity.lte(left) ? lot.quantity : left;
      // a long lot earns what the price rose, a short one what it fell
      const earned = buys ? lot.price.minus(price) : price.minus(lot.price);
      this.realized = this.realized.plus(earned.times(closed));
      this.#cost = this.#cost.minus(closed.times(lot.price));
      lot.quantity = lot.quantity.minus(closed);
      left = left.minus(closed);
      if (lot.quantity.eq(ZERO)) this.#first++;
    }
    if (this.#first > COMPACT_AT && this.#first * 2 > this.#lots.length) {
      this.#lots = this.#lots.slice(this.#first);
      this.#dropped += this.#first;
      this.#first = 0;
    }
    return left;
  }

  /** What is held is worth at the price, above what it cost. */
  unrealized(mark: Big): Big {
    const worth = this.quantity.times(mark);
    return this.quantity.lt(ZERO) ? worth.plus(this.#cost) : worth.minus(this.#cost);
  }

  /** @param mark the last price, when there is one */
  view(mark: Big | undefined): Position {
    const flat = this.quantity.eq(ZERO);
    const price = mark ?? this.lastPrice;
    return {
      account: this.account,
      symbol: this.symbol,
      quantity: decimalOf(this.quantity),
      ...(flat ? {} : { average_price: averageOf(this.#cost, this.quantity) }),
      ...(price.gt(ZERO) ? { market_price: decimalOf(price) } : {}),
      realized_pnl: decimalOf(this.realized),
      unrealized_pnl: decimalOf(this.unrealized(price)),
      commission: decimalOf(this.commission),
      timestamp: this.timestamp,
      version: this.version,
    };
  }

  /** Every number as it is, not rounded; the lots aside. */
  totals(): Totals {
    const { quantity, realized, commission, lastPrice, timestamp, version } = this;
    return { quantity, realized, commission, lastPrice, timestamp, version };
  }

  /**
   * What the store has to do to have the lots, too; from then on they count as stored. A position may have any number
   * of lots, and a fill touches the first or adds a last one.
   *
   * @param whole the store has none of them
   */
  takeLotChanges(whole: boolean): LotChanges {
    const from = this.#dropped + this.#first;
    const end = this.#dropped + this.#lots.length;
    const stored = whole ? { from, end: from } : this.#stored;
    this.#stored = { from, end };
    const closed = Math.min(from, stored.end) - stored.from;
    const keeps = from < stored.end;
    return {
      closed,
      first: keeps ? this.#lots[this.#first] : undefined,
      added: this.#lots.slice(Math.max(from, stored.end) - this.#dropped),
    };
  }

  static restore(account: string, symbol: string, totals: Totals, lots: readonly Lot[]): PositionState {
    const state = new PositionState(account, symbol);
    Object.assign(state, totals);
    state.#lots = [...lots];
    state.#stored = { from: 0, end: lots.length };
    state.#cost = lots.reduce((sum, { quantity, price }) => sum.plus(quantity.times(price)), ZERO);
    return state;
  }
}

export interface Totals {
  readonly quantity: Big;
  readonly realized: Big;
  readonly commission: Big;
  readonly lastPrice: Big;
  readonly timestamp: number;
  readonly version: number;
}

export interface LotChanges {
  /** So many of the oldest are gone. */
  readonly closed: number;
  /** The oldest that stays, as it is now; absent when the store has none that stays. */
  readonly first: Lot | undefined;
  readonly added: readonly Lot[];
}

/** A price so small that it rounds to nothing is shown as the smallest that there is: prices are above zero. */
function averageOf(cost: Big, quantity: Big): string {
  const average = divide(cost.toFixed(), quantity.abs().toFixed());
  return average === "0" ? "0.000000000000000001" : average;
}
