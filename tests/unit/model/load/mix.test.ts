import Big from "big.js";
import fc from "fast-check";
import {
  BLOCK,
  hash32,
  MIX,
  requestOf,
  timesLot,
  type LoadRequest,
  type Traded,
} from "../../../../model/load/mix";

const TRADED: readonly Traded[] = [
  { symbol: "BTCUSDT", lot: "0.00001" },
  { symbol: "XRPUSDT", lot: "0.1" },
  { symbol: "AAPL", lot: "1" },
];
const seed = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const block = fc.integer({ min: 0, max: 200_000 });
const requests = (of: number, which: number): readonly LoadRequest[] =>
  Array.from({ length: BLOCK }, (_, index) => requestOf(of, which * BLOCK + index, TRADED));

test("each block has the mix exactly", () => {
  fc.assert(
    fc.property(seed, block, (of, which) => {
      const kinds = requests(of, which).map(({ kind }) => kind);
      for (const [kind, number] of Object.entries(MIX))
        expect([kind, kinds.filter((each) => each === kind).length]).toEqual([kind, number]);
    }),
  );
});

test("each block sells what it buys, of every symbol, to the last digit", () => {
  fc.assert(
    fc.property(seed, block, (of, which) => {
      const net = new Map<string, Big>();
      for (const request of requests(of, which)) {
        if (request.kind !== "order") continue;
        const signed = new Big(request.quantity).times(request.side === "BUY" ? 1 : -1);
        net.set(request.symbol, (net.get(request.symbol) ?? new Big(0)).plus(signed));
      }
      expect([...net.values()].map((sum) => sum.toFixed())).toEqual([...net.values()].map(() => "0"));
    }),
  );
});

test("quantities are whole lots, at least one", () => {
  fc.assert(
    fc.property(seed, block, (of, which) => {
      for (const request of requests(of, which)) {
        if (request.kind !== "order") continue;
        const lot = TRADED.find(({ symbol }) => symbol === request.symbol)?.lot ?? "0";
        expect(new Big(request.quantity).mod(lot).toFixed()).toBe("0");
        expect(new Big(request.quantity).gte(lot)).toBe(true);
        expect(request.quantity).toMatch(/^(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
      }
    }),
  );
});

test("a seed gives the same requests again, another one others", () => {
  expect(requests(7, 3)).toEqual(requests(7, 3));
  expect(requests(7, 3)).not.toEqual(requests(8, 3));
  expect(requests(7, 3)).not.toEqual(requests(7, 4));
});

test("every symbol has its share of the orders", () => {
  const symbols = Array.from({ length: 300 }, (_, which) => requests(1, which))
    .flat()
    .flatMap((request) => (request.kind === "order" ? [request.symbol] : []));
  for (const { symbol } of TRADED) {
    const share = symbols.filter((each) => each === symbol).length / symbols.length;
    expect(Math.abs(share - 1 / TRADED.length)).toBeLessThan(0.06);
  }
});

test("the hash has all of its bits, and spreads neighbours", () => {
  const values = Array.from({ length: 4096 }, (_, number) => hash32(42, number));
  expect(new Set(values).size).toBe(values.length);
  for (let bit = 0; bit < 32; bit++) {
    const set = values.filter((value) => (value / 2 ** bit) % 2 >= 1).length;
    expect(Math.abs(set / values.length - 0.5)).toBeLessThan(0.05);
  }
});

test("lots are multiplied as decimals", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom("1", "10", "0.1", "0.5", "0.00001", "1.50", "0.025"),
      (lots, lot) => expect(timesLot(lots, lot)).toBe(new Big(lot).times(lots).toFixed()),
    ),
  );
});
