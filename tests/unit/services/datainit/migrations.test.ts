import {
  checksumOf,
  compareColumns,
  expectedTables,
  migrate,
  pendingMigrations,
  type Applied,
  type Column,
  type Migration,
  type MigrationStore,
  type TableShape,
} from "../../../../services/datainit/src/migrations";

const table = (name: string, ...columns: readonly Column[]) =>
  ({ kind: "createTable", table: { name, columns } }) as const;
const first: Migration<TableShape> = {
  id: "0001-core",
  steps: [table("ticks", ["ts", "TIMESTAMP"], ["price", "DECIMAL"])],
};
const second: Migration<TableShape> = {
  id: "0002-size",
  steps: [{ kind: "addColumns", table: "ticks", columns: [["size", "DECIMAL"]] }],
};

/** A store in memory that understands what its own render wrote. */
class MemoryStore implements MigrationStore<TableShape> {
  readonly tables = new Map<string, Column[]>();
  readonly journal: Applied[] = [];
  readonly executed: string[] = [];
  failAt: string | undefined;

  prepare = () => Promise.resolve();
  applied = () => Promise.resolve(this.journal);
  record = (applied: Applied) => Promise.resolve(void this.journal.push(applied));
  columns = (name: string) => Promise.resolve(this.tables.get(name) ?? []);
  render: MigrationStore<TableShape>["render"] = (step) => [JSON.stringify(step)];
  execute = (statement: string) => {
    if (this.failAt !== undefined && statement.includes(this.failAt)) {
      return Promise.reject(new Error("disk full"));
    }
    this.executed.push(statement);
    const step = JSON.parse(statement) as Migration<TableShape>["steps"][number];
    if (step.kind === "createTable") {
      this.tables.set(step.table.name, this.tables.get(step.table.name) ?? [...step.table.columns]);
    } else if (step.kind === "addColumns") {
      const columns = this.tables.get(step.table) ?? [];
      columns.push(...step.columns.filter(([name]) => !columns.some(([known]) => known === name)));
    }
    return Promise.resolve();
  };
}

const quiet = () => undefined;
const render: MigrationStore<TableShape>["render"] = (step) => [JSON.stringify(step)];
const appliedOf = (migration: Migration<TableShape>): Applied => ({
  id: migration.id,
  checksum: checksumOf(migration.steps.flatMap(render)),
});

test("what is missing is applied in order, once, and read back", async () => {
  const store = new MemoryStore();
  const said: string[] = [];
  await migrate(store, [first, second], (line) => said.push(line));
  await migrate(store, [first, second], (line) => said.push(line));
  expect(store.journal.map(({ id }) => id)).toEqual(["0001-core", "0002-size"]);
  expect(store.executed).toHaveLength(2);
  expect(said).toEqual([
    "0001-core applied (1 statements)",
    "0002-size applied (1 statements)",
    "1 tables read back as wanted, 0 of 2 migrations were there",
    "1 tables read back as wanted, 2 of 2 migrations were there",
  ]);
});

test("a run that was cut off is taken up where it ended", async () => {
  const store = new MemoryStore();
  store.failAt = "addColumns";
  await expect(migrate(store, [first, second], quiet)).rejects.toThrow("disk full");
  expect(store.journal.map(({ id }) => id)).toEqual(["0001-core"]);
  store.failAt = undefined;
  await migrate(store, [first, second], quiet);
  expect(store.journal.map(({ id }) => id)).toEqual(["0001-core", "0002-size"]);
});

test("a table that is not what it should be is an error that names every column", async () => {
  const store = new MemoryStore();
  store.tables.set("ticks", [
    ["ts", "TIMESTAMP"],
    ["price", "DOUBLE"],
  ]);
  const other: Migration<TableShape> = {
    id: "0003-bars",
    steps: [{ kind: "sql", statement: "{}" }, table("bars", ["ts", "TIMESTAMP"])],
  };
  const execute = store.execute;
  store.execute = (statement) => (statement.includes("bars") ? Promise.resolve() : execute(statement));
  await expect(migrate(store, [first, second, other], quiet)).rejects.toThrow(
    "the tables are not as the migrations make them: ticks.price is DOUBLE, wanted DECIMAL; bars is missing",
  );
});

test("history that was edited, is from the future, or is out of order, is refused", () => {
  const pending = (migrations: readonly Migration<TableShape>[], applied: readonly Applied[]) => () =>
    pendingMigrations(migrations, applied, render);
  expect(pending([first, second], [appliedOf(first)])().map(({ id }) => id)).toEqual(["0002-size"]);
  expect(pending([first], [{ ...appliedOf(first), checksum: "other" }])).toThrow(
    "0001-core was applied in another form",
  );
  expect(pending([first], [appliedOf(first), appliedOf(second)])).toThrow(
    "0002-size was applied and is unknown here",
  );
  expect(pending([first, second], [appliedOf(second)])).toThrow(
    "0001-core is new but comes before 0002-size",
  );
});

test("a checksum is of what a statement says, not of how it is laid out", () => {
  expect(checksumOf(["CREATE  TABLE\n a"])).toBe(checksumOf(["CREATE TABLE a "]));
  expect(checksumOf(["a", "b"])).not.toBe(checksumOf(["a b"]));
});

test("all migrations together make the tables", () => {
  expect([...expectedTables([first, second])]).toEqual([
    [
      "ticks",
      [
        ["ts", "TIMESTAMP"],
        ["price", "DECIMAL"],
        ["size", "DECIMAL"],
      ],
    ],
  ]);
  expect(() => expectedTables([second])).toThrow("columns are added to ticks, which does not exist by then");
  expect(() => expectedTables([first, first])).toThrow("created twice");
});

test("columns that somebody added are left alone", () => {
  const actual: readonly Column[] = [
    ["ts", "TIMESTAMP"],
    ["mine", "LONG"],
  ];
  expect(compareColumns("ticks", [["ts", "TIMESTAMP"]], actual)).toEqual([]);
  expect(compareColumns("ticks", [["ts", "LONG"]], actual)).toEqual(["ticks.ts is TIMESTAMP, wanted LONG"]);
  expect(compareColumns("ticks", [["ts", "LONG"]], [])).toEqual(["ticks is missing"]);
});
