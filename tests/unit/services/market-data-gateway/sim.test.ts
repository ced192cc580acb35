import fc from "fast-check";
import {
  compare,
  instruments,
  isMultipleOf,
  tick as tickSchema,
  type Tick,
} from "../../../../services/contracts";
import { businessTime } from "../../../../services/market-data-gateway/src/sim/clock";
import { SimInstrument, type SimSettings } from "../../../../services/market-data-gateway/src/sim/market";
import { pathAt } from "../../../../services/market-data-gateway/src/sim/path";
import { SimVenue } from "../../../../services/market-data-gateway/src/sim/venue";

const settings: SimSettings = { seed: 7, stepMs: 500, sessions: "always" };
const at = (text: string): number => Date.parse(text);
const start = at("2026-03-10T15:00Z");

function simOf(symbol: string, more: Partial<SimSettings> = {}): SimInstrument {
  const instrument = instruments.find((each) => each.symbol === symbol);
  if (!instrument) throw new Error(symbol);
  return new SimInstrument(instrument, { ...settings, ...more });
}

function ticksOf(sim: SimInstrument, from: number, count: number, every = 1): readonly Tick[] {
  return Array.from({ length: count }, (_, index) => sim.tickAt(sim.stepAt(from) + index * every)).filter(
    (each) => each !== undefined,
  );
}

const returns = (prices: readonly number[]): readonly number[] =>
  prices.slice(1).map((price, index) => Math.log(price / (prices[index] ?? Number.NaN)));
const mean = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;
function correlation(left: readonly number[], right: readonly number[]): number {
  const [a, b] = [mean(left), mean(right)];
  const covariance = mean(left.map((each, index) => (each - a) * ((right[index] ?? 0) - b)));
  const variance = (values: readonly number[], middle: number) =>
    mean(values.map((each) => (each - middle) ** 2));
  return covariance / Math.sqrt(variance(left, a) * variance(right, b));
}
const mids = (ticks: readonly Tick[]): readonly number[] =>
  ticks.map(({ bid, ask }) => (Number(bid) + Number(ask)) / 2);

test("every instrument, whatever seed and moment: a valid tick with a spread, in ticks and lots", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...instruments),
      fc.integer({ min: 0, max: 2 ** 31 }),
      fc.integer({ min: at("2020-01-01"), max: at("2040-01-01") }),
      (instrument, seed, moment) => {
        const sim = new SimInstrument(instrument, { ...settings, seed });
        const found = tickSchema.parse(sim.tickAt(sim.stepAt(moment)));
        const { price, size, bid = "0", ask = "0", timestamp, source_seq } = found;
        for (const each of [price, bid, ask]) expect(isMultipleOf(each, instrument.tick_size)).toBe(true);
        expect(isMultipleOf(size, instrument.lot_size)).toBe(true);
        expect(compare(size, "0")).toBe(1);
        expect(compare(bid, ask)).toBe(-1);
        expect(compare(price, bid)).toBeGreaterThanOrEqual(0);
        expect(compare(price, ask)).toBeLessThanOrEqual(0);
        expect(timestamp - source_seq).toBeGreaterThanOrEqual(0);
        expect(timestamp - source_seq).toBeLessThan(settings.stepMs);
      },
    ),
    { numRuns: 300 },
  );
});

test("the same seed tells the same story, another seed another one", () => {
  const story = (seed: number) => ticksOf(simOf("BTCUSDT", { seed }), start, 50);
  expect(story(1)).toEqual(story(1));
  expect(mids(story(1))).not.toEqual(mids(story(2)));
});

