import Big from "big.js";
import fc from "fast-check";
import { accountPnl, position as positionMessage, type Fill } from "../../../../services/contracts";
import { Ledger } from "../../../../services/pnl/src/ledger";
import { PositionState, type Lot } from "../../../../services/pnl/src/position";

let n = 0;
const fill = (side: "BUY" | "SELL", quantity: string, price: string, commission = "0"): Fill => ({
  fill_id: `f-${++n}`,
  order_id: "00000000-0000-4000-8000-000000000001",
  client_order_id: "c",
  symbol: "AAPL",
  side,
  quantity,
  price,
  commission,
  venue: "prism",
  account: "alpha",
  liquidity: "TAKER",
  timestamp: 1_800_000_000_000 + n,
});

function after(...fills: readonly Fill[]): PositionState {
  const state = new PositionState("alpha", "AAPL");
  fills.forEach((each) => state.apply(each));
  return state;
}

const sums = (state: PositionState, mark?: string) => {
  const { quantity, average_price, realized_pnl, unrealized_pnl, commission } = state.view(
    mark === undefined ? undefined : Big(mark),
  );
  return [quantity, average_price, realized_pnl, unrealized_pnl, commission];
};

test("a long position closes its oldest lots first, and commissions stay apart", () => {
  const fills = [
    fill("BUY", "10", "100", "1"),
    fill("BUY", "10", "110", "1"),
    fill("SELL", "15", "120", "1.5"),
  ];
  expect(sums(after(...fills), "130")).toEqual(["5", "110", "250", "100", "3.5"]);
});

test("a short position earns what the price falls", () => {
  const fills = [fill("SELL", "4", "50"), fill("SELL", "4", "60"), fill("BUY", "6", "40")];
  // 4 × (50 − 40) + 2 × (60 − 40), and 2 open at 60
  expect(sums(after(...fills), "45")).toEqual(["-2", "60", "80", "30", "0"]);
});

test("a fill through zero closes all, and opens the rest at its own price", () => {
  const state = after(fill("BUY", "10", "100"), fill("SELL", "25", "104"));
  expect(sums(state, "104")).toEqual(["-15", "104", "40", "0", "0"]);
  state.apply(fill("BUY", "15", "100"));
  expect(sums(state, "7")).toEqual(["0", undefined, "100", "0", "0"]);
  expect(state.lots).toEqual([]);
});

test("thirds stay exact: only what is shown is rounded", () => {
  const third = "0.333333333333333333";
  const state = after(fill("BUY", third, "0.1"), fill("BUY", third, "0.2"), fill("SELL", third, "0.3"));
  expect(state.realized.toFixed()).toBe("0.0666666666666666666");
  expect(sums(state)[2]).toBe("0.066666666666666667");
});

test("without a tick the last fill is the price", () => {
  expect(sums(after(fill("BUY", "1", "10"), fill("BUY", "1", "12")))).toEqual(["2", "11", "0", "2", "0"]);
});

const anyFill = fc
  .record({
    side: fc.constantFrom("BUY" as const, "SELL" as const),
    quantity: fc.integer({ min: 1, max: 5000 }),
    price: fc.integer({ min: 1, max: 20_000 }),
    commission: fc.integer({ min: -50, max: 50 }),
  })
  .map(({ side, quantity, price, commission }) =>
    fill(
      side,
      Big(quantity).div(1000).toFixed(),
      Big(price).div(100).toFixed(),
      Big(commission).div(100).toFixed(),
    ),
  );
const anyFills = fc.array(anyFill, { maxLength: 200 });

const signed = ({ side, quantity }: Fill): Big => (side === "BUY" ? Big(quantity) : Big(quantity).neg());

test("profit is what was paid in cash and what is held is worth, flat and open, exactly", () => {
  fc.assert(
    fc.property(anyFills, fc.integer({ min: 1, max: 20_000 }), (fills, cents) => {
      const state = after(...fills);
      const mark = Big(cents).div(100);
      const cash = fills.reduce((sum, each) => sum.minus(signed(each).times(each.price)), Big(0));
      const held = fills.reduce((sum, each) => sum.plus(signed(each)), Big(0));
      expect(state.quantity.toFixed()).toBe(held.toFixed());
      expect(state.realized.plus(state.unrealized(mark)).toFixed()).toBe(
        cash.plus(held.times(mark)).toFixed(),
      );
      expect(state.commission.toFixed()).toBe(
        fills.reduce((sum, { commission }) => sum.plus(commission), Big(0)).toFixed(),
      );
      expect(positionMessage.safeParse(fills.length === 0 ? undefined : state.view(mark)).success).toBe(
        fills.length > 0,
      );
    }),
  );
});

