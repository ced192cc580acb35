import Big from "big.js";
import { z } from "zod";
import { identifier, nonNegativeDecimal, positiveDecimal, symbol } from "../../contracts";

/** What may be said of a symbol, whoever trades it. */
const bySymbol = {
  /** Units of one order. */
  max_order_quantity: positiveDecimal,
  /** Quantity × price of one order, in the instrument's currency. */
  max_order_value: positiveDecimal,
  /** Units, long or short, as if all open orders of that side were filled. */
  max_position: nonNegativeDecimal,
  /** A limit price may be so many percent from the last price. */
  price_collar_percent: positiveDecimal,
  /** Milliseconds after which a price says nothing any more. */
  price_max_age_ms: z.int().min(100).max(86_400_000),
};

/** What may be said of an account. */
const byAccount = {
  ...bySymbol,
  /** Sum over symbols of |position| × last price, and of the open orders at their limit, or last, price. */
  max_exposure: positiveDecimal,
  /** Orders that may be accepted within any `order_rate_window_ms`. */
  order_rate: z.int().min(1).max(100_000),
  order_rate_window_ms: z.int().min(10).max(3_600_000),
  max_open_orders: z.int().min(0).max(1_000_000),
  /** How far the profit may fall from its highest before the account may only reduce. */
  max_drawdown: positiveDecimal,
};

const blocked_symbols = z.array(symbol).max(1000).default([]);

export const symbolLimits = z.strictObject({
  ...z.object(bySymbol).partial().shape,
  blocked: z.boolean().default(false),
});
export const accountLimits = z.strictObject({ ...z.object(byAccount).partial().shape, blocked_symbols });
/** Every field: what nothing else says something about is never without a limit. */
export const defaultLimits = z.strictObject({ ...byAccount, blocked_symbols });

export type SymbolLimits = z.infer<typeof symbolLimits>;
export type AccountLimits = z.infer<typeof accountLimits>;
export type DefaultLimits = z.infer<typeof defaultLimits>;

export const limitBook = z
  .strictObject({
    /** Grows by one with every change. */
    version: z.int().positive(),
    default: defaultLimits,
    accounts: z.record(identifier, accountLimits),
    symbols: z.record(symbol, symbolLimits),
  })
  .meta({ id: "LimitBook" });
export type LimitBook = z.infer<typeof limitBook>;

/** Where a platform begins that nobody has set limits for. */
export const firstLimits: LimitBook = {
  version: 1,
  default: {
    max_order_quantity: "10000",
    max_order_value: "1000000",
    max_position: "100000",
    max_exposure: "10000000",
    price_collar_percent: "20",
    price_max_age_ms: 60_000,
    order_rate: 5000,
    order_rate_window_ms: 1000,
    max_open_orders: 20_000,
    max_drawdown: "250000",
    blocked_symbols: [],
  },
  accounts: {},
  symbols: {},
};

/** A limit, and the shares of it from which it is worth a word, ready to compare with. */
export interface Bound {
  readonly limit: Big;
  /** 80 %: a warning. */
  readonly high: Big;
  /** 50 %. */
  readonly medium: Big;
}

export interface EffectiveLimits {
  readonly orderQuantity: Bound;
  readonly orderValue: Bound;
  readonly position: Bound;
  readonly exposure: Bound;
  readonly drawdown: Bound;
  readonly collarPercent: Big;
  readonly priceMaxAgeMs: number;
  readonly orderRate: number;
  readonly orderRateWindowMs: number;
  readonly openOrders: number;
  readonly blocked: boolean;
}

export const boundOf = (limit: string): Bound => {
  const value = Big(limit);
  return { limit: value, high: value.times("0.8"), medium: value.times("0.5") };
};

/** The most specific word on each field: the symbol's, else the account's, else the default. A block is never lifted. */
export function mergedLimits(book: LimitBook, account: string, name: string): DefaultLimits {
  const { blocked: _, ...ofSymbol } = book.symbols[name] ?? { blocked: false };
  // what is undefined was left out, so every field keeps a value
  return { ...book.default, ...defined(book.accounts[account]), ...defined(ofSymbol) } as DefaultLimits;
}

export function effectiveLimits(book: LimitBook, account: string, name: string): EffectiveLimits {
  const merged = mergedLimits(book, account, name);
  return {
    orderQuantity: boundOf(merged.max_order_quantity),
    orderValue: boundOf(merged.max_order_value),
    position: boundOf(merged.max_position),
    exposure: boundOf(merged.max_exposure),
    drawdown: boundOf(merged.max_drawdown),
    collarPercent: Big(merged.price_collar_percent),
    priceMaxAgeMs: merged.price_max_age_ms,
    orderRate: merged.order_rate,
    orderRateWindowMs: merged.order_rate_window_ms,
    openOrders: merged.max_open_orders,
    blocked:
      (book.symbols[name]?.blocked ?? false) ||
      book.default.blocked_symbols.includes(name) ||
      (book.accounts[account]?.blocked_symbols.includes(name) ?? false),
  };
}

function defined<Fields extends object>(fields: Fields | undefined): Partial<Fields> {
  return Object.fromEntries(
    Object.entries(fields ?? {}).filter(([, value]) => value !== undefined),
  ) as Partial<Fields>;
}

const REMEMBERED = 10_000;

/** The limits that apply, worked out once for each account and symbol of a version. */
export class LimitIndex {
  #book: LimitBook;
  readonly #known = new Map<string, EffectiveLimits>();

  constructor(book: LimitBook) {
    this.#book = book;
  }

  get book(): LimitBook {
    return this.#book;
  }

  replace(book: LimitBook): void {
    this.#book = book;
    this.#known.clear();
  }

  of(account: string, name: string): EffectiveLimits {
    const key = `${account} ${name}`;
    const known = this.#known.get(key);
    if (known) return known;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    const limits = effectiveLimits(this.#book, account, name);
    this.#known.set(key, limits);
    return limits;
  }
}
