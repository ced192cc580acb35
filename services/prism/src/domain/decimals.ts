/**
 * Money as whole numbers of 10^-18: bigint is exact, and several times as fast as a decimal library where every
 * order passes.
 */
export const SCALE = 18;
export const ONE = 10n ** BigInt(SCALE);

const decimalText = /^-?(?:0|[1-9]\d{0,19})(?:\.\d{1,18})?$/;

/** @returns undefined for what is no decimal text of at most 20.18 digits */
export function toUnits(text: string): bigint | undefined {
  if (!decimalText.test(text)) return undefined;
  const point = text.indexOf(".");
  return point < 0
    ? BigInt(text) * ONE
    : BigInt(text.slice(0, point) + text.slice(point + 1).padEnd(SCALE, "0"));
}

/** For values that this program wrote, or that were checked. @throws {RangeError} */
export function unitsOf(text: string): bigint {
  const units = toUnits(text);
  if (units === undefined)
    throw new RangeError(
      `${JSON.stringify(text)} is no number; wants a decimal text like "101.25", at most 20.18 digits`,
    );
  return units;
}

/** Canonical: no zeros at the end, no sign before zero. */
export function fromUnits(units: bigint): string {
  const negative = units < 0n;
  const digits = (negative ? -units : units).toString().padStart(SCALE + 1, "0");
  const whole = digits.slice(0, -SCALE);
  const fraction = digits.slice(-SCALE).replace(/0+$/, "");
  return `${negative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
