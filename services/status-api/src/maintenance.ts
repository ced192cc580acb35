import { randomUUID } from "node:crypto";
import type { Maintenance } from "../../contracts/status";
import { HttpError } from "../../kit";
import type { Database } from "../../kit/postgres";

export interface NewMaintenance {
  readonly title: string;
  readonly text: string;
  readonly components: readonly string[];
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

interface Row {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly components: string[];
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly cancelled_at: Date | null;
}

/** Scheduled maintenance in the store. */
export class MaintenanceWindows {
  constructor(private readonly database: Database) {}

  /** Those that end after `since`, cancelled ones too; the first to begin comes first. */
  async list(since: number): Promise<readonly Maintenance[]> {
    const rows = await this.database.query<Row>(
      "SELECT * FROM maintenance WHERE ends_at > $1 ORDER BY starts_at, id",
      [new Date(since)],
    );
    return rows.map((row) => ({
      id: row.id,
      title: row.title,
      text: row.text,
      components: row.components,
      from: row.starts_at.toISOString(),
      to: row.ends_at.toISOString(),
      cancelled_at: row.cancelled_at?.toISOString() ?? null,
    }));
  }

  /** @returns its id */
  async create({ title, text, components, from, to }: NewMaintenance, author: string): Promise<string> {
    const id = randomUUID();
    await this.database.query(
      "INSERT INTO maintenance (id, title, text, components, starts_at, ends_at, author) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      [id, title, text, components, new Date(from), new Date(to), author],
    );
    return id;
  }

  /** Cancelling it again changes nothing. @throws {HttpError} 404 when there is none, 409 when it is over */
  async cancel(id: string): Promise<void> {
    const [row] = await this.database.query<{ readonly over: boolean }>(
      `UPDATE maintenance SET cancelled_at = CASE WHEN ends_at <= now() THEN cancelled_at ELSE COALESCE(cancelled_at, now()) END
       WHERE id = $1 RETURNING ends_at <= now() AS over`,
      [id],
    );
    if (!row)
      throw new HttpError(
        404,
        "unknown_maintenance",
        `There is no maintenance ${id}; GET /maintenance lists it.`,
      );
    if (row.over) throw new HttpError(409, "maintenance_over", `The maintenance ${id} is over.`);
  }
}
