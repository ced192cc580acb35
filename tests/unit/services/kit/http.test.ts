import { request } from "node:http";
import { Registry } from "prom-client";
import { z } from "zod";
import { positiveDecimal, symbol } from "../../../../services/contracts/values";
import { createHttp } from "../../../../services/kit/http";
import {
  createLog,
  Health,
  HttpError,
  startService,
  type RunningService,
  type ServiceDefinition,
} from "../../../../services/kit";
import { eventually } from "../../../support/eventually";

const order = z.object({ id: z.string(), quantity: z.string() });
const definition: ServiceDefinition<Record<never, never>> = {
  name: "sample",
  version: "1.2.3",
  description: "A service for the test",
  port: 0,
  config: {},
  setup: ({ http, health }) => {
    health.addReadiness({ name: "store", check: () => undefined });
    http.post(
      "/orders/:id",
      {
        schema: {
          summary: "Places an order",
          params: z.object({ id: z.string().regex(/^[a-z]+$/) }),
          body: z.strictObject({ quantity: z.string().regex(/^\d+$/), note: z.string().optional() }),
          response: { 200: order },
        },
      },
      ({ params, body }) => ({ id: params.id, quantity: body.quantity }),
    );
    http.get("/teapot", () => {
      throw new HttpError(418, "teapot", "I make tea.");
    });
    http.get("/broken", () => {
      throw new Error("the password is s3cret");
    });
  },
};

let service: RunningService;
let base: string;
beforeAll(async () => {
  service = await startService(definition, {
    HTTP_HOST: "127.0.0.1",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
  });
  base = `http://127.0.0.1:${service.port}`;
});
afterAll(() => service.stop());

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${base}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

test("good input comes through, typed", async () => {
  const response = await post("/orders/abc", { quantity: "5" });
  expect([response.status, await response.json()]).toEqual([200, { id: "abc", quantity: "5" }]);
});

test("bad input gets every problem with its path", async () => {
  const response = await post("/orders/abc", { quantity: 5, extra: 1 });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    error: "invalid",
    status: 400,
    issues: [{ path: "body/quantity" }, { message: expect.stringContaining("extra") as string }],
  });
  expect(await (await post("/orders/A1", { quantity: "5" })).json()).toMatchObject({
    issues: [{ path: "params/id" }],
  });
});

test("malformed, too big, wrong kind, unknown: each its own word, none with our internals", async () => {
  const answers = [
    await post("/orders/abc", "{ broken"),
    await post("/orders/abc", { quantity: "1".repeat(1024 * 1024) }),
    await post("/orders/abc", "<x/>", { "content-type": "text/xml" }),
    await fetch(`${base}/nowhere?token=abc`),
    await fetch(`${base}/teapot`),
    await fetch(`${base}/broken`),
  ];
  const bodies = await Promise.all(
    answers.map(async (each) => (await each.json()) as Record<string, unknown>),
  );
  expect(bodies.map(({ status, error }) => [status, error])).toEqual([
    [400, "bad_request"],
    [413, "payload_too_large"],
    [415, "unsupported_media_type"],
    [404, "not_found"],
    [418, "teapot"],
    [500, "internal"],
  ]);
  expect(answers.map((each) => each.status)).toEqual(bodies.map(({ status }) => status));
  expect(bodies[3]?.["message"]).toBe("There is no GET /nowhere.");
  expect(bodies[4]?.["message"]).toBe("I make tea.");
  expect(JSON.stringify(bodies)).not.toMatch(/s3cret|FST_|\.ts/);
});

test("a request keeps the id it came with, if that is one", async () => {
  const idFor = async (id: string) =>
    (
      (await (await fetch(`${base}/nowhere`, { headers: { "x-request-id": id } })).json()) as {
        requestId: string;
      }
    ).requestId;
  expect(await idFor("edge-42")).toBe("edge-42");
  expect(await idFor("not an id {}")).toMatch(/^[\da-f]{8}-/);
});

test("health says one word to everybody, and the checks to probes", async () => {
  const word = await fetch(`${base}/health`);
  expect([word.status, await word.json()]).toEqual([
    200,
    { status: "ok", service: "sample", version: "1.2.3" },
  ]);
  expect(await (await fetch(`${base}/health/ready`)).json()).toEqual({
    status: "ok",
    checks: { store: { status: "ok" } },
  });
  expect(await (await fetch(`${base}/health/live`)).json()).toEqual({ status: "ok", checks: {} });
});

