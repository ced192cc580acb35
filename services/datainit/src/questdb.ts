import { setTimeout as sleep } from "node:timers/promises";
import { secret, text } from "../../kit/config";
import { basicAuth } from "../../kit/outgoing";
import { readStore, untilReady, type JobContext } from "./job";
import { migrate, type Applied, type Column, type MigrationStore, type Step } from "./migrations";
import { questdbMigrations, type QuestDBTable } from "./questdb-schema";
import { shorten, StoreHttp } from "./store-http";

const journal = "schema_migrations";
/** A change of a WAL table is applied a moment after it was accepted. */
const settleMs = 10_000;

/** Brings QuestDB's tables to the newest migration. */
export async function initQuestDB(context: JobContext): Promise<void> {
  const fields = { QUESTDB_USERNAME: text(), QUESTDB_PASSWORD: secret() };
  const { address: base, config } = readStore(
    { name: "QUESTDB", scheme: "http", port: 9000 },
    fields,
    context.env,
  );
  const http = new StoreHttp({
    name: "QuestDB",
    base,
    headers: basicAuth(config.QUESTDB_USERNAME, config.QUESTDB_PASSWORD),
  });
  await untilReady(`QuestDB at ${base}`, context.connectTimeoutMs, () => execute(http, "SELECT 1"));
  await migrate(questdbStore(http), questdbMigrations, context.say);
}

export function questdbStore(http: StoreHttp): MigrationStore<QuestDBTable> {
  return {
    // without WAL: its rows can be read the moment they are written
    prepare: async () => {
      await execute(
        http,
        `CREATE TABLE IF NOT EXISTS "${journal}" (id VARCHAR, checksum VARCHAR, applied_at TIMESTAMP) ` +
          "TIMESTAMP(applied_at) PARTITION BY YEAR BYPASS WAL",
      );
    },
    applied: async () => {
      const rows = await execute(http, `SELECT id, checksum FROM "${journal}"`);
      return rows.map(([id, checksum]): Applied => ({ id: String(id), checksum: String(checksum) }));
    },
    record: async ({ id, checksum }) => {
      await execute(http, `INSERT INTO "${journal}" VALUES (${quote(id)}, ${quote(checksum)}, now())`);
    },
    execute: async (statement) => {
      await execute(http, statement);
    },
    render: renderStep,
    columns: async (table) => columnsOf(http, table),
  };
}

/** Waits until the table has stopped changing: its writer may still be at work on the last statement. */
async function columnsOf(http: StoreHttp, table: string): Promise<readonly Column[]> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const suspended = await execute(
      http,
      `SELECT suspended, writerTxn = sequencerTxn FROM wal_tables() WHERE name = ${quote(table)}`,
    );
    const [state] = suspended;
    if (state === undefined || state[1] === true) {
      break;
    }
    if (state[0] === true) {
      throw new Error(
        `QuestDB has suspended table ${table}; see its log, then ALTER TABLE ${table} RESUME WAL`,
      );
    }
    if (performance.now() > deadline) {
      throw new Error(`QuestDB has not applied the changes of table ${table} within ${settleMs / 1000} s`);
    }
    await sleep(100);
  }
  const exists = await execute(http, `SELECT table_name FROM tables() WHERE table_name = ${quote(table)}`);
  if (exists.length === 0) {
    return [];
  }
  const rows = await execute(http, `SELECT "column", "type" FROM table_columns(${quote(table)})`);
  return rows.map(([name, type]): Column => [String(name), String(type)]);
}

export function renderStep(step: Step<QuestDBTable>): readonly string[] {
  switch (step.kind) {
    case "createTable": {
      const { name, columns, timestamp, partitionBy, dedupKeys } = step.table;
      const definitions = columns.map(([column, type]) => `"${column}" ${type}`).join(", ");
      return [
        `CREATE TABLE IF NOT EXISTS "${name}" (${definitions}) TIMESTAMP("${timestamp}") ` +
          `PARTITION BY ${partitionBy} WAL DEDUP UPSERT KEYS(${dedupKeys.map((key) => `"${key}"`).join(", ")})`,
      ];
    }
    case "addColumns":
      return step.columns.map(
        ([column, type]) => `ALTER TABLE "${step.table}" ADD COLUMN IF NOT EXISTS "${column}" ${type}`,
      );
    case "sql":
      return [step.statement];
  }
}

type Row = readonly unknown[];

/** @throws {Error} with the statement's beginning and the server's reason */
async function execute(http: StoreHttp, statement: string): Promise<readonly Row[]> {
  const { status, body } = await http.ask(`/exec?${new URLSearchParams({ query: statement }).toString()}`);
  if (status !== 200) {
    const reason = errorIn(body) ?? `${status} ${shorten(body)}`;
    throw new Error(`QuestDB refuses ${JSON.stringify(shorten(statement))}: ${reason}`);
  }
  const answer = JSON.parse(body) as { readonly dataset?: readonly Row[] };
  return answer.dataset ?? [];
}

function errorIn(body: string): string | undefined {
  try {
    return (JSON.parse(body) as { readonly error?: string }).error;
  } catch {
    return undefined;
  }
}

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
