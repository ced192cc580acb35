import type Big from "big.js";
import type { Marks } from "./marks";
import { NOTHING, type Terms } from "./tracked";
import type { Side } from "../../contracts";

/** What an account holds of a symbol, and what of it is asked for: sums that every event changes by a difference. */
export class Holding {
  position: Big = NOTHING;
  /** Units of open orders. */
  openBuy: Big = NOTHING;
  openSell: Big = NOTHING;
  /** Price of the newest fill: values what is held while no tick has come. */
  lastFill: Big | undefined;
  /** Sum of open quantity × its price, and the open quantity that is valued at the last price. */
  #priced: Big = NOTHING;
  #unpriced: Big = NOTHING;
  #exposure: Big = NOTHING;
  #markVersion = -1;
  #changed = true;

  constructor(
    readonly account: string,
    readonly symbol: string,
  ) {}

  get flat(): boolean {
    return this.position.eq(NOTHING);
  }

  fill(signed: Big, price: Big): void {
    this.position = this.position.plus(signed);
    this.lastFill = price;
    this.#changed = true;
  }

  /** Puts `after` in the place of `before`. */
  recount(side: Side, before: Terms, after: Terms): void {
    this.#open(side, after.quantity.minus(before.quantity));
    this.#value(before, -1);
    this.#value(after, 1);
    this.#changed = true;
  }

  #open(side: Side, difference: Big): void {
    if (side === "BUY") this.openBuy = this.openBuy.plus(difference);
    else this.openSell = this.openSell.plus(difference);
  }

  #value({ quantity, price }: Terms, sign: 1 | -1): void {
    if (price) {
      const value = quantity.times(price);
      this.#priced = sign > 0 ? this.#priced.plus(value) : this.#priced.minus(value);
    } else this.#unpriced = sign > 0 ? this.#unpriced.plus(quantity) : this.#unpriced.minus(quantity);
  }

  /** What a unit is worth; undefined as long as nothing was ever traded. */
  markIn(marks: Marks): Big | undefined {
    return marks.get(this.symbol)?.price ?? this.lastFill;
  }

  /** @returns by how much it differs from the last time it was asked for; nothing new costs one comparison */
  exposureDifference(marks: Marks): Big | undefined {
    const version = marks.get(this.symbol)?.version ?? 0;
    if (!this.#changed && version === this.#markVersion) return undefined;
    const mark = this.markIn(marks) ?? NOTHING;
    const exposure = this.position.abs().plus(this.#unpriced).times(mark).plus(this.#priced);
    const difference = exposure.minus(this.#exposure);
    this.#exposure = exposure;
    this.#markVersion = version;
    this.#changed = false;
    return difference;
  }

  get exposure(): Big {
    return this.#exposure;
  }

  /** Something is held or asked for whose worth nobody knows. */
  isUnpriced(marks: Marks): boolean {
    return this.markIn(marks) === undefined && !(this.flat && this.#unpriced.eq(NOTHING));
  }
}

/** All that an account holds; at most as many holdings as there are instruments. */
export class Account {
  readonly holdings = new Map<string, Holding>();
  /** Orders that are open, slices of others aside. */
  openOrders = 0;
  /** When it began to hold something; milliseconds since 1970. */
  heldSince = 0;
  #exposure: Big = NOTHING;

  constructor(readonly name: string) {}

  holding(symbol: string): Holding {
    let holding = this.holdings.get(symbol);
    if (!holding) this.holdings.set(symbol, (holding = new Holding(this.name, symbol)));
    return holding;
  }

  /** Sum over symbols of |position| × last price, and of open orders at their limit, or last, price. */
  exposure(marks: Marks): Big {
    for (const holding of this.holdings.values()) {
      const difference = holding.exposureDifference(marks);
      if (difference) this.#exposure = this.#exposure.plus(difference);
    }
    return this.#exposure;
  }

  /** A symbol whose worth is not known. */
  unpriced(marks: Marks): string | undefined {
    for (const holding of this.holdings.values()) if (holding.isUnpriced(marks)) return holding.symbol;
    return undefined;
  }

  get flat(): boolean {
    for (const holding of this.holdings.values()) if (!holding.flat) return false;
    return true;
  }
}
