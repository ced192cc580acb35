import { z } from "zod";
import { secret, text } from "../../kit/config";
import { clickhouseMigrations, type ClickHouseTable } from "./clickhouse-schema";
import { readStore, untilReady, type JobContext } from "./job";
import { migrate, type Applied, type Column, type MigrationStore, type Step } from "./migrations";
import { shorten, StoreHttp } from "./store-http";

const journal = "schema_migrations";
/** Written into statements as it is, so it is a plain name. */
const databaseName = z
  .string()
  .regex(/^[A-Za-z_]\w*$/, { error: "wants letters, digits and _" })
  .default("trade2026");

/** Brings ClickHouse's database to the newest migration. */
export async function initClickHouse(context: JobContext): Promise<void> {
  const fields = {
    CLICKHOUSE_USERNAME: text(),
    CLICKHOUSE_PASSWORD: secret(),
    CLICKHOUSE_DATABASE: databaseName,
  };
  const { address: base, config } = readStore(
    { name: "CLICKHOUSE", scheme: "http", port: 8123 },
    fields,
    context.env,
  );
  const database = config.CLICKHOUSE_DATABASE;
  const http = new StoreHttp({
    name: "ClickHouse",
    base,
    headers: {
      "x-clickhouse-user": config.CLICKHOUSE_USERNAME,
      "x-clickhouse-key": config.CLICKHOUSE_PASSWORD.reveal(),
    },
  });
  await untilReady(`ClickHouse at ${base}`, context.connectTimeoutMs, () => execute(http, "SELECT 1"));
  await migrate(clickhouseStore(http, database), clickhouseMigrations, context.say);
}

export function clickhouseStore(http: StoreHttp, database: string): MigrationStore<ClickHouseTable> {
  return {
    prepare: async () => {
      await execute(http, `CREATE DATABASE IF NOT EXISTS ${database}`);
      await execute(
        http,
        `CREATE TABLE IF NOT EXISTS ${database}.${journal} (id String, checksum String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3)) ` +
          "ENGINE = ReplacingMergeTree ORDER BY id",
      );
    },
    applied: async () => {
      const rows = await execute(http, `SELECT id, checksum FROM ${database}.${journal} FINAL ORDER BY id`);
      return rows.map(([id, checksum]): Applied => ({ id: String(id), checksum: String(checksum) }));
    },
    record: async ({ id, checksum }) => {
      await execute(
        http,
        `INSERT INTO ${database}.${journal} (id, checksum) VALUES (${quote(id)}, ${quote(checksum)})`,
      );
    },
    execute: async (statement) => {
      await execute(http, statement, database);
    },
    render: renderStep,
    columns: async (table) => {
      const rows = await execute(
        http,
        `SELECT name, type FROM system.columns WHERE database = ${quote(database)} AND table = ${quote(table)} ORDER BY position`,
      );
      return rows.map(([name, type]): Column => [String(name), String(type)]);
    },
  };
}

/** Names are not qualified: statements run in the database that the job was given. */
export function renderStep(step: Step<ClickHouseTable>): readonly string[] {
  switch (step.kind) {
    case "createTable": {
      const { name, columns, engine, partitionBy, orderBy, ttl } = step.table;
      const definitions = columns.map(([column, type]) => `${column} ${type}`).join(", ");
      return [
        `CREATE TABLE IF NOT EXISTS ${name} (${definitions}) ENGINE = ${engine} PARTITION BY ${partitionBy} ` +
          `ORDER BY (${orderBy.join(", ")})${ttl === undefined ? "" : ` TTL ${ttl}`}`,
      ];
    }
    case "addColumns":
      return step.columns.map(
        ([column, type]) => `ALTER TABLE ${step.table} ADD COLUMN IF NOT EXISTS ${column} ${type}`,
      );
    case "sql":
      return [step.statement];
  }
}

type Row = readonly unknown[];

async function execute(http: StoreHttp, statement: string, database = "default"): Promise<readonly Row[]> {
  const query = new URLSearchParams({ database, default_format: "JSONCompact", wait_end_of_query: "1" });
  const { status, body } = await http.ask(`/?${query.toString()}`, {
    method: "POST",
    body: statement,
    contentType: "text/plain",
  });
  if (status !== 200) {
    throw new Error(`ClickHouse refuses ${JSON.stringify(shorten(statement))}: ${shorten(body)}`);
  }
  return body === "" ? [] : (JSON.parse(body) as { readonly data: readonly Row[] }).data;
}

function quote(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
