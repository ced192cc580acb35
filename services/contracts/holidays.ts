/**
 * When the New York Stock Exchange is closed or closes early, by its rules (NYSE Rule 7.2 and its published
 * calendars). Days are counted since 1970-01-01 in the exchange's own calendar.
 */
export interface Holiday {
  readonly day: number;
  readonly name: string;
}

export interface ExchangeYear {
  readonly closed: readonly Holiday[];
  /** These end at 13:00 New York. */
  readonly early: readonly Holiday[];
}

const DAY_MS = 86_400_000;
const [SUNDAY, MONDAY, THURSDAY, SATURDAY] = [0, 1, 4, 6] as const;
const JUNETEENTH_SINCE = 2022;

/** Closures that no rule foretells: days of mourning. Another one is added here when it is announced. */
const ANNOUNCED: readonly Holiday[] = [
  { day: dayOf(2025, 1, 9), name: "National Day of Mourning for President Carter" },
];

/** @param month 1 to 12 */
export function dayOf(year: number, month: number, date: number): number {
  return Date.UTC(year, month - 1, date) / DAY_MS;
}

/** 0 is Sunday. */
export function weekdayOf(day: number): number {
  return (((day + THURSDAY) % 7) + 7) % 7;
}

export const isWeekend = (day: number): boolean => weekdayOf(day) === SUNDAY || weekdayOf(day) === SATURDAY;

/** Of a calendar year; New Year's Day on a Saturday is not made up for, since the year's books close on the day before. */
export function exchangeYear(year: number): ExchangeYear {
  const thanksgiving = nthWeekday(year, 11, THURSDAY, 4);
  const independence = dayOf(year, 7, 4);
  const christmas = dayOf(year, 12, 25);
  const newYear = dayOf(year, 1, 1);
  const closed: readonly Holiday[] = [
    ...(weekdayOf(newYear) === SATURDAY ? [] : [{ day: observed(newYear), name: "New Year's Day" }]),
    { day: nthWeekday(year, 1, MONDAY, 3), name: "Martin Luther King Jr. Day" },
    { day: nthWeekday(year, 2, MONDAY, 3), name: "Washington's Birthday" },
    { day: easterSunday(year) - 2, name: "Good Friday" },
    { day: lastMonday(year, 5), name: "Memorial Day" },
    ...(year < JUNETEENTH_SINCE ? [] : [{ day: observed(dayOf(year, 6, 19)), name: "Juneteenth" }]),
    { day: observed(independence), name: "Independence Day" },
    { day: nthWeekday(year, 9, MONDAY, 1), name: "Labor Day" },
    { day: thanksgiving, name: "Thanksgiving Day" },
    { day: observed(christmas), name: "Christmas Day" },
    ...ANNOUNCED.filter(({ day }) => day >= newYear && day < dayOf(year + 1, 1, 1)),
  ];
  const early = [
    { day: independence - 1, name: "Independence Day's eve" },
    { day: thanksgiving + 1, name: "the day after Thanksgiving" },
    { day: christmas - 1, name: "Christmas Eve" },
  ].filter(({ day }) => !isWeekend(day) && !closed.some((holiday) => holiday.day === day));
  return { closed, early };
}

/** A holiday on Saturday is kept on Friday, one on Sunday on Monday. */
function observed(day: number): number {
  const weekday = weekdayOf(day);
  return weekday === SATURDAY ? day - 1 : weekday === SUNDAY ? day + 1 : day;
}

function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = dayOf(year, month, 1);
  return first + ((weekday - weekdayOf(first) + 7) % 7) + 7 * (nth - 1);
}

function lastMonday(year: number, month: number): number {
  const last = dayOf(year, month + 1, 1) - 1;
  return last - ((weekdayOf(last) - MONDAY + 7) % 7);
}

/** Gregorian Easter: Meeus, Astronomical Algorithms (1991), chapter 8; his letters. */
function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const d = Math.floor(b / 4);
  const e = b % 4;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - d - g + 15) % 30;
  const i = Math.floor(c / 4);
  const k = c % 4;
  const l = (32 + 2 * e + 2 * i - h - k) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const sum = h + l - 7 * m + 114;
  return dayOf(year, Math.floor(sum / 31), (sum % 31) + 1);
}
