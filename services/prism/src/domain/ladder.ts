import { remainingOf, type VenueOrder } from "./types";

/** The orders that wait at one price, first come first: a linked list, so that any of them leaves in O(1). */
export class Level {
  /** Sum of what remains of them. */
  lots = 0;
  count = 0;
  #first: VenueOrder | undefined;
  #last: VenueOrder | undefined;

  constructor(
    readonly ladder: Ladder,
    readonly price: number,
  ) {}

  get first(): VenueOrder | undefined {
    return this.#first;
  }

  add(order: VenueOrder): void {
    order.level = this;
    order.previous = this.#last;
    order.next = undefined;
    if (this.#last) this.#last.next = order;
    else this.#first = order;
    this.#last = order;
    this.lots += remainingOf(order);
    this.count++;
  }

  remove(order: VenueOrder): void {
    if (order.previous) order.previous.next = order.next;
    else this.#first = order.next;
    if (order.next) order.next.previous = order.previous;
    else this.#last = order.previous;
    order.level = order.previous = order.next = undefined;
    this.lots -= remainingOf(order);
    this.count--;
    if (this.count === 0) this.ladder.drop(this);
  }

  *[Symbol.iterator](): Generator<VenueOrder> {
    for (let order = this.#first; order; order = order.next) yield order;
  }
}

/**
 * Price levels in order. The best is at the end of the array, where most of the coming and going is; others are found
 * by bisection.
 */
export class Ladder {
  readonly #levels: Level[] = [];
  readonly #byPrice = new Map<number, Level>();

  /** @param best which price comes first: bids highest, asks lowest; stops that buy lowest, stops that sell highest */
  constructor(readonly best: "highest" | "lowest") {}

  get top(): Level | undefined {
    return this.#levels[this.#levels.length - 1];
  }

  get size(): number {
    return this.#levels.length;
  }

  add(order: VenueOrder, price: number): void {
    let level = this.#byPrice.get(price);
    if (!level) {
      level = new Level(this, price);
      this.#byPrice.set(price, level);
      this.#levels.splice(this.#placeOf(price), 0, level);
    }
    level.add(order);
  }

  drop(level: Level): void {
    this.#byPrice.delete(level.price);
    this.#levels.splice(this.#placeOf(level.price), 1);
  }

  /** Best first. */
  *levels(): Generator<Level> {
    for (let index = this.#levels.length - 1; index >= 0; index--) {
      const level = this.#levels[index];
      if (level) yield level;
    }
  }

  /** Whether `left` comes before `right` here. */
  isBetter(left: number, right: number): boolean {
    return this.best === "highest" ? left > right : left < right;
  }

  /** Index of the first level that is not worse than the price. */
  #placeOf(price: number): number {
    let low = 0;
    let high = this.#levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const level = this.#levels[middle];
      if (level && this.isBetter(price, level.price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Removes an order from wherever it waits. */
export function unlink(order: VenueOrder): void {
  order.level?.remove(order);
}
