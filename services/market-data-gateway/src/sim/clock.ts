import { sessionAt, weekdayOf, type SessionName } from "../../../contracts";

/** Where a market's own time stands. */
export interface BusinessTime {
  /** Days since 1970 on a clock that runs as fast as the market moves; a week is seven, like any other. */
  readonly days: number;
  /** How fast it runs within its trading hours, 1 on average: the shape of the day's volume. */
  readonly intensity: number;
}

const DAY_MS = 86_400_000;
/** Of a day with a session, the share that passes during it; the rest is the gap at the open. */
const SESSION_SHARE = 0.8;
/** Days that a weekday is worth, and one of the weekend: 5 × 1.3 + 2 × 0.25 = 7. */
const [WEEKDAY, WEEKEND] = [1.3, 0.25] as const;
const MONDAY = 4;
/** Around the clock: the busiest hour is when Europe and America both are awake. */
const [BUSIEST, SWING] = [15 / 24, 0.4] as const;

/** Continuous from one day to the next; the overnight gap is what passes while an exchange is closed. */
export function businessTime(name: SessionName, atMs: number): BusinessTime {
  return name === "CONTINUOUS" ? aroundTheClock(atMs) : byTheDay(name, atMs);
}

function aroundTheClock(atMs: number): BusinessTime {
  const days = atMs / DAY_MS;
  const angle = 2 * Math.PI * (days - Math.floor(days) - BUSIEST);
  return {
    days: days + (SWING / (2 * Math.PI)) * Math.sin(angle),
    intensity: 1 + SWING * Math.cos(angle),
  };
}

function byTheDay(name: SessionName, atMs: number): BusinessTime {
  const day = Math.floor(atMs / DAY_MS);
  const { share, intensity } = dayShare(name, day, atMs);
  return { days: daysBefore(day) + weightOf(day) * share, intensity };
}

/** Of a day, what has passed by then. */
function dayShare(
  name: SessionName,
  day: number,
  atMs: number,
): { readonly share: number; readonly intensity: number } {
  const begins = day * DAY_MS;
  const { opensAt, closesAt } = sessionAt(name, begins);
  if (opensAt >= begins + DAY_MS) return { share: (atMs - begins) / DAY_MS, intensity: 1 };
  const outside = DAY_MS - (closesAt - opensAt);
  const quiet = (passed: number): number => (1 - SESSION_SHARE) * (passed / outside);
  if (atMs < opensAt) return { share: quiet(atMs - begins), intensity: 1 };
  if (atMs >= closesAt)
    return { share: quiet(atMs - begins - (closesAt - opensAt)) + SESSION_SHARE, intensity: 1 };
  const place = (atMs - opensAt) / (closesAt - opensAt);
  const [floor, bow] = [0.6, 1.2];
  // U-shaped: busy after the open and before the close; its integral over the session is 1
  const passed = floor * place + (bow / 6) * ((2 * place - 1) ** 3 + 1);
  return {
    share: quiet(opensAt - begins) + SESSION_SHARE * passed,
    intensity: floor + bow * (2 * place - 1) ** 2,
  };
}

const weightOf = (day: number): number => ([0, 6].includes(weekdayOf(day)) ? WEEKEND : WEEKDAY);

/** Weeks are whole, so only the days since Monday are counted. */
function daysBefore(day: number): number {
  const sinceMonday = (((day - MONDAY) % 7) + 7) % 7;
  return day - sinceMonday + WEEKDAY * Math.min(sinceMonday, 5) + WEEKEND * Math.max(0, sinceMonday - 5);
}
