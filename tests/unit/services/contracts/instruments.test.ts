import {
  compare,
  instrument,
  instrumentOf,
  instruments,
  isMultipleOf,
  sessionAt,
  subjects,
} from "../../../../services/contracts";

test.each(instruments.map((each) => [each.symbol, each] as const))(
  "%s is as the contract wants it",
  (symbol, each) => {
    expect(instrument.parse(each)).toEqual(each);
    expect(instrumentOf(symbol)).toBe(each);
    expect(subjects.tick(symbol)).toBe(`market.tick.${symbol}`);
    expect(sessionAt(each.session, Date.parse("2026-03-10T15:00Z")).open).toBe(true);
  },
);

test("symbols are there once, and another one is nobody's", () => {
  expect(new Set(instruments.map(({ symbol }) => symbol)).size).toBe(instruments.length);
  expect(instrumentOf("BTC/USDT")).toBeUndefined();
  expect(instrumentOf("constructor")).toBeUndefined();
});

test("prices and quantities of an asset class have the steps that its exchanges have", () => {
  for (const { asset_class, tick_size, lot_size, session, currency } of instruments) {
    if (asset_class === "EQUITY")
      expect([tick_size, lot_size, session, currency]).toEqual(["0.01", "1", "US_EQUITY", "USD"]);
    else expect([session, currency]).toEqual(["CONTINUOUS", "USDT"]);
    // whole units can be traded, and a price of one is possible
    expect(isMultipleOf("1", lot_size)).toBe(true);
    expect(isMultipleOf("1", tick_size)).toBe(true);
    expect(compare(lot_size, "1")).toBeLessThanOrEqual(0);
  }
});
