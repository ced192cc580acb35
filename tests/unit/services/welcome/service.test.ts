import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService, type RunningService } from "../../../../services/kit";
import { originalPath, welcome } from "../../../../services/welcome/src/service";
import { eventually } from "../../../support/eventually";

let dir: string;
let file: string;
let service: RunningService;
let base: string;
const orders = {
  title: "Orders",
  url: "https://localhost/api/orders",
  description: "needs trader",
  kind: "api",
};

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "t26-welcome-"));
  file = join(dir, "routes.json");
  writeFileSync(file, JSON.stringify([orders]));
  service = await startService(welcome, {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    ROUTES_FILE: file,
  });
  base = `http://127.0.0.1:${service.port}`;
  await eventually(async () => (await health()) === "ok");
});
afterAll(async () => {
  await service.stop();
  rmSync(dir, { recursive: true });
});

async function health(): Promise<unknown> {
  return ((await (await fetch(`${base}/health`)).json()) as { status: unknown }).status;
}

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${base}${path}`, init);
  return { status: response.status, headers: response.headers, body: await response.text() };
}

test("a browser gets pages, with nothing allowed but our stylesheet", async () => {
  const { status, headers, body } = await ask("/", { headers: browser });
  expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(body).toContain(orders.url);
  expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'self';/);
  expect(headers.get("x-content-type-options")).toBe("nosniff");

  const href = /<link rel="stylesheet" href="([^"]+)"/.exec(body)?.[1] ?? "";
  const style = await ask(href);
  expect([style.status, style.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"]);
  expect(style.body).toContain("prefers-color-scheme: dark");
});

test("a program gets the routes as JSON", async () => {
  const { status, headers, body } = await ask("/");
  expect([status, headers.get("vary")]).toEqual([200, "accept"]);
  expect(JSON.parse(body)).toEqual({ service: "welcome", title: "Trade2026", routes: [orders] });
});

test.each([
  ["GET", "/api/unknown", undefined],
  ["POST", "/api/unknown", "application/json"],
  ["POST", "/api/unknown", "application/xml"],
  ["PUT", "/a/b/c", "x/y"],
  ["DELETE", "/api", undefined],
  ["OPTIONS", "/api/unknown", undefined],
])("%s %s with a body of kind %p is not found, and says what is", async (method, path, kind) => {
  const init = { method, ...(kind ? { body: "<not json", headers: { "content-type": kind } } : {}) };
  const { status, body } = await ask(path, init);
  expect(status).toBe(404);
  expect(JSON.parse(body)).toMatchObject({ error: "not_found", status: 404, path, routes: [orders] });
});

test("its own page can only be read", async () => {
  const { status, headers } = await ask("/", { method: "DELETE" });
  expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});

test("in place of a service that failed: the gateway's status and the visitor's path", async () => {
  const url = encodeURIComponent("https://localhost/api/risk/limits?token=s3cret");
  const answer = await ask(`/errors/503?url=${url}`, { headers: browser });
  expect(answer.status).toBe(503);
  expect(answer.body).toContain("<code>/api/risk/limits</code>");
  expect(answer.body).not.toContain("s3cret");
  const asked = await ask("/404", { headers: { "x-original-path": "/api/risk" } });
  expect([asked.status, (JSON.parse(asked.body) as { path: string }).path]).toEqual([404, "/api/risk"]);
  expect((await ask("/errors/200")).status).toBe(400);
  expect((await ask("/errors/x")).status).toBe(400);
});

test("in place of the answer who somebody is: what to do, with the tool's path and without its secrets", async () => {
  const forwarded = { "x-forwarded-uri": "/graph?g0.expr=up&token=s3cret" };
  const { status, body } = await ask("/errors/login", { headers: { ...browser, ...forwarded } });
  expect(status).toBe(503);
  expect(body).toContain("Nobody can say who you are");
  expect(body).toContain('<a href="/?t26-login=operator">');
  expect(body).toContain("<code>/graph</code>");
  expect(body).not.toContain("s3cret");
  const program = await ask("/errors/login", { headers: forwarded });
  expect([program.status, JSON.parse(program.body)]).toEqual([
    503,
    expect.objectContaining({ message: "Nobody can say who you are", path: "/graph" }),
  ]);
});

test("where the visitor was", () => {
  const path = (url: string, query: unknown = {}, headers = {}) => originalPath({ url, query, headers });
  expect(path("/a?b=c")).toBe("/a");
  expect(path("/errors/502", { url: "https://h:1/x/y?z=1#q" })).toBe("/x/y");
  expect(path("/errors/502", { url: ["/a", "/b"] })).toBe("/errors/502");
  expect(path("/404", {}, { "x-original-path": "/x" })).toBe("/x");
  expect(path(`/${"a".repeat(5000)}`)).toHaveLength(200);
});

test("without a file it serves, and is degraded", async () => {
  const bare = await startService(welcome, {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    ROUTES_FILE: join(dir, "none.json"),
  });
  const response = await fetch(`http://127.0.0.1:${bare.port}/health/ready`);
  const page = await fetch(`http://127.0.0.1:${bare.port}/`, { headers: browser });
  expect([response.status, page.status]).toEqual([200, 200]);
  expect(await response.json()).toMatchObject({
    status: "degraded",
    checks: { routes: { status: "failed" } },
  });
  await bare.stop();
});
