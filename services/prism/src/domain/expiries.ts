import type { VenueOrder } from "./types";

/** DAY orders by the end of their session: few moments, many orders. */
export class Expiries {
  readonly #byMoment = new Map<number, Set<VenueOrder>>();
  #next = Infinity;

  add(order: VenueOrder): void {
    const { expires_at } = order;
    if (expires_at === undefined) return;
    let orders = this.#byMoment.get(expires_at);
    if (!orders) this.#byMoment.set(expires_at, (orders = new Set()));
    orders.add(order);
    this.#next = Math.min(this.#next, expires_at);
  }

  remove(order: VenueOrder): void {
    const { expires_at } = order;
    const orders = expires_at === undefined ? undefined : this.#byMoment.get(expires_at);
    if (expires_at === undefined || !orders?.delete(order) || orders.size > 0) return;
    this.#byMoment.delete(expires_at);
    this.#next = Math.min(Infinity, ...this.#byMoment.keys());
  }

  /** Those whose session has ended, first accepted first. */
  due(now: number): readonly VenueOrder[] {
    if (now < this.#next) return [];
    const moments = [...this.#byMoment.keys()].filter((moment) => moment <= now).sort((a, b) => a - b);
    return moments.flatMap((moment) => [...(this.#byMoment.get(moment) ?? [])]);
  }
}
