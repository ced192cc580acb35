import type { SessionName } from "../../../contracts";

/**
 * When a DAY order of that moment expires.
 *
 * @param atMs milliseconds since 1970 UTC
 * @returns later than `atMs`
 */
export type SessionEnd = (session: SessionName, atMs: number) => number;

const DAY_MS = 86_400_000;
const CLOSE_HOUR = 16;

/** CONTINUOUS ends at midnight UTC, US_EQUITY at 16:00 in New York from Monday to Friday; holidays are not known here. */
export const sessionEnd: SessionEnd = (session, atMs) => {
  const midnight = Math.floor(atMs / DAY_MS) * DAY_MS;
  if (session === "CONTINUOUS") return midnight + DAY_MS;
  // the date in UTC at the close is the same as in New York
  for (let day = midnight - DAY_MS; ; day += DAY_MS) {
    const weekday = new Date(day).getUTCDay();
    const close = day + CLOSE_HOUR * 3_600_000 - newYorkOffset(day + CLOSE_HOUR * 3_600_000);
    if (weekday !== 0 && weekday !== 6 && close > atMs) return close;
  }
};

const clock = new Intl.DateTimeFormat("en-US", { timeZone: "America/New_York", timeZoneName: "longOffset" });

/** What is added to UTC for New York's clock, in milliseconds. */
function newYorkOffset(atMs: number): number {
  const name = clock.formatToParts(atMs).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const hours = /^GMT([+-]\d\d):00$/.exec(name)?.[1];
  if (hours === undefined)
    throw new RangeError(`this runtime gives New York's offset as ${JSON.stringify(name)}; wants GMT-05:00`);
  return Number(hours) * 3_600_000;
}
