import { z } from "zod";
import { add, bar, compare, maximum, minimum, type Bar, type BarInterval, type Tick } from "../../contracts";
import type { Period } from "./period";

/** Where a tick stands among the others of its symbol: by time, then by the venue's own count. */
const place = z.tuple([z.number(), z.number()]);
type Place = z.infer<typeof place>;

/** A bar that may still change. */
export const barState = z.object({
  ...bar.shape,
  ends: z.number(),
  first: place,
  last: place,
  /** `trades` of the version that was last told; 0: none was. */
  told: z.number(),
});
export type BarState = z.infer<typeof barState>;

export function keyOf({
  venue,
  symbol,
  interval,
  timestamp,
}: Pick<Bar, "venue" | "symbol" | "interval" | "timestamp">): string {
  return `${interval}:${venue}:${symbol}:${timestamp}`;
}

export function firstState(tick: Tick, interval: BarInterval, { begins, ends }: Period): BarState {
  const { venue, symbol, price, size } = tick;
  const at = placeOf(tick);
  return {
    venue,
    symbol,
    interval,
    open: price,
    high: price,
    low: price,
    close: price,
    volume: size,
    trades: 1,
    timestamp: begins,
    ends,
    first: at,
    last: at,
    told: 0,
  };
}

/** The order in which ticks are given does not matter. */
export function withTick(state: BarState, tick: Tick): BarState {
  const at = placeOf(tick);
  const [begins, ends] = [isBefore(at, state.first), isBefore(state.last, at)];
  return {
    ...state,
    open: begins ? tick.price : state.open,
    close: ends ? tick.price : state.close,
    high: maximum(state.high, tick.price),
    low: minimum(state.low, tick.price),
    volume: compare(tick.size, "0") === 0 ? state.volume : add(state.volume, tick.size),
    trades: state.trades + 1,
    first: begins ? at : state.first,
    last: ends ? at : state.last,
  };
}

export function barOf({ ends: _ends, first: _first, last: _last, told: _told, ...rest }: BarState): Bar {
  return rest;
}

const placeOf = ({ timestamp, source_seq }: Tick): Place => [timestamp, source_seq];

const isBefore = (left: Place, right: Place): boolean =>
  left[0] < right[0] || (left[0] === right[0] && left[1] < right[1]);
