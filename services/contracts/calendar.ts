import { exchangeYear, isWeekend } from "./holidays";
import type { SessionName } from "./instruments";

/** A stretch of trading: from `opensAt`, until just before `closesAt`. Milliseconds since 1970 UTC. */
export interface TradingHours {
  readonly opensAt: number;
  readonly closesAt: number;
}

/** `open`: it is under way. Otherwise it is the next one. */
export interface TradingSession extends TradingHours {
  readonly open: boolean;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Minutes after midnight in New York. */
const [OPENING, CLOSING, EARLY_CLOSING] = [9 * 60 + 30, 16 * 60, 13 * 60] as const;
/** Longer than the exchange was ever closed in a row (1933: 12 days), by far. */
const SEARCH_DAYS = 30;

/**
 * The session under way at that moment, or else the next one. A continuous market's sessions are the days in UTC,
 * without a pause between them.
 *
 * @throws {RangeError} when `atMs` is no moment
 */
export function sessionAt(name: SessionName, atMs: number): TradingSession {
  const hours = search(name, atMs, 1, ({ closesAt }) => closesAt > atMs);
  return { ...hours, open: hours.opensAt <= atMs };
}

/** When a DAY order of that moment expires: the end of the session under way, or of the next one. */
export function sessionEnd(name: SessionName, atMs: number): number {
  return sessionAt(name, atMs).closesAt;
}

/** The first opening after that moment. */
export function nextOpen(name: SessionName, atMs: number): number {
  return search(name, atMs, 1, ({ opensAt }) => opensAt > atMs).opensAt;
}

/** The last session that has ended by then. */
export function sessionBefore(name: SessionName, atMs: number): TradingHours {
  return search(name, atMs, -1, ({ closesAt }) => closesAt <= atMs);
}

/**
 * New York is behind UTC, and trades by day: a session and its hours in UTC have the same date, so that looking for
 * it begins at the date in UTC.
 */
function search(
  name: SessionName,
  atMs: number,
  step: 1 | -1,
  wanted: (hours: TradingHours) => boolean,
): TradingHours {
  const today = Math.floor(atMs / DAY_MS);
  for (let day = today; Math.abs(day - today) <= SEARCH_DAYS; day += step) {
    const hours = hoursOf[name](day);
    if (hours && wanted(hours)) return hours;
  }
  throw new RangeError(
    `no session of ${name} within ${SEARCH_DAYS} days of ${atMs}; wants milliseconds since 1970`,
  );
}

type HoursOfDay = (day: number) => TradingHours | undefined;

const hoursOf: Readonly<Record<SessionName, HoursOfDay>> = {
  CONTINUOUS: (day) => ({ opensAt: day * DAY_MS, closesAt: (day + 1) * DAY_MS }),
  US_EQUITY: remembered(usEquityHours),
};

function usEquityHours(day: number): TradingHours | undefined {
  if (isWeekend(day)) return undefined;
  const { closed, early } = yearOf(new Date(day * DAY_MS).getUTCFullYear());
  if (closed.some((holiday) => holiday.day === day)) return undefined;
  const closing = early.some((holiday) => holiday.day === day) ? EARLY_CLOSING : CLOSING;
  // clocks change in the night of a Sunday, so the offset of noon is that of the whole session
  const midnight = day * DAY_MS - newYorkOffset(day * DAY_MS + DAY_MS / 2);
  return { opensAt: midnight + OPENING * MINUTE_MS, closesAt: midnight + closing * MINUTE_MS };
}

const yearOf = remembered(exchangeYear);

const newYork = new Intl.DateTimeFormat("en-US", {
  timeZone: "America/New_York",
  timeZoneName: "longOffset",
});

/** What is added to UTC for New York's clock: "GMT-05:00" is −5 hours. */
function newYorkOffset(atMs: number): number {
  const text = newYork.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(text) ?? [];
  if (sign === undefined)
    throw new RangeError(`this runtime gives New York's offset as ${JSON.stringify(text)}`);
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

/** Asked for each order and tick, for the same few days. */
function remembered<Value>(compute: (key: number) => Value): (key: number) => Value {
  const known = new Map<number, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined || known.has(key)) return before as Value;
    if (known.size >= 1000) known.clear();
    const value = compute(key);
    known.set(key, value);
    return value;
  };
}
