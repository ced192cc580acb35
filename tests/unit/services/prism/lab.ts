import {
  Engine,
  type Archive,
  type EngineOptions,
  type Snapshot,
} from "../../../../services/prism/src/domain/engine";
import type { Changes, RequestRecord } from "../../../../services/prism/src/domain/records";
import type { FillRecord, OrderRequest, VenueEvent } from "../../../../services/prism/src/domain/types";
import type { PositionView } from "../../../../services/prism/src/domain/positions";
import type { QuoteState } from "../../../../services/prism/src/domain/quote";
import type { OrderView } from "../../../../services/prism/src/domain/views";
import { sessionEnd } from "../../../../services/contracts/calendar";
import { instruments, type Tick } from "../../../../services/contracts";

/** What a store does, in memory, as texts: nothing that is not written can come back. */
export class MemoryStore implements Archive {
  readonly events: VenueEvent[] = [];
  readonly fills: FillRecord[] = [];
  readonly #orders = new Map<string, string>();
  readonly #requests = new Map<string, string>();
  readonly #positions = new Map<string, string>();
  readonly #quotes = new Map<string, string>();

  commit(changes: Changes): void {
    this.events.push(...changes.events);
    this.fills.push(...changes.fills);
    for (const each of changes.orders) this.#orders.set(each.order_id, JSON.stringify(each));
    for (const each of changes.requests) this.#requests.set(each.request_id, JSON.stringify(each));
    for (const each of changes.positions)
      this.#positions.set(`${each.account}|${each.symbol}`, JSON.stringify(each));
    for (const each of changes.quotes) this.#quotes.set(each.tick.symbol, JSON.stringify(each));
  }

  hasOrder = (order_id: string): boolean => this.#orders.has(order_id);
  order = (order_id: string): OrderView | undefined => read<OrderView>(this.#orders.get(order_id));
  request = (request_id: string): RequestRecord | undefined =>
    read<RequestRecord>(this.#requests.get(request_id));

  orders(): readonly OrderView[] {
    return [...this.#orders.values()].map((text) => JSON.parse(text) as OrderView);
  }

  snapshot(): Snapshot {
    const lastFill = this.fills[this.fills.length - 1];
    return {
      open: this.orders().filter(({ status }) => status === "ACCEPTED" || status === "PARTIALLY_FILLED"),
      quotes: [...this.#quotes.values()].map((text) => JSON.parse(text) as QuoteState),
      positions: [...this.#positions.values()].map((text) => JSON.parse(text) as PositionView),
      counters: {
        seq: this.events.length,
        fill: this.fills.length,
        trade: lastFill?.trade ?? 0,
        order: this.#orders.size,
      },
    };
  }
}

const read = <T>(text: string | undefined): T | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as T);

export const model = { seed: "test", levels: 3, notional: "2000" };

export const options: Omit<EngineOptions, "archive" | "snapshot"> = {
  venue: "prism",
  instruments,
  fees: { maker: "-0.5", taker: "2" },
  model,
  maxQuoteAgeMs: 60_000,
  sessionEnd,
};

/** 15:00 UTC on a Monday. */
export const START = Date.UTC(2025, 2, 3, 15);

/** An engine that commits after each act, and its store. */
export class Lab {
  engine: Engine;
  now = START;
  readonly ticks: Tick[] = [];

  constructor(
    readonly more: Partial<EngineOptions> = {},
    readonly store = new MemoryStore(),
  ) {
    this.engine = this.#begin();
  }

  /** As a process that ended without a word, and another that begins with what is stored. */
  restart(): void {
    this.engine = this.#begin();
  }

  /** Does it, commits, and returns what happened. */
  act<T>(work: (engine: Engine, now: number) => T): { readonly result: T; readonly changes: Changes } {
    const result = work(this.engine, this.now);
    const changes = this.engine.records.take();
    this.store.commit(changes);
    return { result, changes };
  }

  submit(order: Partial<OrderRequest>) {
    const { result, changes } = this.act((engine, now) => engine.submit({ ...plain(), ...order }, now));
    return { result, events: changes.events, fills: changes.fills };
  }

  tick(bid: string, ask: string, price = bid, more: Partial<Tick> = {}) {
    const tick: Tick = {
      venue: "sim",
      symbol: "AAPL",
      price,
      size: "1",
      bid,
      ask,
      timestamp: this.now,
      source_seq: this.ticks.length + 1,
      ...more,
    };
    this.ticks.push(tick);
    const { result, changes } = this.act((engine, now) => engine.tick(tick, now));
    return { result, events: changes.events, fills: changes.fills };
  }

  order(order_id: string): OrderView {
    const order = this.engine.order(order_id);
    if (!order) throw new Error(`no order ${order_id}`);
    return order;
  }

  #begin(): Engine {
    const archive = this.store;
    return new Engine({ ...options, ...this.more, archive, snapshot: archive.snapshot() });
  }
}

let numbered = 0;

export function plain(): OrderRequest {
  return {
    order_id: `order-${++numbered}`,
    symbol: "AAPL",
    side: "BUY",
    quantity: "10",
    order_type: "LIMIT",
    time_in_force: "GTC",
    account: "main",
  };
}

/** "price×quantity liquidity", for reading. */
export const shown = (fills: readonly FillRecord[]): readonly string[] =>
  fills.map(({ order_id, price, quantity, liquidity }) => `${order_id} ${quantity}@${price} ${liquidity}`);
