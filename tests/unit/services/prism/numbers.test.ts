import Big from "big.js";
import fc from "fast-check";
import { fromUnits, toUnits, unitsOf } from "../../../../services/prism/src/domain/decimals";
import { depthOf } from "../../../../services/prism/src/domain/depth";
import { feeOf, Market } from "../../../../services/prism/src/domain/market";
import { decimalOf, divide, instrumentOf, multiply, type Instrument } from "../../../../services/contracts";

function known(symbol: string): Instrument {
  const instrument = instrumentOf(symbol);
  if (!instrument) throw new Error(`no ${symbol}`);
  return instrument;
}
const fees = { maker: "-0.25", taker: "1.5" };
const aapl = new Market(known("AAPL"), fees);
const btc = new Market(known("BTCUSDT"), fees);
const counts = fc.integer({ min: 1, max: 1_000_000_000 });

test("numbers are exact both ways", () => {
  const property = fc.property(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), (units) => {
    const text = fromUnits(units);
    expect(unitsOf(text)).toBe(units);
    expect(text).toBe(decimalOf(Big(units.toString()).div(Big(10).pow(18))));
  });
  fc.assert(property);
  for (const wrong of ["", "1e3", "01", ".5", "1.", "+1", "NaN", "1.0000000000000000001", " 1"])
    expect([wrong, toUnits(wrong)]).toEqual([wrong, undefined]);
});

test("value, average and commission are what a decimal library says", () => {
  const property = fc.property(counts, counts, counts, (ticks, lots, others) => {
    for (const market of [aapl, btc]) {
      const value = BigInt(ticks) * BigInt(lots) + BigInt(ticks + 1) * BigInt(others);
      const text = market.valueText(value);
      const quantity = market.quantityText(lots + others);
      const first = multiply(market.priceText(ticks), market.quantityText(lots));
      const second = multiply(market.priceText(ticks + 1), market.quantityText(others));
      expect(text).toBe(decimalOf(Big(first).plus(second)));
      expect(market.valueOf(text)).toBe(value);
      expect(market.averageText(value, lots + others)).toBe(divide(text, quantity));
      expect(fromUnits(market.commission(value, "TAKER"))).toBe(decimalOf(Big(text).times("0.00015")));
      expect(fromUnits(market.commission(value, "MAKER"))).toBe(decimalOf(Big(text).times("-0.000025")));
    }
  });
  fc.assert(property);
});

test("fees that could not be exact, or are none, are refused", () => {
  for (const wrong of ["0.00001", "10001", "-10001", "x"])
    expect(() => feeOf("maker", wrong)).toThrow(RangeError);
  expect(() => new Market({ ...known("AAPL"), tick_size: "0.000001", lot_size: "0.00001" }, fees)).toThrow(
    /too many digits for exact fees/,
  );
});

test("the depth of a tick is always the same, and another with another tick or seed", () => {
  const model = { seed: "1", levels: 10, notional: "50000" };
  const property = fc.property(fc.integer({ min: 1, max: 20_000_000 }), fc.nat(), (best, seq) => {
    for (const side of ["BID", "ASK"] as const) {
      const depth = depthOf(model, aapl, `sim|AAPL|${seq}`, side, best);
      expect(depthOf(model, aapl, `sim|AAPL|${seq}`, side, best)).toEqual(depth);
      expect(depth[0]?.price).toBe(best);
      const sign = side === "BID" ? -1 : 1;
      const ordered = depth.every(
        ({ price }, at) => at === 0 || sign * (price - (depth[at - 1]?.price ?? 0)) > 0,
      );
      expect([ordered, depth.every(({ price, lots }) => price > 0 && lots > 0)]).toEqual([true, true]);
      const worth = (depth[0]?.lots ?? 0) * best;
      // 50 to 150 % of the notional, in cents, down to a whole lot
      expect(worth).toBeLessThanOrEqual(Math.max(1.5 * 5_000_000, best));
      expect(worth).toBeGreaterThanOrEqual(Math.max(0.5 * 5_000_000 - 2 * best, 0));
    }
  });
  fc.assert(property);
  const one = depthOf(model, aapl, "sim|AAPL|1", "ASK", 10_000);
  expect(depthOf(model, aapl, "sim|AAPL|2", "ASK", 10_000)).not.toEqual(one);
  expect(depthOf({ ...model, seed: "2" }, aapl, "sim|AAPL|1", "ASK", 10_000)).not.toEqual(one);
  expect(depthOf(model, aapl, "sim|AAPL|1", "BID", undefined)).toEqual([]);
});

test("the depth model's formula is what its version says: recorded fills are explained by it for ever", () => {
  const model = { seed: "1", levels: 3, notional: "50000" };
  expect(depthOf(model, aapl, "sim|AAPL|1", "ASK", 10_000)).toEqual([
    { price: 10_000, lots: 425 },
    { price: 10_001, lots: 425 },
    { price: 10_002, lots: 1117 },
  ]);
});
