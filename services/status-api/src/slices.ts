import type { ComponentState, StatusDay } from "../../contracts/status";

/**
 * A slice is a minute of one component. Each sample in it can only raise it: a minute that was known for a moment is
 * known, one that was bad for a moment is bad, and one in maintenance counts for nothing.
 */
export const SLICE_STATES: readonly ComponentState[] = [
  "unknown",
  "operational",
  "degraded",
  "down",
  "maintenance",
];

export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;

export interface Slice {
  readonly component: string;
  /** Start, milliseconds since 1970. */
  readonly minute: number;
  /** Place in {@link SLICE_STATES}. */
  readonly rank: number;
}

/** Slices that wait for the store: an outage of the store itself is recorded when it is back. */
export class PendingSlices {
  readonly #slices = new Map<string, Slice>();

  /** @param capacity slices kept at most; the oldest go first */
  constructor(private readonly capacity: number) {}

  add(at: number, states: ReadonlyMap<string, ComponentState>): void {
    const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS;
    for (const [component, state] of states) {
      const key = `${minute} ${component}`;
      const rank = Math.max(this.#slices.get(key)?.rank ?? 0, SLICE_STATES.indexOf(state));
      this.#slices.set(key, { component, minute, rank });
    }
    for (const key of this.#slices.keys()) {
      if (this.#slices.size <= this.capacity) return;
      this.#slices.delete(key);
    }
  }

  list(): readonly Slice[] {
    return [...this.#slices.values()];
  }

  /** Those that are stored as they are; one that was raised meanwhile stays. */
  stored(slices: readonly Slice[]): void {
    for (const slice of slices) {
      const key = `${slice.minute} ${slice.component}`;
      if (this.#slices.get(key) === slice) this.#slices.delete(key);
    }
  }
}

/**
 * Minutes that it served over minutes that it was measured. What is unknown counts neither way, nor does maintenance;
 * degraded is served.
 *
 * @returns null when nothing was measured
 */
export function uptimeOf(days: readonly StatusDay[]): number | null {
  let good = 0;
  let known = 0;
  for (const { operational, degraded, down } of days) {
    good += operational + degraded;
    known += operational + degraded + down;
  }
  return known === 0 ? null : good / known;
}

/** First moment of the day (UTC) that `at` lies in, `back` days earlier. */
export function dayStart(at: number, back = 0): number {
  return Math.floor(at / DAY_MS) * DAY_MS - back * DAY_MS;
}
