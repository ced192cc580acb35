import { randomUUID } from "node:crypto";
import type { PoolClient } from "pg";
import type { Incident, IncidentImpact, IncidentStatus, TimelineEntry } from "../../contracts/status";
import { HttpError } from "../../kit";
import type { Database } from "../../kit/postgres";
import { alertIncidents, joined, publicIncident, type Firing } from "./alerts";

export interface NewIncident {
  readonly title: string;
  readonly text: string;
  readonly impact: IncidentImpact;
  readonly status: Exclude<IncidentStatus, "resolved">;
  readonly components: readonly string[];
}

export interface IncidentUpdate {
  readonly text: string;
  readonly status: IncidentStatus;
  readonly impact?: IncidentImpact | undefined;
  readonly components?: readonly string[] | undefined;
}

interface FiringRow {
  readonly id: string;
  readonly fingerprint: string;
  readonly starts_at: Date;
  readonly ends_at: Date | null;
  readonly closed_at: Date | null;
  readonly title: string;
  readonly impact: IncidentImpact;
  readonly component: string | null;
}

interface IncidentRow {
  readonly id: string;
  readonly title: string;
  readonly impact: IncidentImpact;
  readonly components: string[];
  readonly opened_at: Date;
  readonly resolved_at: Date | null;
}

interface EntryRow {
  readonly incident: string;
  readonly at: Date;
  readonly status: IncidentStatus;
  readonly text: string;
}

/** Incidents in the store: those of operators, and those that follow from alerts. */
export class Incidents {
  constructor(private readonly database: Database) {}

  /** Open ones, and those that were resolved after `since`; the newest first. */
  async list(since: number): Promise<readonly Incident[]> {
    const after = new Date(since);
    const [firings, own] = await Promise.all([
      this.database.query<FiringRow>(
        // all firings of an alert, for what the latest of them says holds for the ones before it
        `SELECT * FROM firings WHERE fingerprint IN
           (SELECT fingerprint FROM firings WHERE COALESCE(LEAST(ends_at, closed_at), 'infinity') >= $1)`,
        [after],
      ),
      this.database.query<IncidentRow>(
        "SELECT * FROM incidents WHERE COALESCE(resolved_at, 'infinity') >= $1",
        [after],
      ),
    ]);
    const entries = await this.database.query<EntryRow>(
      "SELECT incident, at, status, text FROM entries WHERE incident = ANY($1) ORDER BY at, id",
      [[...firings, ...own].map(({ id }) => id)],
    );
    const said = (ids: readonly string[]): readonly TimelineEntry[] =>
      entries
        .filter((entry) => ids.includes(entry.incident))
        .map(({ at, status, text }) => ({ at: at.toISOString(), status, text }));
    const alerts = alertIncidents(firings.map(firingOf))
      .filter(({ resolvedAt }) => (resolvedAt ?? Infinity) >= since)
      .map((each) => publicIncident(each, said(each.firings.map(({ id }) => id))));
    const operators = own.map((row): Incident => ({
      id: row.id,
      title: row.title,
      impact: row.impact,
      source: "operator",
      components: row.components,
      opened_at: row.opened_at.toISOString(),
      resolved_at: row.resolved_at?.toISOString() ?? null,
      timeline: [...said([row.id])],
    }));
    return [...alerts, ...operators].sort((a, b) => Date.parse(b.opened_at) - Date.parse(a.opened_at));
  }

  /** @returns its id */
  create({ title, text, impact, status, components }: NewIncident, author: string): Promise<string> {
    const id = randomUUID();
    const now = new Date();
    return this.database.transaction(async (client) => {
      await client.query(
        "INSERT INTO incidents (id, title, impact, components, opened_at) VALUES ($1, $2, $3, $4, $5)",
        [id, title, impact, components, now],
      );
      await write(client, id, now, { status, text }, author);
      return id;
    });
  }

  /** @throws {HttpError} 404 when there is none, 409 when it cannot take this */
  update(id: string, change: IncidentUpdate, author: string): Promise<void> {
    const now = new Date();
    return this.database.transaction(async (client) => {
      const own = await client.query<IncidentRow>("SELECT * FROM incidents WHERE id = $1 FOR UPDATE", [id]);
      const [row] = own.rows;
      if (row) await updateOwn(client, row, change, now);
      else await updateAlert(client, id, change, now);
      await write(client, id, now, change, author);
    });
  }

