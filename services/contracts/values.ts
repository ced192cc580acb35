import { z } from "zod";

/** Digits before and after the point that every store and service can hold: NUMERIC(38, 18). */
export const DECIMAL_PRECISION = 38;
export const DECIMAL_SCALE = 18;

/**
 * A number with a point, as text: "0", "-12.5", "0.00000001". Money and quantities are never floats. No exponent,
 * no sign before zero, no leading zeros, no plus; trailing zeros of the fraction are allowed ("10.00"), since
 * venues write prices with the scale of their tick.
 */
const decimalText = /^-?(?:0|[1-9]\d{0,19})(?:\.\d{1,18})?$/;

// each rule is a pattern, so that the documents of the APIs have it, too
export const decimal = z
  .string()
  .regex(decimalText, { error: 'wants a decimal number as text, like "101.25", of at most 20.18 digits' })
  .regex(/[1-9]|^[^-]/, { error: "wants 0 without a sign" })
  .meta({ id: "Decimal", description: "A decimal number as text", examples: ["101.25"] });

/** Zero or more. */
export const nonNegativeDecimal = decimal
  .regex(/^[^-]/, { error: "wants a number that is not negative" })
  .meta({
    id: "NonNegativeDecimal",
    description: "A decimal number as text, zero or more",
    examples: ["0.5"],
  });

/** More than zero. */
export const positiveDecimal = nonNegativeDecimal
  .regex(/[1-9]/, { error: "wants a number above zero" })
  .meta({ id: "PositiveDecimal", description: "A decimal number as text, above zero", examples: ["1"] });

/** Milliseconds since 1970-01-01 UTC; nothing before that happens here. */
export const timestampMs = z
  .int()
  .nonnegative()
  .meta({ id: "TimestampMs", description: "Milliseconds since 1970-01-01 UTC" });

/** One token of a subject, too: no dots, slashes, spaces or wildcards. "BTC/USDT" is written BTCUSDT. */
export const symbol = z
  .string()
  .regex(/^[A-Z0-9_]{1,24}$/, { error: "wants capitals, digits and _, at most 24: BTCUSDT" })
  .meta({ id: "Symbol", description: "An instrument", examples: ["AAPL", "BTCUSDT"] });

/** Names that people and programs give: venues, accounts, clients' order ids. */
export const identifier = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/, {
  error: "wants 1 to 64 letters, digits, and _ . : - after the first",
});

export const side = z.enum(["BUY", "SELL"]);
export const liquidity = z.enum(["MAKER", "TAKER"]);

export type Decimal = z.infer<typeof decimal>;
export type Side = z.infer<typeof side>;
export type Liquidity = z.infer<typeof liquidity>;
