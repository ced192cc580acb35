import { exchangeYear, type Holiday } from "../../services/contracts/holidays";

/** Years for which Alertmanager knows the exchange's holidays; a new release brings new ones. */
const YEARS = [2026, 2027, 2028, 2029, 2030] as const;
const NEW_YORK = { location: "America/New_York" } as const;

/**
 * The exchange's calendar in Alertmanager's form: `exchange-open` for usual days, `exchange-holidays` for days without
 * trading and for the afternoons of short ones. The five minutes after the opening belong to nobody: quotes come first.
 */
export function exchangeIntervals(years: readonly number[] = YEARS): readonly object[] {
  const holidays = years.map(exchangeYear);
  return [
    {
      name: "exchange-open",
      time_intervals: [
        {
          weekdays: ["monday:friday"],
          times: [{ start_time: "09:35", end_time: "16:00" }],
          ...NEW_YORK,
        },
      ],
    },
    {
      name: "exchange-holidays",
      time_intervals: [
        ...holidays.flatMap(({ closed }) => closed.map(dayInterval)),
        ...holidays.flatMap(({ early }) =>
          early.map((holiday) => ({
            ...dayInterval(holiday),
            times: [{ start_time: "13:00", end_time: "24:00" }],
          })),
        ),
      ],
    },
  ];
}

function dayInterval({ day }: Holiday): object {
  const date = new Date(day * 86_400_000);
  return {
    years: [String(date.getUTCFullYear())],
    months: [String(date.getUTCMonth() + 1)],
    days_of_month: [String(date.getUTCDate())],
    ...NEW_YORK,
  };
}
