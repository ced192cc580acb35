import fc from "fast-check";
import { exchangeIntervals } from "../../../../components/sre/calendar";
import { sessionAt } from "../../../../services/contracts/calendar";

interface Interval {
  readonly weekdays?: readonly string[];
  readonly years?: readonly string[];
  readonly months?: readonly string[];
  readonly days_of_month?: readonly string[];
  readonly times?: readonly { readonly start_time: string; readonly end_time: string }[];
  readonly location: string;
}
const named = (name: string): readonly Interval[] =>
  (
    exchangeIntervals([2026, 2027]) as readonly {
      readonly name: string;
      readonly time_intervals: readonly Interval[];
    }[]
  ).find((interval) => interval.name === name)?.time_intervals ?? [];

/** The moment in New York, as Alertmanager would see it. */
function inNewYork(at: number): Readonly<Record<string, string>> {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: "America/New_York",
    ...{ year: "numeric", month: "numeric", day: "numeric", weekday: "long" },
    ...{ hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  }).formatToParts(at);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

function holds(interval: Interval, at: number): boolean {
  const { weekday = "", year = "", month = "", day = "", hour = "", minute = "" } = inNewYork(at);
  const clock = `${hour}:${minute}`;
  const working = !["Saturday", "Sunday"].includes(weekday);
  return (
    (interval.weekdays === undefined || working) &&
    (interval.years?.includes(year) ?? true) &&
    (interval.months?.includes(String(Number(month))) ?? true) &&
    (interval.days_of_month?.includes(String(Number(day))) ?? true) &&
    (interval.times?.some(({ start_time, end_time }) => start_time <= clock && clock < end_time) ?? true)
  );
}

it("is open when the calendar of the contracts says so, but for five minutes after the opening", () => {
  const from = Date.UTC(2026, 0, 2);
  const to = Date.UTC(2027, 11, 30);
  fc.assert(
    fc.property(fc.integer({ min: from, max: to }), (at) => {
      const listens =
        named("exchange-open").some((interval) => holds(interval, at)) &&
        !named("exchange-holidays").some((interval) => holds(interval, at));
      const session = sessionAt("US_EQUITY", at);
      const expected = session.open && at - session.opensAt >= 5 * 60_000;
      expect([new Date(at).toISOString(), listens]).toEqual([new Date(at).toISOString(), expected]);
    }),
    { numRuns: 2000 },
  );
});
