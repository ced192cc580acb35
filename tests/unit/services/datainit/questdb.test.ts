import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initQuestDB } from "../../../../services/datainit/src/questdb";
import { questdbMigrations } from "../../../../services/datainit/src/questdb-schema";
import { expectedTables } from "../../../../services/datainit/src/migrations";
import { FakeStore, type Answer } from "./fake-http";

let dir: string;
let fake: FakeStore;
let url: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "t26-questdb-"));
  writeFileSync(join(dir, "password"), "s3cret\n");
  fake = new FakeStore();
  url = await fake.start();
});
afterEach(async () => {
  await fake.stop();
  rmSync(dir, { recursive: true });
});

const rows = (dataset: unknown[][]): Answer => ({ body: JSON.stringify({ dataset }) });

/** Remembers the journal and answers as a QuestDB that has done as it was told. */
function obedient(journal: string[][] = []): (asked: { query: URLSearchParams }) => Answer {
  return ({ query }) => {
    const statement = query.get("query") ?? "";
    const inserted = /^INSERT INTO "schema_migrations" VALUES \('(.*?)', '(.*?)', now\(\)\)$/.exec(statement);
    const named = /'(\w+)'/.exec(statement)?.[1] ?? "";
    if (inserted) {
      journal.push([inserted[1] ?? "", inserted[2] ?? ""]);
    }
    if (statement.startsWith("SELECT id, checksum")) {
      return rows(journal);
    }
    if (statement.includes("wal_tables()")) {
      return rows([[false, true]]);
    }
    if (statement.includes("FROM tables()")) {
      return rows([[named]]);
    }
    if (statement.includes("table_columns(")) {
      return rows((expectedTables(questdbMigrations).get(named) ?? []).map((column) => [...column]));
    }
    return { body: JSON.stringify({ ddl: "OK" }) };
  };
}

async function init(said: string[] = []): Promise<void> {
  const env = { QUESTDB_URL: url, QUESTDB_USERNAME: "quant", QUESTDB_PASSWORD_FILE: join(dir, "password") };
  await initQuestDB({ args: [], env, connectTimeoutMs: 1000, say: (line) => said.push(line) });
}

const statements = () => fake.asked.map(({ query }) => query.get("query") ?? "");

test("the first run makes the tables, the second makes nothing", async () => {
  fake.answer = obedient();
  const said: string[] = [];
  await init(said);
  expect(statements().filter((each) => each.startsWith("CREATE TABLE")).length).toBe(8);
  const before = fake.asked.length;
  await init(said);
  expect(
    statements()
      .slice(before)
      .filter((each) => /^(CREATE TABLE IF NOT EXISTS "(?!schema)|INSERT|ALTER)/.test(each)),
  ).toEqual([]);
  expect(said.at(-1)).toBe("7 tables read back as wanted, 2 of 2 migrations were there");
});

test("every question carries the credentials, and none is in the address", async () => {
  fake.answer = obedient();
  await init();
  const expected = `Basic ${Buffer.from("quant:s3cret").toString("base64")}`;
  expect(fake.asked.every(({ headers }) => headers.authorization === expected)).toBe(true);
  expect(statements().join()).not.toContain("s3cret");
});

test("a refusal of the credentials is final and says so", async () => {
  fake.answer = () => ({ status: 401, body: "Unauthorized" });
  await expect(init()).rejects.toThrow(/QuestDB at .* refuses us with our credentials \(401\): Unauthorized/);
  expect(fake.asked).toHaveLength(1);
});

test("a refused statement is shown with the reason", async () => {
  const good = obedient();
  fake.answer = (asked) =>
    asked.query.get("query")?.startsWith('CREATE TABLE IF NOT EXISTS "ticks"')
      ? { status: 400, body: JSON.stringify({ error: "unknown type DECIMAL" }) }
      : good(asked);
  await expect(init()).rejects.toThrow(/QuestDB refuses .*ticks.*: unknown type DECIMAL/);
});

test("a suspended table is an error, not a wait", async () => {
  const good = obedient();
  fake.answer = (asked) =>
    asked.query.get("query")?.includes("wal_tables()") ? rows([[true, false]]) : good(asked);
  await expect(init()).rejects.toThrow("QuestDB has suspended table ticks");
});

test("nobody there: the last reason, after the time that was given", async () => {
  await fake.stop();
  await expect(init()).rejects.toThrow(/QuestDB at .* did not answer within 1 s; .*ECONNREFUSED/);
  await fake.start();
});
