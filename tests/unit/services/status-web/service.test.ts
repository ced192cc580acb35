import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startService, type RunningService } from "../../../../services/kit";
import { statusWeb } from "../../../../services/status-web/src/service";
import { page } from "./given";

let dir: string;
let api: Server;
let answer: { status: number; body: string };
const asked: (string | undefined)[] = [];
let service: RunningService;
let base: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "t26-status-web-"));
  writeFileSync(join(dir, "token"), "its-own\n");
  api = createServer((request, response) => {
    asked.push(request.headers.authorization);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(answer.body);
  });
  await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
});
beforeEach(async () => {
  answer = { status: 200, body: JSON.stringify(page()) };
  asked.length = 0;
  service = await startService(statusWeb, {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    STATUS_API_URL: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    STATUS_API_PASSWORD_FILE: join(dir, "token"),
    KEEP_MS: "100",
  });
  base = `http://127.0.0.1:${service.port}`;
});
afterEach(() => service.stop());
afterAll(() => {
  api.close();
  rmSync(dir, { recursive: true });
});

const look = async (path = "/") => {
  const response = await fetch(`${base}${path}`);
  return { status: response.status, headers: response.headers, body: await response.text() };
};
const pause = () => new Promise((wake) => setTimeout(wake, 120));

test("shows what the API says, asked with the credential of its own, once for all visitors", async () => {
  const pages = await Promise.all([look(), look(), look()]);
  for (const { status, body } of pages) {
    expect(status).toBe(200);
    expect(body).toContain("All systems operational");
  }
  expect(asked).toEqual(["Bearer its-own"]);
});

test("allows nothing but its own files", async () => {
  const { headers, body } = await look();
  const policy = headers.get("content-security-policy");
  expect(policy).toMatch(
    /^default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; /,
  );
  expect(policy).not.toMatch(/unsafe/);
  for (const [, path = ""] of body.matchAll(/(?:href|src)="(\/assets[^"]+)"/g))
    expect([path, (await look(path)).status]).toEqual([path, 200]);
  expect((await look("/assets/icon-x.svg")).status).toBe(400);
  expect((await look("/other")).status).toBe(404);
});

test.each([
  ["fails", () => ({ status: 500, body: "{}" })],
  ["refuses", () => ({ status: 401, body: "{}" })],
  ["says something else", () => ({ status: 200, body: '{"state":"fine"}' })],
  ["says no JSON", () => ({ status: 200, body: "<html>" })],
])("without a page of before: 503 and the notice when the API %s; then the page again", async (_, wrong) => {
  answer = wrong();
  const bad = await look();
  expect([bad.status, bad.body.includes("The status cannot be read at the moment")]).toEqual([503, true]);
  // the container is well: a new one would read no more
  const ready = await fetch(`${base}/health/ready`);
  expect([ready.status, ((await ready.json()) as { status: string }).status]).toEqual([200, "degraded"]);
  answer = { status: 200, body: JSON.stringify(page()) };
  await pause();
  expect((await look()).status).toBe(200);
});

test("with a page of before: 200, its history, and no claim of how things are", async () => {
  await look();
  answer = { status: 503, body: "{}" };
  await pause();
  const { status, body } = await look();
  expect(status).toBe(200);
  expect(body).toContain("The status cannot be read at the moment");
  expect(body).toContain("Orders");
  expect(body).not.toContain("Operational");
});
