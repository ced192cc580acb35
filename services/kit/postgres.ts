import { setTimeout as wait } from "node:timers/promises";
import { Pool, type PoolClient, type QueryResultRow } from "pg";
import { secret, text, url, type ConfigOf } from "./config";
import { HttpError } from "./errors";
import type { Log } from "./log";

/** Spread into the config of a service with a database. */
export const postgresFields = {
  /** postgres://host:port/database */
  POSTGRES_URL: url("postgres"),
  POSTGRES_USERNAME: text(),
  POSTGRES_PASSWORD: secret(),
};

export interface Migration {
  readonly id: string;
  readonly sql: string;
}

export interface DatabaseSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface DatabaseOptions {
  readonly settings: DatabaseSettings;
  /** What is in it, for who is told that it cannot be reached: "users". */
  readonly of: string;
  /** Applied in order, each once, in one transaction with the note that it was. One that was applied is never edited. */
  readonly migrations: readonly Migration[];
  /** Number of the advisory lock under which the schema is changed: the service's port. */
  readonly lock: number;
  /** An idle connection is lost; the next query opens another. */
  readonly onError: (error: Error) => void;
}

const RETRY_MS = 1000;

export function databaseSettings(config: ConfigOf<typeof postgresFields>): DatabaseSettings {
  const { hostname, port, pathname } = new URL(config.POSTGRES_URL);
  return {
    host: hostname,
    port: Number(port || 5432),
    user: config.POSTGRES_USERNAME,
    password: config.POSTGRES_PASSWORD.reveal(),
    database: decodeURIComponent(pathname.slice(1)),
  };
}

/** Queries with parameters, and transactions. Both throw {HttpError} 503 while the database cannot be reached. */
export class Database {
  readonly #pool: Pool;
  readonly #options: DatabaseOptions;

  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#pool = new Pool({
      ...options.settings,
      max: 8,
      connectionTimeoutMillis: 3000,
      statement_timeout: 5000,
    });
    this.#pool.on("error", options.onError);
  }

  async query<Row extends QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    try {
      return (await this.#pool.query<Row>(sql, [...values])).rows;
    } catch (error) {
      throw this.#explained(error);
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
      throw this.#explained(error);
    } finally {
      client?.release(broken);
    }
  }

  async migrate(): Promise<void> {
    const { lock, migrations } = this.#options;
    await this.transaction(async (client) => {
      await client.query("SELECT pg_advisory_xact_lock($1)", [lock]);
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

  /** Migrates, however long the server takes to come up, or until `stopping`. @throws what is no matter of waiting */
  async migrateWhenReachable(log: Log, stopping?: AbortSignal): Promise<void> {
    while (stopping?.aborted !== true) {
      try {
        return await this.migrate();
      } catch (error) {
        const { cause } = error as Error;
        if (cause === undefined) throw error;
        log.warn({ err: cause }, "postgres: not reachable, trying again");
        await wait(RETRY_MS, undefined, { ...(stopping ? { signal: stopping } : {}) }).catch(() => undefined);
      }
    }
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  #explained(error: unknown): unknown {
    if (error instanceof HttpError) return error;
    const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
    const answered = typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && !UNAVAILABLE.test(code);
    if (answered || name === "TypeError" || name === "RangeError") return error;
    const message = `The store of ${this.#options.of} cannot be reached at the moment; try again.`;
    return Object.assign(new HttpError(503, "store_unavailable", message), { cause: error });
  }
}

/**
 * SQLSTATE classes of a server that is there but cannot serve: connection, resources, operator's intervention,
 * system. What has no SQLSTATE never reached the server.
 */
const UNAVAILABLE = /^(08|53|57|58)/;
