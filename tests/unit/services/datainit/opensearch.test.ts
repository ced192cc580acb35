import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initOpenSearch } from "../../../../services/datainit/src/opensearch";
import { logsTemplate } from "../../../../services/datainit/src/opensearch-schema";
import { FakeStore, type Answer, type Asked } from "./fake-http";

let dir: string;
let fake: FakeStore;
let url: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "t26-opensearch-"));
  writeFileSync(join(dir, "password"), "s3cret");
  fake = new FakeStore();
  url = await fake.start();
});
afterEach(async () => {
  await fake.stop();
  rmSync(dir, { recursive: true });
});

const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });

/** A cluster with a template in memory. */
class Cluster {
  template: unknown;
  health = "green";

  answer = ({ method, path, body }: Asked): Answer => {
    if (path === "/_cluster/health") {
      return json({ status: this.health });
    }
    if (path === "/_index_template/logs") {
      if (method === "PUT") {
        this.template = JSON.parse(body);
        return json({ acknowledged: true });
      }
      return this.template
        ? json({ index_templates: [{ name: "x", index_template: this.template }] })
        : json({}, 404);
    }
    return json({}, 404);
  };
}

async function init(credentials = true): Promise<string[]> {
  const said: string[] = [];
  const env = {
    OPENSEARCH_URL: url,
    ...(credentials ? { OPENSEARCH_USERNAME: "logs", OPENSEARCH_PASSWORD_FILE: join(dir, "password") } : {}),
  };
  await initOpenSearch({ args: [], env, connectTimeoutMs: 500, say: (line) => said.push(line) });
  return said;
}

test("the template, then nothing", async () => {
  const cluster = new Cluster();
  fake.answer = cluster.answer;
  expect(await init()).toEqual(["template logs created"]);
  expect(cluster.template).toEqual(logsTemplate);
  expect(await init()).toEqual(["template logs as wanted"]);
  expect(fake.asked.filter(({ method }) => method === "PUT")).toHaveLength(1);
  expect(
    fake.asked.every(
      ({ headers }) => headers.authorization === `Basic ${Buffer.from("logs:s3cret").toString("base64")}`,
    ),
  ).toBe(true);
});

test("an older template is brought up to date", async () => {
  const cluster = new Cluster();
  fake.answer = cluster.answer;
  cluster.template = { ...logsTemplate, version: 0 };
  expect(await init()).toEqual(["template logs updated; it applies to the next index"]);
});

test("a cluster that is red is not ready", async () => {
  const cluster = new Cluster();
  cluster.health = "red";
  fake.answer = cluster.answer;
  await expect(init()).rejects.toThrow(/did not answer within 0.5 s; the last attempt: the cluster is red/);
});

test("without credentials it says so when it is refused; half of them is a mistake", async () => {
  fake.answer = () => ({ status: 401, body: "" });
  await expect(init(false)).rejects.toThrow("refuses us without credentials (401)");
  const env = { OPENSEARCH_URL: url, OPENSEARCH_USERNAME: "logs" };
  await expect(
    initOpenSearch({ args: [], env, connectTimeoutMs: 500, say: () => undefined }),
  ).rejects.toThrow("come together");
});
