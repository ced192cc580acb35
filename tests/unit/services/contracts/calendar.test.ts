import fc from "fast-check";
import { nextOpen, sessionAt, sessionBefore, sessionEnd } from "../../../../services/contracts/calendar";
import { exchangeYear } from "../../../../services/contracts/holidays";

const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 16);
const hours = (text: string) => {
  const { open, opensAt, closesAt } = sessionAt("US_EQUITY", at(text));
  return [open, iso(opensAt), iso(closesAt)];
};

/** The exchange's published calendars. */
const closed: readonly string[] = [
  ...["2025-01-01", "2025-01-09", "2025-01-20", "2025-02-17", "2025-04-18", "2025-05-26"],
  ...["2025-06-19", "2025-07-04", "2025-09-01", "2025-11-27", "2025-12-25"],
  ...["2026-01-01", "2026-01-19", "2026-02-16", "2026-04-03", "2026-05-25", "2026-06-19"],
  ...["2026-07-03", "2026-09-07", "2026-11-26", "2026-12-25"],
  ...["2027-01-01", "2027-01-18", "2027-02-15", "2027-03-26", "2027-05-31", "2027-06-18"],
  ...["2027-07-05", "2027-09-06", "2027-11-25", "2027-12-24"],
];
const early: readonly string[] = [
  ...["2025-07-03", "2025-11-28", "2025-12-24"],
  ...["2026-11-27", "2026-12-24"],
  ...["2027-11-26"],
];

const weekdays = (from: string, to: string): readonly string[] => {
  const days: string[] = [];
  for (let ms = at(from); ms < at(to); ms += 86_400_000) {
    if (![0, 6].includes(new Date(ms).getUTCDay())) days.push(new Date(ms).toISOString().slice(0, 10));
  }
  return days;
};

it("is closed on exactly the exchange's holidays of three years", () => {
  const found = weekdays("2025-01-01", "2028-01-01").filter((day) => !hours(`${day}T16:00Z`)[0]);
  expect(found).toEqual(closed);
});

it("closes at 13:00 on exactly the exchange's short days, and at 16:00 on all others", () => {
  const lengths = weekdays("2025-01-01", "2028-01-01").flatMap((day) => {
    const session = sessionAt("US_EQUITY", at(`${day}T16:00Z`));
    return session.open ? [{ day, minutes: (session.closesAt - session.opensAt) / 60_000 }] : [];
  });
  expect(lengths.filter(({ minutes }) => minutes === 210).map(({ day }) => day)).toEqual(early);
  expect(new Set(lengths.map(({ minutes }) => minutes))).toEqual(new Set([210, 390]));
});

it.each([
  ["winter", "2025-03-07T15:00Z", [true, "2025-03-07T14:30", "2025-03-07T21:00"]],
  ["summer time, from 9 March", "2025-03-10T15:00Z", [true, "2025-03-10T13:30", "2025-03-10T20:00"]],
  ["winter time, from 2 November", "2025-11-03T15:00Z", [true, "2025-11-03T14:30", "2025-11-03T21:00"]],
  ["the last millisecond", "2026-03-06T20:59:59.999Z", [true, "2026-03-06T14:30", "2026-03-06T21:00"]],
  [
    "the close, then over the change of clocks",
    "2026-03-06T21:00Z",
    [false, "2026-03-09T13:30", "2026-03-09T20:00"],
  ],
  ["before the open", "2026-03-09T13:29:59.999Z", [false, "2026-03-09T13:30", "2026-03-09T20:00"]],
  ["the open", "2026-03-09T13:30Z", [true, "2026-03-09T13:30", "2026-03-09T20:00"]],
  [
    "an evening in New York is the next date in UTC",
    "2025-07-02T01:00Z",
    [false, "2025-07-02T13:30", "2025-07-02T20:00"],
  ],
  ["before a long weekend", "2026-07-02T21:00Z", [false, "2026-07-06T13:30", "2026-07-06T20:00"]],
  ["a short day", "2025-11-28T17:59Z", [true, "2025-11-28T14:30", "2025-11-28T18:00"]],
  ["after a short day", "2025-11-28T18:00Z", [false, "2025-12-01T14:30", "2025-12-01T21:00"]],
])("%s", (_what, moment, expected) => {
  expect(hours(moment)).toEqual(expected);
});

it("a New Year's Day on a Saturday is not made up for, one on a Sunday is", () => {
  expect(hours("2021-12-31T18:00Z")[0]).toBe(true);
  expect(hours("2023-01-02T18:00Z")[0]).toBe(false);
});

it("Juneteenth is kept since 2022", () => {
  expect(exchangeYear(2021).closed.map(({ name }) => name)).not.toContain("Juneteenth");
  expect(exchangeYear(2022).closed).toContainEqual({
    day: at("2022-06-20") / 86_400_000,
    name: "Juneteenth",
  });
});

it("opens next, and closed before", () => {
  expect(iso(nextOpen("US_EQUITY", at("2025-07-03T13:30Z")))).toBe("2025-07-07T13:30");
  expect(iso(nextOpen("US_EQUITY", at("2025-07-03T13:29Z")))).toBe("2025-07-03T13:30");
  const before = sessionBefore("US_EQUITY", at("2025-07-07T13:30Z"));
  expect([iso(before.opensAt), iso(before.closesAt)]).toEqual(["2025-07-03T13:30", "2025-07-03T17:00"]);
  expect(iso(sessionBefore("CONTINUOUS", at("2025-07-07T00:00Z")).opensAt)).toBe("2025-07-06T00:00");
});

it("a continuous market never closes, and its day ends at midnight UTC", () => {
  const night = at("2025-12-24T23:59:59.999Z");
  expect(sessionAt("CONTINUOUS", night)).toEqual({
    open: true,
    opensAt: at("2025-12-24T00:00Z"),
    closesAt: at("2025-12-25T00:00Z"),
  });
  expect(sessionEnd("CONTINUOUS", night + 1)).toBe(at("2025-12-26T00:00Z"));
});

it("sessions follow each other without overlap, whatever the moment", () => {
  const moment = fc.integer({ min: at("2000-01-01"), max: at("2060-01-01") });
  fc.assert(
    fc.property(moment, fc.constantFrom("US_EQUITY", "CONTINUOUS"), (ms, name) => {
      const session = sessionAt(name, ms);
      const before = sessionBefore(name, ms);
      expect(session.open).toBe(session.opensAt <= ms);
      expect(session.closesAt).toBeGreaterThan(Math.max(ms, session.opensAt));
      expect(before.closesAt).toBeLessThanOrEqual(Math.min(ms, session.opensAt));
      expect(sessionAt(name, before.closesAt)).toMatchObject({
        opensAt: session.opensAt,
        closesAt: session.closesAt,
      });
      expect(sessionAt(name, nextOpen(name, ms)).open).toBe(true);
      if (name === "US_EQUITY") {
        const clock = new Date(session.opensAt).toLocaleTimeString("en-GB", { timeZone: "America/New_York" });
        expect(clock).toBe("09:30:00");
      }
    }),
  );
});

it("refuses what is no moment", () => {
  expect(() => sessionAt("US_EQUITY", Number.NaN)).toThrow(RangeError);
});
