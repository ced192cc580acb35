import { endOfIndex, indexOf } from "../../../../services/contracts/log-store";
import { Secret } from "../../../../services/kit/config";
import type { Entry } from "../../../../services/log-shipper/src/document";
import { LogStore } from "../../../../services/log-shipper/src/store";
import { Upstream } from "../../../../services/log-shipper/src/upstream";
import { FakeStore, type Answer } from "../datainit/fake-http";

let fake: FakeStore;
let store: LogStore;
beforeEach(async () => {
  fake = new FakeStore();
  const url = await fake.start();
  store = new LogStore(
    new Upstream({ name: "OpenSearch", url, username: "u", password: new Secret("p"), timeoutMs: 2000 }),
  );
});
afterEach(() => fake.stop());

const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });
const entry = (id: string): Entry => ({ id, at: 1n, index: "logs-2026.11.30", json: `{"n":"${id}"}` });
const answering = (...items: readonly (readonly [status: number, type?: string])[]): void => {
  const creates = items.map(([status, type]) => ({
    create: { status, ...(type ? { error: { type } } : {}) },
  }));
  fake.answer = () => json({ items: creates });
};

it("sends lines under their ids, and tells what became of them", async () => {
  answering([201], [409, "version_conflict_engine_exception"], [400, "mapper_parsing_exception"]);
  expect(await store.write(["a", "b", "c"].map(entry))).toEqual({
    ...{ indexed: 1, known: 1, refused: 1, reasons: ["mapper_parsing_exception"] },
  });
  const [asked] = fake.asked;
  expect(asked?.body.split("\n").slice(0, 2)).toEqual([
    '{"create":{"_index":"logs-2026.11.30","_id":"a"}}',
    '{"n":"a"}',
  ]);
  expect(asked?.headers.authorization).toBe(`Basic ${Buffer.from("u:p").toString("base64")}`);
});

test.each([
  [429, "rejected_execution_exception"],
  [403, "cluster_block_exception"],
  [503, "unavailable_shards_exception"],
])("a line that it does not take for now (%s) is sent again, with all the others", async (status, type) => {
  answering([201], [status, type]);
  await expect(store.write(["a", "b"].map(entry))).rejects.toThrow(`takes no lines at present: ${type}`);
});

it("says when it answers for other lines, refuses the login, or is not there", async () => {
  answering([201]);
  await expect(store.write(["a", "b"].map(entry))).rejects.toThrow("answered for 1 of 2 lines");
  fake.answer = () => json({ error: "no" }, 401);
  await expect(store.write([entry("a")])).rejects.toThrow(/OpenSearch answered 401 to POST \/_bulk/);
  fake.answer = () => json({}, 404);
  await expect(store.assertReady()).rejects.toThrow("no template for logs");
  await fake.stop();
  await expect(store.assertReady()).rejects.toThrow(/OpenSearch does not answer: \S/);
  await fake.start();
});

it("knows the newest line of each container, or that there is none", async () => {
  fake.answer = () => json({ hits: {} });
  expect(await store.newest()).toEqual(new Map());
  const buckets = [
    { key: "a", newest: { value: 5 } },
    { key: "b", newest: { value: null } },
  ];
  fake.answer = () => json({ aggregations: { containers: { buckets } } });
  expect(await store.newest()).toEqual(new Map([["a", 5]]));
});

it("deletes the days that ended in time, by their names, and nothing else", async () => {
  const names = ["logs-2026.11.15", "logs-2026.11.16", "logs-2026.11.30", "logs-of-somebody"];
  fake.answer = ({ method }) => json(method === "GET" ? names.map((index) => ({ index })) : {});
  expect(await store.expire(Date.parse("2026-11-16T12:00:00Z"))).toEqual(["logs-2026.11.15"]);
  expect(fake.asked.map(({ method, path }) => `${method} ${path.split("?", 1)[0]}`)).toEqual([
    "GET /_cat/indices/logs-*",
    "DELETE /logs-2026.11.15",
  ]);
});

test("an index is its day's", () => {
  expect(indexOf("2026-11-30T23:59:59.999999999Z")).toBe("logs-2026.11.30");
  expect(endOfIndex("logs-2026.11.30")).toBe(Date.parse("2026-12-01T00:00:00Z"));
  expect(endOfIndex("logs-other")).toBeUndefined();
});
