import { Pool, type PoolClient, type QueryResultRow } from "pg";
import { HttpError } from "../../kit";
import { migrations } from "./migrations";

/** Number of the advisory lock under which the schema is changed. */
const SCHEMA_LOCK = 8114;

export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** Queries with parameters, and transactions. Both throw {HttpError} 503 while the database cannot be reached. */
export class Database {
  readonly #pool: Pool;

  constructor(settings: DatabaseSettings, onError: (error: Error) => void) {
    this.#pool = new Pool({ ...settings, max: 8, connectionTimeoutMillis: 3000, statement_timeout: 5000 });
    // an idle connection that is lost; the next query opens another
    this.#pool.on("error", onError);
  }

  async query<Row extends QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw explained(error);
    }
  }

  async transaction<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    let broken = false;
    try {
      client = await this.#pool.connect();
      await client.query("BEGIN");
      const result = await work(client);
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client?.query("ROLLBACK").catch(() => (broken = true));
      throw explained(error);
    } finally {
      client?.release(broken);
    }
  }

  async migrate(): Promise<void> {
    await this.transaction(async (client) => {
      await client.query("SELECT pg_advisory_xact_lock($1)", [SCHEMA_LOCK]);
      await client.query(
        "CREATE TABLE IF NOT EXISTS migrations (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
      );
      const { rows } = await client.query<{ id: string }>("SELECT id FROM migrations");
      const applied = new Set(rows.map(({ id }) => id));
      for (const { id, sql } of migrations) {
        if (applied.has(id)) continue;
        await client.query(sql);
        await client.query("INSERT INTO migrations (id) VALUES ($1)", [id]);
      }
    });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

/**
 * SQLSTATE classes of a server that is there but cannot serve: connection, resources, operator's intervention,
 * system. What has no SQLSTATE never reached the server.
 */
const UNAVAILABLE = /^(08|53|57|58)/;

function explained(error: unknown): unknown {
  if (error instanceof HttpError) return error;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  const answered = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !UNAVAILABLE.test(code);
  if (answered || name === "TypeError" || name === "RangeError") return error;
  return Object.assign(
    new HttpError(503, "store_unavailable", "The store of users cannot be reached at the moment; try again."),
    { cause: error },
  );
}