test("a restart goes on where it stopped, and its sequence grows also at another rate", () => {
  let now = start;
  const play = (stepMs: number, forMs: number): readonly Tick[] => {
    const instrument = instruments.filter(({ symbol }) => symbol === "ETHUSDT");
    const venue = new SimVenue({
      ...settings,
      stepMs,
      instruments: instrument,
      now: () => now,
    });
    venue.start(() => undefined);
    const heard: Tick[] = [];
    for (const end = now + forMs; now < end; now += 50) heard.push(...venue.poll());
    void venue.stop();
    return heard;
  };
  const runs = [play(500, 20_000), play(500, 20_000), play(1000, 20_000), play(100, 20_000)];
  expect(runs.map((run) => run.length)).toEqual([40, 40, 20, 200]);
  const sequence = runs.flat().map(({ source_seq }) => source_seq);
  expect(sequence).toEqual([...new Set(sequence)].sort((a, b) => a - b));
  const jumps = returns(mids(runs.flat()));
  expect(Math.max(...jumps.map(Math.abs))).toBeLessThan(0.005);
});

test("a clock that goes back is waited for, a long sleep is not told", () => {
  let now = start;
  const venue = new SimVenue({ ...settings, instruments, now: () => now });
  venue.start(() => undefined);
  now += 2000;
  const before = venue.poll();
  expect(before.length).toBeGreaterThanOrEqual(3 * instruments.length);
  now -= 1500;
  expect(venue.poll()).toEqual([]);
  now += 3_600_000;
  const after = venue.poll();
  expect(Math.min(...after.map(({ timestamp }) => timestamp))).toBeGreaterThanOrEqual(now - 6000);
  void venue.stop();
});

