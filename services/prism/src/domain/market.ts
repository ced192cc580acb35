import type { Instrument } from "../../../contracts/instruments";
import { fromUnits, ONE, toUnits, unitsOf } from "./decimals";

/** Commission in basis points of the value of a fill; a negative maker fee is a rebate. */
export interface Fees {
  readonly maker: string;
  readonly taker: string;
}

/** Ticks and lots beyond this are no order of anybody's, and sums of them would leave the exact integers. */
export const MAX_COUNT = 1_000_000_000_000;
const REMEMBERED = 20_000;
/** Fees may have four digits after the point: a ten-thousandth of a basis point is 10^-8. */
const FEE_SCALE = 10n ** 8n;

export type Parsed =
  { readonly ok: true; readonly count: number } | { readonly ok: false; readonly reason: string };

/**
 * An instrument in whole numbers: prices in ticks, quantities in lots, value in ticks × lots. Everything inside the
 * venue counts in these; texts are at its edge.
 */
export class Market {
  readonly symbol: string;
  readonly #tick: bigint;
  readonly #lot: bigint;
  /** Value of one tick × one lot, in 10^-18 of the currency. */
  readonly #unit: bigint;
  readonly #priceTexts = new Map<number, string>();
  readonly #quantityTexts = new Map<number, string>();
  readonly #fees: { readonly MAKER: bigint; readonly TAKER: bigint };

  /** @throws {RangeError} when fees could not be exact in 18 digits */
  constructor(
    readonly instrument: Instrument,
    fees: Fees,
  ) {
    this.symbol = instrument.symbol;
    this.#tick = unitsOf(instrument.tick_size);
    this.#lot = unitsOf(instrument.lot_size);
    const product = this.#tick * this.#lot;
    if (product % (ONE * FEE_SCALE) !== 0n)
      throw new RangeError(
        `${instrument.symbol}: tick ${instrument.tick_size} × lot ${instrument.lot_size} has too many digits for exact fees; wants at most 10 together`,
      );
    this.#unit = product / ONE;
    this.#fees = { MAKER: feeOf("maker", fees.maker), TAKER: feeOf("taker", fees.taker) };
  }

  price(text: string): Parsed {
    return countOf("price", text, this.#tick, "tick size", this.instrument);
  }

  quantity(text: string): Parsed {
    return countOf("quantity", text, this.#lot, "lot size", this.instrument);
  }

  /** A price that need not be on the grid, as the ticks below and above it. */
  around(text: string): { readonly down: number; readonly up: number } | undefined {
    const units = toUnits(text);
    if (units === undefined || units <= 0n || units / this.#tick >= BigInt(MAX_COUNT)) return undefined;
    const down = Number(units / this.#tick);
    return { down, up: units % this.#tick === 0n ? down : down + 1 };
  }

  priceText(ticks: number): string {
    return remembered(this.#priceTexts, ticks, this.#tick);
  }

  quantityText(lots: number): string {
    return remembered(this.#quantityTexts, lots, this.#lot);
  }

  /** Average price of `lots` that were worth `value` (ticks × lots): 18 digits, half even. */
  averageText(value: bigint, lots: number): string {
    const [dividend, divisor] = [value * this.#tick, BigInt(lots)];
    const [quotient, rest] = [dividend / divisor, 2n * (dividend % divisor)];
    return fromUnits(rest > divisor || (rest === divisor && quotient % 2n === 1n) ? quotient + 1n : quotient);
  }

  /** @param value in ticks × lots */
  valueText(value: bigint): string {
    return fromUnits(value * this.#unit);
  }

  /** The other way round, for what was written by {@link valueText}. */
  valueOf(text: string): bigint {
    return unitsOf(text) / this.#unit;
  }

  /** Lots that are worth `units` (10^-18 of the currency) at a price, rounded down. */
  lotsWorth(units: bigint, ticks: number): number {
    return Number(units / (BigInt(Math.max(ticks, 1)) * this.#unit));
  }

  /** @returns 10^-18 of the currency, exact */
  commission(value: bigint, liquidity: "MAKER" | "TAKER"): bigint {
    return (value * this.#unit * this.#fees[liquidity]) / FEE_SCALE;
  }
}

/** The same few prices and quantities are written again and again. */
function remembered(texts: Map<number, string>, count: number, step: bigint): string {
  const known = texts.get(count);
  if (known !== undefined) return known;
  if (texts.size >= REMEMBERED) texts.clear();
  const text = fromUnits(BigInt(count) * step);
  texts.set(count, text);
  return text;
}

/** Basis points as a whole number of 10^-8. @throws {RangeError} */
export function feeOf(name: string, bps: string): bigint {
  const units = toUnits(bps);
  const scale = ONE / 10_000n;
  if (units === undefined || units % scale !== 0n || units > 10_000n * ONE || units < -10_000n * ONE)
    throw new RangeError(
      `${name} fee ${JSON.stringify(bps)}: wants basis points from -10000 to 10000, at most 4 digits after the point`,
    );
  return units / scale;
}

function countOf(
  what: "price" | "quantity",
  text: string,
  step: bigint,
  stepName: string,
  { symbol, tick_size, lot_size }: Instrument,
): Parsed {
  const units = toUnits(text);
  if (units === undefined || units <= 0n)
    return { ok: false, reason: `${what} ${JSON.stringify(text)}: wants a decimal number above zero` };
  if (units % step !== 0n)
    return {
      ok: false,
      reason: `${what} ${text} is no multiple of the ${stepName} of ${symbol}, ${what === "price" ? tick_size : lot_size}`,
    };
  const count = units / step;
  if (count > BigInt(MAX_COUNT))
    return {
      ok: false,
      reason: `${what} ${text} is too large; at most ${fromUnits(BigInt(MAX_COUNT) * step)} for ${symbol}`,
    };
  return { ok: true, count: Number(count) };
}
