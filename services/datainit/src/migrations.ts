import { createHash } from "node:crypto";
import { JobError } from "./job";

/** Name and type, the type as the store itself writes it when asked. */
export type Column = readonly [name: string, type: string];

export type Step<Table extends TableShape> =
  | { readonly kind: "createTable"; readonly table: Table }
  | { readonly kind: "addColumns"; readonly table: string; readonly columns: readonly Column[] }
  | { readonly kind: "sql"; readonly statement: string };

export interface TableShape {
  readonly name: string;
  readonly columns: readonly Column[];
}

/**
 * One step forward of a schema. Applied ones are never edited: a later one changes what they made. Each statement
 * can be repeated without harm, since a run may end between it and its record.
 */
export interface Migration<Table extends TableShape> {
  /** Sorted by it: "0001-core". */
  readonly id: string;
  readonly steps: readonly Step<Table>[];
}

export interface Applied {
  readonly id: string;
  readonly checksum: string;
}

/** What differs between stores. */
export interface MigrationStore<Table extends TableShape> {
  /** Makes the place where applied migrations are recorded. Repeatable. */
  readonly prepare: () => Promise<void>;
  readonly applied: () => Promise<readonly Applied[]>;
  readonly record: (applied: Applied) => Promise<void>;
  readonly execute: (statement: string) => Promise<void>;
  readonly render: (step: Step<Table>) => readonly string[];
  /** Empty when there is no such table. */
  readonly columns: (table: string) => Promise<readonly Column[]>;
}

/** Applies what is missing and reads every table back. @throws {JobError} */
export async function migrate<Table extends TableShape>(
  store: MigrationStore<Table>,
  migrations: readonly Migration<Table>[],
  say: (line: string) => void,
): Promise<void> {
  await store.prepare();
  const pending = pendingMigrations(migrations, await store.applied(), store.render);
  for (const migration of pending) {
    const statements = migration.steps.flatMap((step) => store.render(step));
    for (const statement of statements) {
      await store.execute(statement);
    }
    await store.record({ id: migration.id, checksum: checksumOf(statements) });
    say(`${migration.id} applied (${statements.length} statements)`);
  }
  const expected = expectedTables(migrations);
  const problems: string[] = [];
  for (const [table, columns] of expected) {
    problems.push(...compareColumns(table, columns, await store.columns(table)));
  }
  if (problems.length > 0) {
    throw new JobError("the tables are not as the migrations make them", problems);
  }
  say(
    `${expected.size} tables read back as wanted, ${migrations.length - pending.length} of ${migrations.length} migrations were there`,
  );
}

/** @throws {JobError} when history was edited, or was made by a newer version of the platform */
export function pendingMigrations<Table extends TableShape>(
  migrations: readonly Migration<Table>[],
  applied: readonly Applied[],
  render: (step: Step<Table>) => readonly string[],
): readonly Migration<Table>[] {
  const known = new Map(migrations.map((each) => [each.id, checksumOf(each.steps.flatMap(render))]));
  const problems = applied.flatMap(({ id, checksum }) => {
    const mine = known.get(id);
    if (mine === undefined) {
      return [`${id} was applied and is unknown here: a newer version of the platform has run; use that one`];
    }
    return mine === checksum
      ? []
      : [`${id} was applied in another form: leave applied migrations as they are, add a new one instead`];
  });
  const done = new Set(applied.map((each) => each.id));
  const pending = migrations.filter((each) => !done.has(each.id));
  const last = applied
    .map((each) => each.id)
    .sort()
    .at(-1);
  for (const { id } of pending) {
    if (last !== undefined && id < last) {
      problems.push(`${id} is new but comes before ${last}, which was applied: give it a higher number`);
    }
  }
  if (problems.length > 0) {
    throw new JobError("the migrations do not continue what was applied", problems);
  }
  return pending;
}

/** What all the migrations together make, table by table. Pure; also where a mistake in their order shows. */
export function expectedTables<Table extends TableShape>(
  migrations: readonly Migration<Table>[],
): ReadonlyMap<string, readonly Column[]> {
  const tables = new Map<string, readonly Column[]>();
  for (const step of migrations.flatMap((each) => each.steps)) {
    if (step.kind === "createTable") {
      if (tables.has(step.table.name)) {
        throw new JobError("migrations", [`table ${step.table.name} is created twice`]);
      }
      tables.set(step.table.name, step.table.columns);
    } else if (step.kind === "addColumns") {
      const before = tables.get(step.table);
      if (before === undefined) {
        throw new JobError("migrations", [
          `columns are added to ${step.table}, which does not exist by then`,
        ]);
      }
      tables.set(step.table, [...before, ...step.columns]);
    }
  }
  return tables;
}

/** Columns that the store has in addition are its own business. */
export function compareColumns(
  table: string,
  wanted: readonly Column[],
  actual: readonly Column[],
): readonly string[] {
  if (actual.length === 0) {
    return [`${table} is missing`];
  }
  const types = new Map(actual);
  return wanted.flatMap(([name, type]) => {
    const found = types.get(name);
    if (found === type) {
      return [];
    }
    return [
      found === undefined ? `${table}.${name} is missing` : `${table}.${name} is ${found}, wanted ${type}`,
    ];
  });
}

export function checksumOf(statements: readonly string[]): string {
  const normal = statements.map((each) => each.replaceAll(/\s+/g, " ").trim());
  return createHash("sha256").update(normal.join(";\n")).digest("hex");
}
