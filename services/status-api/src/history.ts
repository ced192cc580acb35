import type { StatusDay } from "../../contracts/status";
import type { Database } from "../../kit/postgres";
import { DAY_MS, dayStart, SLICE_STATES, type Slice } from "./slices";

/** Whole days, so that a day is rolled up from all of its slices. */
export const SLICE_DAYS = 7;

interface DayRow extends StatusDay {
  readonly component: string;
}

const counts = SLICE_STATES.map((state, rank) => `count(*) FILTER (WHERE rank = ${rank}) AS ${state}`).join(
  ", ",
);
const updates = SLICE_STATES.map((state) => `${state} = excluded.${state}`).join(", ");

/** Slices and days in the store. */
export class History {
  constructor(private readonly database: Database) {}

  async store(slices: readonly Slice[]): Promise<void> {
    if (slices.length === 0) return;
    await this.database.query(
      `INSERT INTO slices (minute, component, rank)
       SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::smallint[])
       ON CONFLICT (minute, component) DO UPDATE SET rank = excluded.rank WHERE excluded.rank > slices.rank`,
      [
        slices.map(({ minute }) => new Date(minute)),
        slices.map(({ component }) => component),
        slices.map(({ rank }) => rank),
      ],
    );
  }

  /** Counts the slices of each day again, from the day that `from` lies in. */
  async rollUp(from: number): Promise<void> {
    await this.database.query(
      `INSERT INTO days (component, day, ${SLICE_STATES.join(", ")})
       SELECT component, (minute AT TIME ZONE 'UTC')::date AS day, ${counts}
       FROM slices WHERE minute >= $1 GROUP BY component, day
       ON CONFLICT (component, day) DO UPDATE SET ${updates}
       WHERE (${SLICE_STATES.map((state) => `days.${state}`).join(", ")})
         IS DISTINCT FROM (${SLICE_STATES.map((state) => `excluded.${state}`).join(", ")})`,
      [new Date(dayStart(from))],
    );
  }

  /** The last `days` days of every component, today among them, oldest first. */
  async days(now: number, days: number): Promise<ReadonlyMap<string, readonly StatusDay[]>> {
    const rows = await this.database.query<DayRow>(
      `SELECT component, to_char(day, 'YYYY-MM-DD') AS day, ${SLICE_STATES.join(", ")}
       FROM days WHERE day >= $1::date ORDER BY day`,
      [new Date(dayStart(now, days - 1)).toISOString().slice(0, 10)],
    );
    const byComponent = new Map<string, StatusDay[]>();
    for (const { component, ...day } of rows) {
      const known = byComponent.get(component);
      if (known) known.push(day);
      else byComponent.set(component, [day]);
    }
    return byComponent;
  }

  /** What is older than it is kept. */
  async sweep(now: number, daysKept: number): Promise<void> {
    const old = new Date(now - daysKept * DAY_MS);
    await this.database.query("DELETE FROM slices WHERE minute < $1", [new Date(dayStart(now, SLICE_DAYS))]);
    await this.database.query("DELETE FROM days WHERE day < $1::date", [old.toISOString().slice(0, 10)]);
    await this.database.query(
      `DELETE FROM firings WHERE starts_at < $1 AND (LEAST(ends_at, closed_at) < $1 OR EXISTS
         (SELECT FROM firings later WHERE later.fingerprint = firings.fingerprint AND later.starts_at > firings.starts_at))`,
      [old],
    );
    await this.database.query("DELETE FROM incidents WHERE resolved_at < $1", [old]);
    await this.database.query("DELETE FROM maintenance WHERE ends_at < $1", [old]);
    await this.database.query(
      `DELETE FROM entries WHERE at < $1 AND incident NOT IN (SELECT id FROM incidents UNION SELECT id FROM firings)`,
      [old],
    );
  }
}
