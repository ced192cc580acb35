import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apiDocs } from "../../../../services/api-docs/src/service";
import { Documents, readSources } from "../../../../services/api-docs/src/sources";
import { startService, type RunningService } from "../../../../services/kit";

/** What the services of this test answer, by path; what is not here never answers. */
const answers: Record<string, { status: number; text: string }> = {
  "/good/openapi.json": {
    status: 200,
    text: JSON.stringify({
      openapi: "3.1.0",
      info: { title: "x", version: "1" },
      paths: { "/a": { get: {} } },
    }),
  },
  "/broken/openapi.json": { status: 200, text: "{" },
  "/failing/openapi.json": { status: 500, text: "" },
};
const names = ["good", "broken", "failing", "silent", "gone"];
let upstream: Server;
let asked = 0;
let dir: string;
let file: string;
let service: RunningService;
const get = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${service.port}${path}`);

beforeAll(async () => {
  upstream = createServer((request, response) => {
    asked++;
    const answer = answers[request.url ?? ""];
    if (answer) response.writeHead(answer.status).end(answer.text);
  });
  await new Promise<void>((done) => upstream.listen(0, "127.0.0.1", done));
  const base = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  dir = mkdtempSync(join(tmpdir(), "t26-docs-"));
  file = join(dir, "services.json");
  const list = names.map((name) => ({
    name,
    title: `The ${name} one`,
    // a port of the reserved ones, on which nothing listens
    url: name === "gone" ? "http://127.0.0.1:2" : `${base}/${name}`,
    path: `/api/${name}`,
  }));
  writeFileSync(file, JSON.stringify(list));
  service = await startService(apiDocs({ assets: { script: "//", stylesheet: "" } }), {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    SERVICES_FILE: file,
    PUBLIC_URL: "https://localhost:8453/",
    FETCH_TIMEOUT_MS: "300",
  });
});
afterAll(async () => {
  await service.stop();
  upstream.closeAllConnections();
  upstream.close();
  rmSync(dir, { recursive: true });
});

test("the list says what is wrong with each service that does not answer", async () => {
  const list = (await (await get("/services.json")).json()) as {
    name: string;
    status: string;
    error?: string;
  }[];
  expect(list.map(({ name, status }) => `${name} ${status}`)).toEqual([
    "good ok",
    ...names.slice(1).map((name) => `${name} unavailable`),
  ]);
  expect(list.map(({ error }) => error)).toEqual([
    undefined,
    expect.stringContaining("no JSON"),
    expect.stringContaining("answered 500"),
    "no answer within 300 ms",
    expect.stringContaining("not reachable"),
  ]);
});

test("a document, one that cannot be had, and one that is not", async () => {
  const good = await get("/services/good.json");
  expect(await good.json()).toMatchObject({ servers: [{ url: "/api/good" }], paths: { "/a": { get: {} } } });
  const failing = await get("/services/failing.json");
  expect([failing.status, await failing.json()]).toEqual([
    502,
    expect.objectContaining({
      error: "service_unavailable",
      message: expect.stringContaining("answered 500"),
    }),
  ]);
  expect((await get("/services/nobody.json")).status).toBe(404);
  expect((await get("/services/good")).status).toBe(404);
});

test("the page comes with a policy that lets nothing in from outside", async () => {
  const page = await get("/?service=failing");
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).not.toMatch(/https?:|\*/);
  const text = await page.text();
  expect(text).toContain("answered 500");
  const [, asset = ""] = /href="\/api\/docs(\/assets\/page-[^"]+)"/.exec(text) ?? [];
  const style = await get(asset);
  expect([style.status, style.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
  expect((await get("/assets/nothing.js")).status).toBe(404);
});

test("the Postman collection holds what answers", async () => {
  const collection = (await (await get("/postman.json")).json()) as { item: { name: string }[] };
  expect(collection.item.map(({ name }) => name)).toEqual(["The good one"]);
  expect(collection).toMatchObject({
    variable: [{ key: "host", value: "https://localhost:8453" }, { key: "token" }],
  });
});

test("a document is kept for ten seconds, a failure for one", async () => {
  let now = 0;
  const documents = new Documents(
    () => readSources(file),
    300,
    () => now,
  );
  const asks = async (name: string): Promise<number> => {
    const before = asked;
    await documents.one(name);
    return asked - before;
  };
  expect([await asks("good"), await asks("good"), await asks("failing"), await asks("failing")]).toEqual([
    1, 0, 1, 0,
  ]);
  now = 1001;
  expect([await asks("good"), await asks("failing")]).toEqual([0, 1]);
  now = 10_001;
  expect(await asks("good")).toBe(1);
});

test("a list that is wrong is told with its file", async () => {
  const wrong = join(dir, "wrong.json");
  writeFileSync(wrong, JSON.stringify([{ name: "x", title: "X", url: "ftp://x", path: "api" }]));
  await expect(readSources(wrong)).rejects.toThrow(/wrong\.json:[^]*url[^]*path/);
});
