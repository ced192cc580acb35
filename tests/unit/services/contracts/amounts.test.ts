import fc from "fast-check";
import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  isMultipleOf,
  isNegative,
  isZero,
  maximum,
  minimum,
  multiply,
  negate,
  roundTo,
  subtract,
  sum,
  type Decimal,
} from "../../../../services/contracts";

const SCALE = 18n;
const ONE = 10n ** SCALE;

/** Numbers of at most 9 digits before the point, so that products still fit. */
const units = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n });
const textOf = (value: bigint): Decimal => {
  const digits = (value < 0n ? -value : value).toString().padStart(19, "0");
  const fraction = digits.slice(-18).replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${digits.slice(0, -18)}${fraction && `.${fraction}`}`;
};

/** Rounded half even to a whole number: by its definition. */
function halfEven(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const [a, b] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const [whole, twice] = [a / b, 2n * (a % b)];
  const up = twice > b || (twice === b && whole % 2n === 1n);
  return (negative ? -1n : 1n) * (whole + (up ? 1n : 0n));
}

test("sums, differences and products are those of whole numbers of 10^-18", () => {
  fc.assert(
    fc.property(units, units, (left, right) => {
      const [a, b] = [textOf(left), textOf(right)];
      expect(add(a, b)).toBe(textOf(left + right));
      expect(subtract(a, b)).toBe(textOf(left - right));
      expect(multiply(a, b)).toBe(textOf(halfEven(left * right, ONE)));
      expect(compare(a, b)).toBe(left < right ? -1 : left > right ? 1 : 0);
      expect([minimum(a, b), maximum(a, b)]).toEqual(left <= right ? [a, b] : [b, a]);
      expect([negate(a), absolute(a)]).toEqual([textOf(-left), textOf(left < 0n ? -left : left)]);
      expect([isZero(a), isNegative(a)]).toEqual([left === 0n, left < 0n]);
    }),
  );
});

test("a quotient is rounded once, to the scale that is asked for", () => {
  fc.assert(
    fc.property(
      units,
      units.filter((value) => value !== 0n),
      fc.integer({ min: 0, max: 18 }),
      (left, right, scale) => {
        const unit = 10n ** BigInt(scale);
        expect(divide(textOf(left), textOf(right), scale)).toBe(
          textOf((halfEven(left * unit, right) * ONE) / unit),
        );
      },
    ),
  );
});

test("what comes out is a decimal of the contract, in its one canonical form", () => {
  fc.assert(
    fc.property(units, units, (left, right) => {
      for (const value of [
        add(textOf(left), textOf(right)),
        multiply(textOf(left), textOf(right)),
        negate(textOf(left)),
      ]) {
        expect(decimal.safeParse(value).success).toBe(true);
        expect(value).not.toMatch(/\.\d*0$|^-0$|e/i);
        expect(value).toBe(add(value, "0"));
      }
    }),
  );
});

test.each([
  ["0.1 and 0.2 are 0.3", add("0.1", "0.2"), "0.3"],
  ["zeros at the end go", add("1.50", "0.50"), "2"],
  ["zero has no sign", negate("0"), "0"],
  ["neither has what is rounded to it", multiply("-0.000000001", "0.0000000001"), "0"],
  ["halves go to the even one", multiply("0.000000000000000001", "0.5"), "0"],
  ["and the next to the other", multiply("0.000000000000000003", "0.5"), "0.000000000000000002"],
  ["a third", divide("1", "3"), "0.333333333333333333"],
  ["two thirds, down", divide("2", "3", 2, "down"), "0.66"],
  ["two thirds, up", divide("2", "3", 2, "up"), "0.67"],
  ["up is away from zero", divide("-2", "3", 2, "up"), "-0.67"],
  ["a price to its tick", roundTo("101.237", "0.05", "halfEven"), "101.25"],
  ["down", roundTo("101.237", "0.05", "down"), "101.2"],
  ["up", roundTo("101.201", "0.05", "up"), "101.25"],
  ["what is a multiple stays", roundTo("101.25", "0.05", "up"), "101.25"],
  ["a sum of many", sum(Array.from({ length: 1000 }, () => "0.001")), "1"],
  ["a sum of none", sum([]), "0"],
  [
    "twenty digits before the point",
    add("99999999999999999999", "0.000000000000000001"),
    "99999999999999999999.000000000000000001",
  ],
])("%s", (_what, found, expected) => {
  expect(found).toBe(expected);
});

test("nothing is divided by zero", () => {
  expect(() => divide("1", "0.00")).toThrow(RangeError);
});

test("multiples of a step, and rounding to one", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.constantFrom("0.01", "0.25", "0.00001", "3"),
      (count, step) => {
        const value = multiply(String(count), step);
        expect(isMultipleOf(value, step)).toBe(true);
        const between = add(value, divide(step, "3"));
        expect(isMultipleOf(between, step)).toBe(false);
        expect(roundTo(between, step, "halfEven")).toBe(value);
      },
    ),
  );
});