test("lots are those of a book that is kept unit by unit", () => {
  const small = fc.array(
    fc.record({
      side: fc.constantFrom("BUY" as const, "SELL" as const),
      quantity: fc.integer({ min: 1, max: 9 }),
      price: fc.integer({ min: 1, max: 50 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(small, (fills) => {
      const state = after(...fills.map((each) => fill(each.side, String(each.quantity), String(each.price))));
      let units: { readonly side: "BUY" | "SELL"; readonly price: number }[] = [];
      let realized = 0;
      for (const { side, quantity, price } of fills) {
        for (let unit = 0; unit < quantity; unit++) {
          const oldest = units[0];
          if (oldest && oldest.side !== side) {
            realized += side === "SELL" ? price - oldest.price : oldest.price - price;
            units = units.slice(1);
          } else units.push({ side, price });
        }
      }
      expect(state.realized.toFixed()).toBe(String(realized));
      expect(
        state.lots.flatMap((lot) => Array(Number(lot.quantity)).fill(Number(lot.price)) as number[]),
      ).toEqual(units.map(({ price }) => price));
    }),
  );
});

test("a store that is told of every change, now and then, has the lots", () => {
  const steps = fc.array(fc.tuple(anyFill, fc.constantFrom("", "", "store", "lost")), { maxLength: 300 });
  fc.assert(
    fc.property(steps, (given) => {
      const state = new PositionState("alpha", "AAPL");
      let stored: Lot[] = [];
      const store = (whole: boolean): void => {
        const { closed, first, added } = state.takeLotChanges(whole);
        if (whole) stored = [];
        stored = stored.slice(closed);
        if (first) stored[0] = { ...first };
        stored.push(...added.map((lot) => ({ ...lot })));
        expect(stored).toEqual(state.lots);
      };
      for (const [each, then] of given) {
        state.apply(each);
        if (then !== "") store(then === "lost");
      }
      store(false);
      const again = PositionState.restore("alpha", "AAPL", state.totals(), stored);
      const mark = Big("12.34");
      expect(again.view(mark)).toEqual(state.view(mark));
      again.apply(fill("SELL", "1", "1"));
      state.apply(fill("SELL", "1", "1"));
      expect(again.realized.toFixed()).toBe(state.realized.toFixed());
    }),
  );
});

describe("the ledger", () => {
  it("counts a fill once, and sums an account over its symbols", () => {
    const ledger = new Ledger();
    const bought = fill("BUY", "10", "100", "1");
    const sold = { ...fill("SELL", "2", "50", "0.5"), symbol: "MSFT" };
    expect([ledger.apply(bought)?.version, ledger.apply(bought), ledger.apply(sold)?.version]).toEqual([
      1,
      undefined,
      1,
    ]);
    ledger.tick("AAPL", "103", 2);
    ledger.tick("AAPL", "90", 1);
    ledger.tick("MSFT", "55", 2);
    expect(accountPnl.parse(ledger.summary("alpha", 7))).toEqual({
      account: "alpha",
      realized_pnl: "0",
      unrealized_pnl: "20",
      commission: "1.5",
      total_pnl: "18.5",
      exposure: "1140",
      timestamp: 7,
    });
  });

  it("has something to tell of accounts that a fill, or the price of what they hold, has changed", () => {
    const ledger = new Ledger();
    ledger.apply(fill("BUY", "1", "100"));
    ledger.apply({ ...fill("BUY", "1", "100"), account: "beta", symbol: "MSFT" });
    expect([...ledger.takeUntold()]).toEqual(["alpha", "beta"]);
    expect([...ledger.takeUntold()]).toEqual([]);
    ledger.tick("AAPL", "101", 1);
    expect([...ledger.takeUntold()]).toEqual(["alpha"]);
    ledger.apply(fill("SELL", "1", "100"));
    ledger.takeUntold();
    ledger.tick("AAPL", "102", 2);
    expect([...ledger.takeUntold()]).toEqual([]);
    expect(ledger.holding()).toEqual(["beta"]);
  });
});
