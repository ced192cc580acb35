import fc from "fast-check";
import {
  decimal,
  identifier,
  nonNegativeDecimal,
  positiveDecimal,
  symbol,
  timestampMs,
} from "../../../../services/contracts";

const ok = (schema: { safeParse: (value: unknown) => { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

test.each([
  "0",
  "1",
  "-1",
  "101.25",
  "10.00",
  "0.000000000000000001",
  "99999999999999999999.999999999999999999",
])("%p is a decimal", (value) => expect(decimal.parse(value)).toBe(value));

test.each([
  [1],
  [1.5],
  [""],
  ["."],
  ["1."],
  [".5"],
  ["01"],
  ["+1"],
  ["-0"],
  ["-0.00"],
  ["1e3"],
  ["1,5"],
  [" 1"],
  ["1\n"],
  ["NaN"],
  ["Infinity"],
  ["١"],
  ["0.0000000000000000001"],
  ["100000000000000000000"],
  [null],
  [undefined],
  [1n],
])("%p is no decimal", (value) => expect(ok(decimal, value)).toBe(false));

test("no number of JavaScript passes as a decimal, its text does when it is one", () => {
  fc.assert(
    fc.property(fc.integer(), (number) => {
      expect(ok(decimal, number)).toBe(false);
      expect(ok(decimal, String(number))).toBe(true);
      expect(ok(nonNegativeDecimal, String(number))).toBe(number >= 0);
      expect(ok(positiveDecimal, String(number))).toBe(number > 0);
    }),
  );
});

test("zero in all its spellings is not above zero", () => {
  for (const zero of ["0", "0.0", "0.000"]) {
    expect([ok(nonNegativeDecimal, zero), ok(positiveDecimal, zero)]).toEqual([true, false]);
  }
});

test("symbols and identifiers are what can stand in a subject, a file and a URL", () => {
  expect(["AAPL", "BTCUSDT", "ES_F", "X1"].every((each) => ok(symbol, each))).toBe(true);
  expect(["", "BTC/USDT", "BTC-USDT", "btc", "A.B", "A B", "*", ">"].some((each) => ok(symbol, each))).toBe(
    false,
  );
  expect(["c-1", "a.b:c_d", "A".repeat(64)].every((each) => ok(identifier, each))).toBe(true);
  expect(["", "-c", "a b", "a/b", "A".repeat(65), "é"].some((each) => ok(identifier, each))).toBe(false);
});

test("moments are whole milliseconds", () => {
  expect(ok(timestampMs, 1767225600123)).toBe(true);
  expect([1.5, -1, "1", Number.NaN, 2 ** 53].some((each) => ok(timestampMs, each))).toBe(false);
});
