import Big from "big.js";
import { DECIMAL_SCALE, type Decimal } from "./values";

/**
 * Arithmetic on decimal texts: exact for sums and products, and rounded only where it is said. Big numbers inside,
 * texts outside: nothing here ever becomes a float.
 */
export type Rounding = "down" | "halfEven" | "up";

const modes: Readonly<Record<Rounding, 0 | 2 | 3>> = {
  down: Big.roundDown,
  halfEven: Big.roundHalfEven,
  up: Big.roundUp,
};

export const ZERO: Decimal = "0";

/** @returns the canonical text: no exponent, no zeros at the end, no sign before zero; rounded half even to the scale that every store holds */
export function decimalOf(value: Big): Decimal {
  const text = value.round(DECIMAL_SCALE, Big.roundHalfEven).toFixed();
  return text === "-0" ? ZERO : text;
}

export const add = (left: Decimal, right: Decimal): Decimal => decimalOf(Big(left).plus(right));
export const subtract = (left: Decimal, right: Decimal): Decimal => decimalOf(Big(left).minus(right));
export const multiply = (left: Decimal, right: Decimal): Decimal => decimalOf(Big(left).times(right));
export const negate = (value: Decimal): Decimal => decimalOf(Big(value).neg());
export const absolute = (value: Decimal): Decimal => decimalOf(Big(value).abs());

/** Negative, zero or positive, as `left` is less than, equal to or more than `right`. */
export const compare = (left: Decimal, right: Decimal): -1 | 0 | 1 => Big(left).cmp(right);
export const isZero = (value: Decimal): boolean => Big(value).eq(0);
export const isNegative = (value: Decimal): boolean => Big(value).lt(0);
export const minimum = (left: Decimal, right: Decimal): Decimal => (compare(left, right) <= 0 ? left : right);
export const maximum = (left: Decimal, right: Decimal): Decimal => (compare(left, right) >= 0 ? left : right);

export function sum(values: Iterable<Decimal>): Decimal {
  let total = Big(0);
  for (const value of values) total = total.plus(value);
  return decimalOf(total);
}

/**
 * @param scale digits after the point
 * @throws RangeError for a divisor of zero
 */
export function divide(
  dividend: Decimal,
  divisor: Decimal,
  scale = DECIMAL_SCALE,
  rounding: Rounding = "halfEven",
): Decimal {
  if (isZero(divisor)) throw new RangeError(`${dividend} divided by zero`);
  return decimalOf(Exact(dividend).div(divisor).round(scale, modes[rounding]));
}

/** Quotients with more digits than are kept, so that rounding them is rounding once. */
const Exact = Big();
Exact.DP = 2 * DECIMAL_SCALE + 2;
Exact.RM = Big.roundDown;

/** Whether `value` is a whole number of `step`s: a price of its tick, a quantity of its lot. */
export const isMultipleOf = (value: Decimal, step: Decimal): boolean => Big(value).mod(step).eq(0);

/** The nearest multiple of `step` in the direction of `rounding`. */
export function roundTo(value: Decimal, step: Decimal, rounding: Rounding): Decimal {
  return multiply(divide(value, step, 0, rounding), step);
}
