import { expectedTables } from "../../../../services/datainit/src/migrations";
import { renderStep as renderClickHouse } from "../../../../services/datainit/src/clickhouse";
import { clickhouseMigrations } from "../../../../services/datainit/src/clickhouse-schema";
import { renderStep as renderQuestDB } from "../../../../services/datainit/src/questdb";
import { questdbMigrations, type QuestDBTable } from "../../../../services/datainit/src/questdb-schema";
import { fill, order, tick } from "../../../../services/contracts";

const questdbTables = questdbMigrations
  .flatMap(({ steps }) => steps)
  .flatMap((step): QuestDBTable[] => (step.kind === "createTable" ? [step.table] : []));
const columnsOf = (name: string) =>
  expectedTables(questdbMigrations)
    .get(name)
    ?.map(([column]) => column) ?? [];

test("the tables the platform needs", () => {
  expect(questdbTables.map(({ name }) => name)).toEqual([
    "ticks",
    "bars",
    "orders",
    "fills",
    "positions",
    "pnl_snapshots",
    "risk_events",
  ]);
  expect([...expectedTables(clickhouseMigrations).keys()]).toEqual([
    "order_analytics",
    "features",
    "orderbook_snapshots",
  ]);
});

test("every field of a message has its column", () => {
  expect(columnsOf("ticks").sort()).toEqual(Object.keys(tick.shape).sort());
  expect(columnsOf("fills").sort()).toEqual(Object.keys(fill.shape).sort());
  expect(columnsOf("orders").sort()).toEqual(Object.keys(order.shape).sort());
});

test("money and quantities are decimals, never floats", () => {
  const money =
    /price|quantity|size|bid|ask|open|high|low|close|volume|commission|pnl|exposure|^value$|limit_value/;
  for (const { name, columns } of questdbTables) {
    for (const [column, type] of columns) {
      expect(`${name}.${column} ${type === "DECIMAL(38,18)"}`).toBe(
        `${name}.${column} ${money.test(column)}`,
      );
    }
  }
  const questdbTypes = new Set(questdbTables.flatMap(({ columns }) => columns.map(([, type]) => type)));
  expect([...questdbTypes].sort()).toEqual([
    "DECIMAL(38,18)",
    "LONG",
    "SYMBOL",
    "TIMESTAMP",
    "UUID",
    "VARCHAR",
  ]);
});

test("a writer that repeats itself makes no second row: the keys hold the timestamp and name existing columns", () => {
  for (const { name, columns, timestamp, dedupKeys } of questdbTables) {
    const names = columns.map(([column]) => column);
    expect([name, dedupKeys.includes(timestamp), dedupKeys.filter((key) => !names.includes(key))]).toEqual([
      name,
      true,
      [],
    ]);
    expect(new Set(names).size).toBe(names.length);
  }
});

test("a QuestDB table, in full", () => {
  const [ticks] = questdbMigrations[0]?.steps.flatMap(renderQuestDB) ?? [];
  expect(ticks).toBe(
    'CREATE TABLE IF NOT EXISTS "ticks" ("timestamp" TIMESTAMP, "venue" SYMBOL, "symbol" SYMBOL, ' +
      '"price" DECIMAL(38,18), "size" DECIMAL(38,18), "bid" DECIMAL(38,18), "ask" DECIMAL(38,18), "source_seq" LONG) ' +
      'TIMESTAMP("timestamp") PARTITION BY DAY WAL DEDUP UPSERT KEYS("timestamp", "venue", "symbol", "source_seq")',
  );
  expect(
    renderQuestDB({
      kind: "addColumns",
      table: "ticks",
      columns: [
        ["a", "LONG"],
        ["b", "UUID"],
      ],
    }),
  ).toEqual([
    'ALTER TABLE "ticks" ADD COLUMN IF NOT EXISTS "a" LONG',
    'ALTER TABLE "ticks" ADD COLUMN IF NOT EXISTS "b" UUID',
  ]);
});

test("a ClickHouse table, in full", () => {
  const statements = clickhouseMigrations[0]?.steps.flatMap(renderClickHouse) ?? [];
  expect(statements[1]).toBe(
    "CREATE TABLE IF NOT EXISTS features (event_time DateTime64(3, 'UTC'), created_at DateTime64(3, 'UTC'), " +
      "feature_set LowCardinality(String), feature LowCardinality(String), symbol LowCardinality(String), value Float64) " +
      "ENGINE = ReplacingMergeTree(created_at) PARTITION BY toYYYYMM(event_time) " +
      "ORDER BY (feature_set, feature, symbol, event_time)",
  );
  expect(statements[2]).toMatch(/ TTL toDateTime\(timestamp\) \+ INTERVAL 30 DAY$/);
});

test("what ClickHouse sorts by is a column and cannot be null", () => {
  for (const step of clickhouseMigrations.flatMap(({ steps }) => steps)) {
    if (step.kind === "createTable") {
      const types = new Map(step.table.columns);
      for (const key of step.table.orderBy) {
        expect(`${step.table.name}.${key} ${types.get(key) ?? "Nullable: missing"}`).not.toContain(
          "Nullable",
        );
      }
    }
  }
});
