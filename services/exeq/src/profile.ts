import Big from "big.js";
import type { Bar } from "../../contracts/messages";
import type { Decimal } from "../../contracts/values";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** With fewer minutes than this nothing is known of how a day goes. */
export const ENOUGH_MINUTES = 10;

/**
 * When in a day a symbol is traded: of each minute of the day (UTC) the volume of its newest 1m bar, which the stream
 * keeps for 24 hours, so that every minute of the last day has its own. The volume that a bucket will see is the sum
 * over its minutes of what they saw a day before, by the part of the minute that is in it. A minute without a bar
 * counts as the mean of those that have one: no bar means that nobody recorded, not that nobody traded.
 */
export class VolumeProfiles {
  readonly #days = new Map<string, Map<number, { readonly at: number; readonly volume: Big }>>();

  add(bar: Pick<Bar, "symbol" | "interval" | "timestamp" | "volume">): void {
    if (bar.interval !== "1m") return;
    const day = this.#days.get(bar.symbol) ?? new Map<number, { at: number; volume: Big }>();
    this.#days.set(bar.symbol, day);
    const minute = Math.floor(bar.timestamp / MINUTE_MS) % DAY_MINUTES;
    // a bar that is told again replaces itself, an older day's does not replace today's
    if ((day.get(minute)?.at ?? 0) <= bar.timestamp) {
      day.set(minute, { at: bar.timestamp, volume: Big(bar.volume) });
    }
  }

  /** How many minutes of the day have a bar. */
  minutes(symbol: string): number {
    return this.#days.get(symbol)?.size ?? 0;
  }

  /**
   * @param times beginnings of the buckets
   * @param end of the last one
   * @returns undefined when too little is known
   */
  expected(symbol: string, times: readonly number[], end: number): readonly Decimal[] | undefined {
    const day = this.#days.get(symbol);
    if (!day || day.size < ENOUGH_MINUTES) return undefined;
    const known = [...day.values()];
    const total = known.reduce((sum, { volume }) => sum.plus(volume), Big(0));
    if (total.eq(0)) return undefined;
    const mean = total.div(known.length);
    return times.map((from, index) => {
      const to = times[index + 1] ?? end;
      let volume = Big(0);
      for (let minute = Math.floor(from / MINUTE_MS); minute * MINUTE_MS < to; minute++) {
        const inside = Math.min(to, (minute + 1) * MINUTE_MS) - Math.max(from, minute * MINUTE_MS);
        const whole = day.get(minute % DAY_MINUTES)?.volume ?? mean;
        volume = volume.plus(whole.times(inside).div(MINUTE_MS));
      }
      return volume.round(9, Big.roundDown).toFixed();
    });
  }
}
