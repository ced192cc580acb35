import Big from "big.js";
import { isFinal, type Fill, type Order } from "../../contracts";
import { RecentIds } from "../../kit/recent";
import { Account, type Holding } from "./holding";
import { isSpent, openQuantity, termsOf, track, update, worstTerms, type Tracked } from "./tracked";

/** Ids of orders that are over, and of fills: by them what comes late or twice is known. */
const REMEMBERED = 100_000;

/** What changed since it was last asked, for the store. */
export interface BookChanges {
  readonly orders: ReadonlySet<string>;
  readonly holdings: ReadonlySet<Holding>;
}

/**
 * Positions and open orders of all accounts: what the streams have shown, and the orders that were approved and that
 * they do not show yet. Every event is a difference to sums, whatever their number.
 */
export class Book {
  readonly #accounts = new Map<string, Account>();
  readonly #orders = new Map<string, Tracked>();
  /** Approved and not in the log yet, oldest first, with the time of the approval. */
  readonly #reserved = new Map<string, number>();
  /** Replaces that were approved and are not decided yet, oldest first. */
  readonly #changing = new Map<string, number>();
  readonly closed = new RecentIds(REMEMBERED);
  readonly fills = new RecentIds(REMEMBERED);
  #changedOrders = new Set<string>();
  #changedHoldings = new Set<Holding>();

  get accounts(): ReadonlyMap<string, Account> {
    return this.#accounts;
  }

  get orders(): ReadonlyMap<string, Tracked> {
    return this.#orders;
  }

  get reserved(): number {
    return this.#reserved.size;
  }

  order(id: string): Tracked | undefined {
    return this.#orders.get(id);
  }

  account(name: string): Account {
    let account = this.#accounts.get(name);
    if (!account) this.#accounts.set(name, (account = new Account(name)));
    return account;
  }

  /** Counts an approved order before the log shows it. */
  reserve(order: Order, now: number): void {
    this.#insert(order);
    this.#reserved.set(order.order_id, now);
  }

  /** Counts the worse of an order and of what an approved replace makes of it, until the log shows which it is. */
  reserveChange(tracked: Tracked, order: Order, now: number): void {
    tracked.change = { ...termsOf(order), at: now, version: tracked.version };
    this.#changing.delete(tracked.id);
    this.#changing.set(tracked.id, now);
    // asked again before the log shows it: its time begins anew
    if (this.#reserved.delete(tracked.id)) this.#reserved.set(tracked.id, now);
    this.#recount(tracked);
  }

  /**
   * @param decides whether it says how a replace went, should one be on its way
   * @returns whether it was news
   */
  see(order: Order, decides: boolean): boolean {
    const id = order.order_id;
    let tracked = this.#orders.get(id);
    if (!tracked) {
      if (this.closed.has(id)) return false;
      // over before it was seen, without a fill: there is nothing to count
      if (isFinal(order.status) && /^0(\.0+)?$/.test(order.filled_quantity)) {
        // of a refused order nothing older can come
        if (order.status !== "RISK_REJECTED") this.closed.add(id);
        return false;
      }
      tracked = this.#insert(order);
    } else if (order.version <= tracked.version) return false;
    const wasClosed = tracked.closed;
    update(tracked, order);
    this.#reserved.delete(id);
    if (tracked.change && decides && order.version > tracked.change.version) tracked.change = undefined;
    if (!tracked.change) this.#changing.delete(id);
    if (!tracked.parent)
      this.account(tracked.account).openOrders += Number(wasClosed) - Number(tracked.closed);
    this.#changedOrders.add(id);
    this.#recount(tracked);
    return true;
  }

  /** @param fill and the order after it; a fill that was seen counts once */
  confirm(fill: Fill, order: Order): void {
    // the order first: its quantity counts as open until the fill moves its part into the position
    this.see(order, false);
    if (!this.confirmAlone(fill)) return;
    const tracked = this.#orders.get(fill.order_id);
    if (!tracked) return;
    for (const each of tracked.parent ? [tracked, tracked.parent] : [tracked]) {
      each.confirmed = each.confirmed.plus(fill.quantity);
      this.#changedOrders.add(each.id);
    }
    this.#recount(tracked);
  }

  /** A fill of an order that does not count any more. @returns whether the fill is new */
  confirmAlone(fill: Fill): boolean {
    if (!this.fills.add(fill.fill_id)) return false;
    const account = this.account(fill.account);
    if (account.flat) account.heldSince = fill.timestamp;
    const holding = account.holding(fill.symbol);
    const quantity = Big(fill.quantity);
    holding.fill(fill.side === "BUY" ? quantity : quantity.neg(), Big(fill.price));
    this.#changedHoldings.add(holding);
    return true;
  }

  /** Drops approvals that the log has not shown since `before`. @returns how many */
  expire(before: number): number {
    let dropped = 0;
    for (const [id, at] of this.#reserved) {
      if (at > before) break;
      this.#reserved.delete(id);
      const tracked = this.#orders.get(id);
      if (!tracked || tracked.version > 0) continue;
      tracked.closed = true;
      if (!tracked.parent) this.account(tracked.account).openOrders--;
      this.#recount(tracked);
      dropped++;
    }
    for (const [id, at] of this.#changing) {
      if (at > before) break;
      this.#changing.delete(id);
      const tracked = this.#orders.get(id);
      if (!tracked?.change) continue;
      tracked.change = undefined;
      this.#recount(tracked);
      dropped++;
    }
    return dropped;
  }

  /** Puts an order back as the store has it; parents before their children. */
  restore(tracked: Tracked): void {
    this.#orders.set(tracked.id, tracked);
    if (tracked.parent) tracked.parent.children++;
    else if (!tracked.closed) this.account(tracked.account).openOrders++;
    if (tracked.change) this.#changing.set(tracked.id, tracked.change.at);
    this.#recount(tracked);
  }

  takeChanges(): BookChanges {
    const changes = { orders: this.#changedOrders, holdings: this.#changedHoldings };
    this.#changedOrders = new Set();
    this.#changedHoldings = new Set();
    return changes;
  }

  #insert(order: Order): Tracked {
    const parent = order.parent_order_id === undefined ? undefined : this.#orders.get(order.parent_order_id);
    const tracked = track(order, parent);
    this.#orders.set(tracked.id, tracked);
    if (parent) parent.children++;
    else this.account(tracked.account).openOrders++;
    this.#recount(tracked);
    return tracked;
  }

  /** Brings the sums to what the order is now; a child's into its parent, whose own then follow. */
  #recount(tracked: Tracked): void {
    const { quantity: before } = tracked.counted;
    const after = { quantity: openQuantity(tracked), price: worstTerms(tracked).price };
    const { parent } = tracked;
    if (parent) parent.childrenOpen = parent.childrenOpen.plus(after.quantity).minus(before);
    else this.account(tracked.account).holding(tracked.symbol).recount(tracked.side, tracked.counted, after);
    tracked.counted = after;
    if (isSpent(tracked)) this.#forget(tracked);
    if (parent) this.#recount(parent);
  }

  #forget(tracked: Tracked): void {
    if (!this.#orders.delete(tracked.id)) return;
    this.#reserved.delete(tracked.id);
    this.#changing.delete(tracked.id);
    if (tracked.version > 0) this.closed.add(tracked.id);
    this.#changedOrders.add(tracked.id);
    if (tracked.parent) tracked.parent.children--;
  }
}