test("a tick is told at its own time, not later", () => {
  jest.useFakeTimers({ now: start });
  try {
    const venue = new SimVenue({ ...settings, instruments });
    const late: number[] = [];
    venue.start((ticks) => late.push(...ticks.map(({ timestamp }) => Date.now() - timestamp)));
    jest.advanceTimersByTime(10_000);
    void venue.stop();
    expect(late.length).toBeGreaterThan(10 * instruments.length);
    // what was due just before the start comes with the first turn
    expect(late.filter((ms) => ms > 0).length).toBeLessThanOrEqual(instruments.length);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test("equities are silent outside their hours, and open with a gap", () => {
  const sim = simOf("AAPL", { sessions: "exchange" });
  expect(ticksOf(sim, at("2026-03-10T13:29:00Z"), 118)).toEqual([]);
  expect(ticksOf(sim, at("2026-03-10T13:30:01Z"), 10)).toHaveLength(10);
  expect(ticksOf(sim, at("2026-03-10T20:00:00Z"), 10)).toEqual([]);
  expect(sim.bookAt(sim.stepAt(at("2026-03-14T15:00Z")), 5)).toBeUndefined();
  const days = ["09", "10", "11", "12", "13", "16", "17", "18", "19", "20"];
  const moves = (from: (day: string) => number, to: (day: string) => number) =>
    days.map((day, index) => {
      const [first] = mids(ticksOf(sim, from(day), 1));
      const [second] = mids(ticksOf(sim, to(days[index + 1] ?? "23"), 1));
      return Math.abs(Math.log((second ?? Number.NaN) / (first ?? Number.NaN)));
    });
  const gaps = moves(
    (day) => at(`2026-03-${day}T19:59:58Z`),
    (day) => at(`2026-03-${day}T13:30:01Z`),
  );
  expect(mean(gaps)).toBeGreaterThan(0.001);
  expect(Math.max(...gaps)).toBeLessThan(0.06);
});

test("the clock of a market never stops nor jumps, and a week is a week", () => {
  const week = 7 * 86_400_000;
  fc.assert(
    fc.property(
      fc.constantFrom("US_EQUITY", "CONTINUOUS"),
      fc.integer({ min: at("2020-01-01"), max: at("2035-01-01") }),
      (name, moment) => {
        const step = businessTime(name, moment + 1000).days - businessTime(name, moment).days;
        expect(step).toBeGreaterThan(0);
        expect(step).toBeLessThan(0.0002);
        expect(businessTime(name, moment).intensity).toBeGreaterThan(0.5);
      },
    ),
  );
  const monday = at("2026-03-09T00:00Z");
  for (const name of ["US_EQUITY", "CONTINUOUS"] as const)
    expect(businessTime(name, monday + week).days - businessTime(name, monday).days).toBeCloseTo(7, 6);
});

test("a path is continuous, has the variance of its clock, and comes back for ever", () => {
  const second = 1 / 86_400;
  const steps = Array.from({ length: 4000 }, (_, index) => {
    const day = index * 1.37;
    return pathAt(3, day + 1 / 24).value - pathAt(3, day).value;
  });
  expect(mean(steps.map((each) => each ** 2)) * 24).toBeGreaterThan(0.8);
  expect(mean(steps.map((each) => each ** 2)) * 24).toBeLessThan(1.25);
  expect(Math.abs(pathAt(3, 16).value - pathAt(3, 16 - second).value)).toBeLessThan(0.1);
  const far = Array.from({ length: 2000 }, (_, index) => pathAt(3, index * 11.3).value);
  expect(Math.max(...far.map(Math.abs))).toBeLessThan(25);
});

describe("looks like a market", () => {
  const minutes = 60_000 / settings.stepMs;
  const minutely = (symbol: string) => returns(mids(ticksOf(simOf(symbol), start, 4000, minutes)));
  const bitcoin = minutely("BTCUSDT");

  test("volatility comes in clusters, returns do not predict returns", () => {
    const sizes = bitcoin.map(Math.abs);
    expect(correlation(sizes.slice(1), sizes.slice(0, -1))).toBeGreaterThan(0.1);
    expect(Math.abs(correlation(bitcoin.slice(1), bitcoin.slice(0, -1)))).toBeLessThan(0.08);
  });

  test("tails are fatter than normal", () => {
    const second = mean(bitcoin.map((each) => each ** 2));
    expect(mean(bitcoin.map((each) => each ** 4)) / second ** 2).toBeGreaterThan(4);
  });

  test("equities move together, and with nothing else", () => {
    const microsoft = minutely("MSFT");
    expect(correlation(minutely("AAPL"), microsoft)).toBeGreaterThan(0.3);
    expect(Math.abs(correlation(bitcoin, microsoft))).toBeLessThan(0.1);
  });

  test("spreads are wider when prices move faster", () => {
    const ticks = ticksOf(simOf("XRPUSDT"), start, 4000, minutes);
    const spreads = ticks.map(({ bid, ask }) => Number(ask) - Number(bid));
    const moves = returns(mids(ticks)).map(Math.abs);
    expect(correlation(spreads.slice(1), moves)).toBeGreaterThan(0.15);
  });

  test("the open and the close are busier than noon", () => {
    const volume = (time: string) =>
      mean(
        ["09", "10", "11", "12", "13"].map((day) =>
          mean(
            ticksOf(simOf("SPY", { sessions: "exchange" }), at(`2026-03-${day}T${time}Z`), 600).map(
              ({ size }) => Number(size),
            ),
          ),
        ),
      );
    const noon = volume("16:45");
    expect(volume("13:31")).toBeGreaterThan(1.5 * noon);
    expect(volume("19:50")).toBeGreaterThan(1.5 * noon);
  });

  test("the book is sorted and begins at the quotes", () => {
    const sim = simOf("SOLUSDT");
    const step = sim.stepAt(start);
    const book = sim.bookAt(step, 10);
    const { bid, ask } = sim.tickAt(step) ?? {};
    expect([book?.bids[0]?.price, book?.asks[0]?.price]).toEqual([bid, ask]);
    const [bids, asks] = [book?.bids ?? [], book?.asks ?? []].map((side) =>
      side.map(({ price }) => Number(price)),
    );
    expect(bids).toEqual([...(bids ?? [])].sort((a, b) => b - a));
    expect(asks).toEqual([...(asks ?? [])].sort((a, b) => a - b));
    expect([bids?.length, asks?.length]).toEqual([10, 10]);
  });
});