test.each(["/metrics", "/health/ready", "/health/live"])(
  "%s does not exist for who comes through a gateway",
  async (path) => {
    const through = await fetch(`${base}${path}`, { headers: { "x-forwarded-for": "203.0.113.7" } });
    expect([(await fetch(`${base}${path}`)).status, through.status]).toEqual([200, 404]);
    expect((await fetch(`${base}/health`, { headers: { "x-forwarded-for": "203.0.113.7" } })).status).toBe(
      200,
    );
  },
);

test("metrics tell rate, errors and duration by route, never by path", async () => {
  await post("/orders/xyz", { quantity: "1" });
  await fetch(`${base}/some/secret/path`);
  const response = await fetch(`${base}/metrics`);
  const text = await response.text();
  expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
  expect(text).toMatch(
    /^http_request_duration_seconds_count\{method="POST",route="\/orders\/:id",status="200"\} [1-9]/m,
  );
  expect(text).toMatch(
    /^http_request_duration_seconds_count\{method="POST",route="\/orders\/:id",status="400"\} [1-9]/m,
  );
  expect(text).toMatch(/route="unmatched",status="404"/);
  expect(text).toMatch(/^http_requests_in_flight 1$/m);
  expect(text).toMatch(/^process_resident_memory_bytes /m);
  expect(text).toMatch(/^service_info\{service="sample",version="1.2.3"\} 1$/m);
  expect(text).not.toMatch(/xyz|secret\/path/);
});

test("a client that goes away is not in flight for ever", async () => {
  const headers = { "content-type": "application/json", "content-length": "10" };
  const gone = request(`${base}/orders/abc`, { method: "POST", headers });
  gone.on("error", () => undefined);
  gone.write("{");
  const inFlight = async () =>
    /^http_requests_in_flight (\d+)$/m.exec(await (await fetch(`${base}/metrics`)).text())?.[1];
  await eventually(async () => (await inFlight()) === "2");
  gone.destroy();
  await eventually(async () => (await inFlight()) === "1");
});

test("the OpenAPI document is made of the schemas", async () => {
  const document = (await (await fetch(`${base}/openapi.json`)).json()) as {
    openapi: string;
    info: unknown;
    paths: Record<string, unknown>;
  };
  expect(document.openapi).toBe("3.1.0");
  expect(document.info).toEqual({ title: "sample", version: "1.2.3", description: "A service for the test" });
  expect(document.paths["/orders/{id}"]).toMatchObject({
    post: {
      summary: "Places an order",
      requestBody: {
        content: { "application/json": { schema: { required: ["quantity"], additionalProperties: false } } },
      },
      responses: { 200: { content: { "application/json": { schema: { required: ["id", "quantity"] } } } } },
    },
  });
  expect(Object.keys(document.paths)).not.toContain("/metrics");
});

test("what the OpenAPI document refers to is in it", async () => {
  const named = await createHttp({
    ...{
      service: "named",
      version: "1.0.0",
      description: "Schemas with names",
      log: createLog("named", "1.0.0", "error"),
    },
    ...{ metrics: new Registry(), health: new Health() },
  });
  const shape = z.object({ symbol, quantity: positiveDecimal });
  named.post("/orders", { schema: { body: shape, response: { 200: shape } } }, (request) => request.body);
  await named.ready();
  const text = JSON.stringify(named.swagger());
  await named.close();
  const { schemas } = (JSON.parse(text) as { components: { schemas: object } }).components;
  const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(1);
  expect(Object.keys(schemas)).toEqual(expect.arrayContaining(names));
});

test("a port that is taken, or a setup that fails, is an error and leaves nothing behind", async () => {
  const env = { HTTP_HOST: "127.0.0.1", LOG_LEVEL: "error" };
  await expect(startService(definition, { ...env, HTTP_PORT: String(service.port) })).rejects.toThrow(
    "EADDRINUSE",
  );
  let stopped = false;
  const failing: typeof definition = {
    ...definition,
    setup: ({ onStop }) => {
      onStop(() => void (stopped = true));
      throw new Error("no store");
    },
  };
  await expect(startService(failing, env)).rejects.toThrow("no store");
  expect(stopped).toBe(true);
});
