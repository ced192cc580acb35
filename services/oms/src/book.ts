import { clientKey, isOpen, type Entry } from "./entry";

export interface BookOptions {
  /** Ended orders that stay in memory: the most recently used. */
  readonly finals: number;
  /** Whether an entry is needed here until it is stored elsewhere. */
  readonly holds: (entry: Entry) => boolean;
}

/** The orders in memory: every open one, and the ended ones that were used last. Every lookup is by key. */
export class Book {
  readonly #open = new Map<string, Entry>();
  readonly #finals = new Map<string, Entry>();
  readonly #clients = new Map<string, Entry>();
  /** Open parts of the orders of algorithms. */
  readonly #parts = new Map<string, Set<Entry>>();
  /** Ids, oldest first; those of entries that have gone are taken out now and then. */
  #ids: string[] = [];
  #sorted = true;
  readonly #options: BookOptions;

  constructor(options: BookOptions) {
    this.#options = options;
  }

  get openCount(): number {
    return this.#open.size;
  }

  get size(): number {
    return this.#open.size + this.#finals.size;
  }

  /** Ids in memory, with those of entries that have gone and are not taken out yet. */
  get indexed(): number {
    return this.#ids.length;
  }

  get(orderId: string): Entry | undefined {
    const open = this.#open.get(orderId);
    if (open) return open;
    const final = this.#finals.get(orderId);
    if (!final) return undefined;
    this.#finals.delete(orderId);
    this.#finals.set(orderId, final);
    return final;
  }

  byClient(account: string, clientOrderId: string): Entry | undefined {
    return this.#clients.get(clientKey(account, clientOrderId));
  }

  /** Open orders, oldest first as far as they came in that order. */
  open(): Iterable<Entry> {
    return this.#open.values();
  }

  openParts(parentId: string): ReadonlySet<Entry> {
    return this.#parts.get(parentId) ?? NONE;
  }

  add(entry: Entry): void {
    const { order_id, account, client_order_id } = entry.order;
    if (this.#open.has(order_id) || this.#finals.has(order_id))
      throw new Error(`order ${order_id} is in the book already`);
    this.#clients.set(clientKey(account, client_order_id), entry);
    this.#sorted &&= (this.#ids.at(-1) ?? "") < order_id;
    this.#ids.push(order_id);
    if (isOpen(entry)) {
      this.#open.set(order_id, entry);
      this.#addPart(entry);
    } else {
      this.#finals.set(order_id, entry);
      this.#evict();
    }
  }

  /** To be called when the order of an entry has changed. */
  changed(entry: Entry): void {
    const { order_id } = entry.order;
    if (isOpen(entry) || !this.#open.delete(order_id)) return;
    this.#finals.set(order_id, entry);
    this.#removePart(entry);
    this.#evict();
  }

  /** Entries with an id before `before`, the newest first. */
  *newestFirst(before: string | undefined): Iterable<Entry> {
    this.#sort();
    const ids = this.#ids;
    for (let at = before === undefined ? ids.length - 1 : lowerBound(ids, before) - 1; at >= 0; at--) {
      const id = ids[at] ?? "";
      const entry = this.#open.get(id) ?? this.#finals.get(id);
      if (entry) yield entry;
    }
  }

  #addPart(entry: Entry): void {
    const { parent_order_id } = entry.order;
    if (parent_order_id === undefined) return;
    const parts = this.#parts.get(parent_order_id);
    if (parts) parts.add(entry);
    else this.#parts.set(parent_order_id, new Set([entry]));
  }

  #removePart(entry: Entry): void {
    const { parent_order_id = "" } = entry.order;
    const parts = this.#parts.get(parent_order_id);
    if (parts?.delete(entry) && parts.size === 0) this.#parts.delete(parent_order_id);
  }

  /** What is not stored yet stays, whatever its age; looked at again with the next one that ends. */
  #evict(): void {
    let over = this.#finals.size - this.#options.finals;
    for (const [id, entry] of this.#finals) {
      if (over-- <= 0 || this.#options.holds(entry)) break;
      this.#finals.delete(id);
      const { account, client_order_id } = entry.order;
      const key = clientKey(account, client_order_id);
      if (this.#clients.get(key) === entry) this.#clients.delete(key);
    }
    this.#forget();
  }

  /** Takes out the ids of entries that have gone, and those that are there twice, once they are the half of them. */
  #forget(): void {
    if (this.#ids.length <= 2 * this.size + 1024) return;
    const there = this.#ids.filter((id) => this.#open.has(id) || this.#finals.has(id));
    this.#ids = [...new Set(there)];
  }

  #sort(): void {
    if (this.#sorted) return;
    this.#ids = [...new Set(this.#ids)].sort();
    this.#sorted = true;
  }
}

const NONE: ReadonlySet<Entry> = new Set();

/** Index of the first id that is not before `id`. */
function lowerBound(ids: readonly string[], id: string): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ids[middle] ?? "") < id) low = middle + 1;
    else high = middle;
  }
  return low;
}
