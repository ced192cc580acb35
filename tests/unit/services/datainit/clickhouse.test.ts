import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initClickHouse } from "../../../../services/datainit/src/clickhouse";
import { clickhouseMigrations } from "../../../../services/datainit/src/clickhouse-schema";
import { expectedTables } from "../../../../services/datainit/src/migrations";
import { FakeStore, type Answer, type Asked } from "./fake-http";

let dir: string;
let fake: FakeStore;
let url: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "t26-clickhouse-"));
  writeFileSync(join(dir, "password"), "s3cret");
  fake = new FakeStore();
  url = await fake.start();
});
afterEach(async () => {
  await fake.stop();
  rmSync(dir, { recursive: true });
});

const rows = (data: unknown[][]): Answer => ({ body: JSON.stringify({ data }) });

function obedient(): (asked: Asked) => Answer {
  const journal: string[][] = [];
  return ({ body }) => {
    const inserted = /VALUES \('(.*?)', '(.*?)'\)$/.exec(body);
    if (inserted) {
      journal.push([inserted[1] ?? "", inserted[2] ?? ""]);
      return {};
    }
    if (body.startsWith("SELECT id, checksum")) {
      return rows(journal);
    }
    const table = /table = '(\w+)'/.exec(body)?.[1];
    return table
      ? rows((expectedTables(clickhouseMigrations).get(table) ?? []).map((column) => [...column]))
      : {};
  };
}

async function init(database?: string): Promise<string[]> {
  const said: string[] = [];
  const env = {
    CLICKHOUSE_URL: url,
    CLICKHOUSE_USERNAME: "quant",
    CLICKHOUSE_PASSWORD_FILE: join(dir, "password"),
    ...(database === undefined ? {} : { CLICKHOUSE_DATABASE: database }),
  };
  await initClickHouse({ args: [], env, connectTimeoutMs: 500, say: (line) => said.push(line) });
  return said;
}

test("it makes the database, then its tables in it, once", async () => {
  fake.answer = obedient();
  expect(await init()).toEqual([
    "0001-core applied (3 statements)",
    "3 tables read back as wanted, 0 of 1 migrations were there",
  ]);
  expect(await init()).toEqual(["3 tables read back as wanted, 1 of 1 migrations were there"]);
  const asked = fake.asked.map(({ body, query }) => [query.get("database"), body.slice(0, 40)]);
  expect(asked.slice(0, 2)).toEqual([
    ["default", "SELECT 1"],
    ["default", "CREATE DATABASE IF NOT EXISTS trade2026"],
  ]);
  expect(asked.filter(([database]) => database === "trade2026")).toHaveLength(3);
});

test("credentials go in headers, never in the address", async () => {
  fake.answer = obedient();
  await init();
  for (const { headers, query, method } of fake.asked) {
    expect([method, headers["x-clickhouse-user"], headers["x-clickhouse-key"]]).toEqual([
      "POST",
      "quant",
      "s3cret",
    ]);
    expect(query.toString()).not.toContain("s3cret");
  }
});

test("a database's name is written into statements, so it is a plain name", async () => {
  await expect(init("a; DROP DATABASE b")).rejects.toThrow("CLICKHOUSE_DATABASE");
  expect(fake.asked).toEqual([]);
});

test("refusals", async () => {
  fake.answer = () => ({ status: 403, body: "Code: 516. Authentication failed" });
  await expect(init()).rejects.toThrow(
    "refuses us with our credentials (403): Code: 516. Authentication failed",
  );
  fake.answer = ({ body }) =>
    body.startsWith("CREATE DATABASE") ? { status: 500, body: "Code: 497. Not enough privileges" } : {};
  await expect(init()).rejects.toThrow("Not enough privileges");
});