  /** Takes what alerts say, however often and in whatever order. @returns how many of them said something new */
  receive(firings: readonly Firing[]): Promise<number> {
    return this.database.transaction(async (client) => {
      // one after the other: two messages of one firing may come at the same moment
      await client.query("LOCK TABLE firings IN SHARE ROW EXCLUSIVE MODE");
      let changes = 0;
      for (const firing of firings) {
        const { rows } = await client.query<FiringRow>("SELECT * FROM firings WHERE id = $1", [firing.id]);
        const [row] = rows;
        const known = row && firingOf(row);
        const next = known ? joined(known, firing) : firing;
        if (known && known.endsAt === next.endsAt && known.title === next.title) continue;
        changes += 1;
        await client.query(
          `INSERT INTO firings (id, fingerprint, starts_at, ends_at, title, impact, component)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (id) DO UPDATE SET ends_at = excluded.ends_at, title = excluded.title`,
          [
            next.id,
            next.fingerprint,
            new Date(next.startsAt),
            next.endsAt === undefined ? null : new Date(next.endsAt),
            next.title,
            next.impact,
            next.component ?? null,
          ],
        );
      }
      return changes;
    });
  }
}

async function updateOwn(
  client: PoolClient,
  { id, resolved_at }: IncidentRow,
  { status, impact, components }: IncidentUpdate,
  now: Date,
): Promise<void> {
  if (resolved_at !== null && status !== "resolved") throw resolvedAlready(id);
  await client.query(
    `UPDATE incidents SET impact = COALESCE($2, impact), components = COALESCE($3, components), resolved_at = $4
     WHERE id = $1`,
    [id, impact ?? null, components ?? null, status === "resolved" ? (resolved_at ?? now) : null],
  );
}

/** What an alert names stays as it is; an operator writes below it, and may say that it is over. */
async function updateAlert(
  client: PoolClient,
  id: string,
  { status, impact, components }: IncidentUpdate,
  now: Date,
): Promise<void> {
  const { rows } = await client.query<FiringRow>(
    "SELECT * FROM firings WHERE fingerprint = (SELECT fingerprint FROM firings WHERE id = $1) FOR UPDATE",
    [id],
  );
  const found = alertIncidents(rows.map(firingOf)).find(({ firings }) =>
    firings.some((one) => one.id === id),
  );
  if (!found)
    throw new HttpError(404, "unknown_incident", `There is no incident ${id}; GET /incidents lists them.`);
  if (impact !== undefined || components !== undefined)
    throw new HttpError(
      409,
      "alert_incident",
      "Impact and components of this incident follow from its alert; send status and text only.",
    );
  if (found.resolvedAt !== undefined && status !== "resolved") throw resolvedAlready(id);
  if (found.resolvedAt === undefined && status === "resolved")
    await client.query("UPDATE firings SET closed_at = $2 WHERE id = ANY($1) AND ends_at IS NULL", [
      found.firings.map((one) => one.id),
      now,
    ]);
}

function resolvedAlready(id: string): HttpError {
  return new HttpError(
    409,
    "incident_resolved",
    `The incident ${id} is resolved; add to it with status "resolved", or open another one.`,
  );
}

async function write(
  client: PoolClient,
  incident: string,
  at: Date,
  { status, text }: Pick<IncidentUpdate, "status" | "text">,
  author: string,
): Promise<void> {
  await client.query("INSERT INTO entries (incident, at, status, text, author) VALUES ($1, $2, $3, $4, $5)", [
    incident,
    at,
    status,
    text,
    author,
  ]);
}

function firingOf(row: FiringRow): Firing {
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    startsAt: row.starts_at.getTime(),
    ...(row.ends_at === null ? {} : { endsAt: row.ends_at.getTime() }),
    ...(row.closed_at === null ? {} : { closedAt: row.closed_at.getTime() }),
    title: row.title,
    impact: row.impact,
    ...(row.component === null ? {} : { component: row.component }),
  };
}
