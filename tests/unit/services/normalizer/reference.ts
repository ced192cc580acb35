import Big from "big.js";
import { decimalOf, type Bar, type BarInterval, type Tick } from "../../../../services/contracts";
import { periodOf } from "../../../../services/normalizer/src/period";

/** Bars by their definition: all ticks of a period, sorted, at once. */
export function barsOf(ticks: readonly Tick[], interval: BarInterval): readonly Bar[] {
  const unique = [
    ...new Map(ticks.map((tick) => [`${tick.venue}:${tick.symbol}:${tick.source_seq}`, tick])).values(),
  ];
  const groups = new Map<string, Tick[]>();
  for (const tick of unique) {
    const { begins } = periodOf(interval, tick.symbol, tick.timestamp);
    const key = `${tick.venue}:${tick.symbol}:${begins}`;
    groups.set(key, [...(groups.get(key) ?? []), tick]);
  }
  return [...groups].map(([key, group]) => {
    const sorted = group.sort((a, b) => a.timestamp - b.timestamp || a.source_seq - b.source_seq);
    const [venue = "", symbol = "", timestamp] = key.split(":");
    const prices = sorted.map(({ price }) => Big(price));
    const extreme = (sign: 1 | -1) =>
      prices.reduce((best, price) => (price.cmp(best) === sign ? price : best));
    return {
      venue,
      symbol,
      interval,
      open: sorted[0]?.price ?? "",
      high: decimalOf(extreme(1)),
      low: decimalOf(extreme(-1)),
      close: sorted.at(-1)?.price ?? "",
      volume: decimalOf(sorted.reduce((sum, { size }) => sum.plus(size), Big(0))),
      trades: sorted.length,
      timestamp: Number(timestamp),
    };
  });
}

export const barKey = ({ interval, venue, symbol, timestamp }: Bar): string =>
  `${interval}:${venue}:${symbol}:${timestamp}`;

/** What is known of each bar after all versions were told. */
export const newest = (bars: readonly Bar[]): readonly Bar[] => [
  ...new Map(bars.map((bar) => [barKey(bar), bar])).values(),
];

export const sorted = (bars: readonly Bar[]): readonly Bar[] =>
  [...bars].sort((a, b) => barKey(a).localeCompare(barKey(b)));
