import { connect } from "node:net";
import type { onRequestHookHandler } from "fastify";
import { z } from "zod";
import {
  authenticate,
  HttpError,
  orUnavailable,
  queryInteger,
  refusals,
  startService,
  type Log,
  type RunningService,
  type ServiceDefinition,
} from "../../../../services/kit";

const definition: ServiceDefinition<Record<never, never>> = {
  name: "refusing",
  version: "1.0.0",
  description: "A service for the test",
  port: 0,
  config: {},
  setup: ({ http }) => {
    authenticate(http, () =>
      Promise.resolve({ subject: "ann", kind: "user", role: "viewer", accounts: ["*"] }),
    );
    http.get(
      "/things/:name",
      {
        config: { role: "viewer" },
        schema: {
          params: z.object({ name: z.string() }),
          querystring: z.object({ limit: queryInteger(z.int().min(1).max(1000)).default(10) }),
          response: { 200: z.object({ name: z.string(), limit: z.int() }), ...refusals(409) },
        },
      },
      ({ params: { name }, query: { limit } }) => ({ name, limit }),
    );
    http.post(
      "/things",
      {
        config: { role: "public" },
        schema: {
          body: z.strictObject({ tags: z.array(z.string()) }),
          response: { 201: z.object({ made: z.boolean() }) },
        },
      },
      async (_request, reply) => reply.code(201).send({ made: true }),
    );
    http.post(
      "/end",
      {
        config: { role: "public" },
        schema: { body: z.object({ token: z.string() }).nullish(), response: { 204: z.null() } },
      },
      async (_request, reply) => reply.code(204).send(null),
    );
    http.get("/basic", { schema: { security: [{ basic: [] }] } }, () => ({}));
    http.get("/made-for-probes", { schema: { hide: true }, onRequest: onlyInside }, () => ({}));
  },
};

const onlyInside: onRequestHookHandler = (request, reply, done) => {
  if (request.headers["x-forwarded-for"] === undefined) done();
  else reply.callNotFound();
};

let service: RunningService;
let base: string;
beforeAll(async () => {
  const env = { HTTP_HOST: "127.0.0.1", LOG_LEVEL: "error", DRAIN_DELAY_MS: "0" };
  service = await startService(definition, env);
  base = `http://127.0.0.1:${service.port}`;
});
afterAll(() => service.stop());

async function ask(
  path: string,
  init: RequestInit = {},
): Promise<{
  readonly status: number;
  readonly allow: string | null;
  readonly body: Record<string, unknown>;
}> {
  const response = await fetch(`${base}${path}`, {
    ...init,
    headers: { authorization: "Bearer any", ...init.headers },
  });
  const text = await response.text();
  return {
    status: response.status,
    allow: response.headers.get("allow"),
    body: (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>,
  };
}
const post = (path: string, body: string, type = "application/json") =>
  ask(path, { method: "POST", body, headers: { "content-type": type } });

describe("a method that a path does not have", () => {
  it.each([
    ["POST", "/things/a", "GET, HEAD"],
    ["GET", "/things", "POST"],
    ["OPTIONS", "/things", "POST"],
    ["DELETE", "/health", "GET, HEAD"],
  ])("%s %s is answered 405, with those that it has", async (method, path, allow) => {
    const answer = await ask(path, { method });
    expect([answer.status, answer.allow]).toEqual([405, allow]);
    expect(answer.body).toMatchObject({ error: "method_not_allowed", status: 405 });
  });

  it("is answered before its body is looked at", async () => {
    const answer = await ask("/things", {
      method: "PUT",
      body: "{",
      headers: { "content-type": "text/xml" },
    });
    expect(answer.status).toBe(405);
  });

  it("does not tell who must not know of a path that there is one", async () => {
    const through = { "x-forwarded-for": "203.0.113.7" };
    for (const path of ["/made-for-probes", "/metrics", "/health/ready"]) {
      expect((await ask(path, { method: "POST" })).status).toBe(405);
      expect((await ask(path, { method: "POST", headers: through })).status).toBe(404);
    }
    expect((await ask("/nowhere", { method: "POST" })).status).toBe(404);
  });
});

describe("a whole number in a query", () => {
  it("is digits", async () => {
    expect((await ask("/things/a?limit=1000")).body).toEqual({ name: "a", limit: 1000 });
    expect((await ask("/things/a")).body).toEqual({ name: "a", limit: 10 });
  });

  it.each(["", "0x10", "1e2", "%207", "1.0", "true", "null", "1&limit=2", "0", "1001", "９"])(
    "is not %j",
    async (text) => {
      const { status, body } = await ask(`/things/a?limit=${text}`);
      expect([status, body.issues]).toMatchObject([400, [{ path: "querystring/limit" }]]);
    },
  );
});

describe("a NUL character", () => {
  it.each([
    ["in a text", { tags: ["a", "b\u0000"] }, "body/tags/1"],
    ["in a name", { tags: [], "\u0000": 1 }, "body/"],
  ])("%s is refused, and where it is is said", async (_, body, path) => {
    const answer = await post("/things", JSON.stringify(body));
    expect([answer.status, answer.body.issues]).toEqual([
      400,
      [{ path, message: "has a NUL character in it" }],
    ]);
  });

  it("in a path or query is refused", async () => {
    expect((await ask("/things/a%00")).body.issues).toMatchObject([{ path: "params/name" }]);
    expect((await ask("/things/a?limit=%00")).body.issues).toMatchObject([{ path: "querystring/limit" }]);
  });

  it("is not what looks like one", async () => {
    expect((await post("/things", '{"tags":["\\\\u0000"]}')).status).toBe(201);
  });
});

describe("what cannot be read", () => {
  it("is answered in the words of everything else", async () => {
    for (const [status, answer] of [
      [400, await post("/things", "")],
      [400, await post("/things", "{")],
      [400, await post("/things", '{"__proto__":{}}')],
      [400, await ask("/things/%E0%A4%A")],
      [415, await post("/things", "a=b", "application/x-www-form-urlencoded")],
      [415, await post("/things", "{}", "no type")],
    ] as const) {
      expect(answer).toMatchObject({ status, body: { status, error: expect.any(String) as string } });
      expect(JSON.stringify(answer.body)).not.toContain("FST_");
    }
  });

  it.each([
    ["no HTTP", "NONSENSE\r\n\r\n", 400],
    ["more header than anybody needs", `GET / HTTP/1.1\r\nx: ${"a".repeat(20_000)}\r\n\r\n`, 431],
  ])("%s is, too, and its connection ends", async (_, bytes, status) => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(service.port, "127.0.0.1", () => socket.write(bytes));
      let all = "";
      socket.on("data", (part) => (all += String(part)));
      socket.on("error", () => undefined).on("close", () => resolve(all));
    });
    const [head = "", body = ""] = text.split("\r\n\r\n");
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(body)).toMatchObject({ status, requestId: expect.any(String) as string });
  });

  it("of a long parameter is the schema's to say, not the router's", async () => {
    const name = "a".repeat(4000);
    expect((await ask(`/things/${name}`)).body).toMatchObject({ name });
  });
});

describe("a store that is away", () => {
  const warn = jest.fn();
  const told = { log: { warn } as unknown as Log, code: "away", message: "It is away; try again." };

  it("is a 503 with its own word, and its reason is in the log", async () => {
    const reason = new Error("connect ECONNREFUSED");
    await expect(orUnavailable(Promise.reject(reason), told)).rejects.toMatchObject({
      statusCode: 503,
      code: "away",
      message: "It is away; try again.",
    });
    expect(warn).toHaveBeenCalledWith({ err: reason }, "away");
  });

  it("leaves refusals, and what was read, as they are", async () => {
    const refusal = new HttpError(404, "unknown", "There is none.");
    await expect(orUnavailable(Promise.reject(refusal), told)).rejects.toBe(refusal);
    await expect(orUnavailable(Promise.resolve(1), told)).resolves.toBe(1);
  });
});

describe("the OpenAPI document", () => {
  interface Operation {
    readonly security?: unknown;
    readonly requestBody?: { readonly required: boolean };
    readonly responses: Readonly<
      Record<string, { readonly description: string; readonly content?: unknown }>
    >;
  }
  const document = async () =>
    (await ask("/openapi.json")).body as unknown as {
      readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
      readonly components: {
        readonly schemas: Readonly<Record<string, unknown>>;
        readonly securitySchemes: Readonly<Record<string, unknown>>;
      };
    };

  it("says who may ask, and with what", async () => {
    const { paths, components } = await document();
    expect(paths["/things/{name}"]?.["get"]?.security).toEqual([{ token: [] }]);
    expect(paths["/things"]?.["post"]?.security).toEqual([]);
    expect(paths["/basic"]?.["get"]?.security).toEqual([{ basic: [] }]);
    expect(components.securitySchemes).toMatchObject({
      token: { type: "http", scheme: "bearer" },
      basic: { type: "http", scheme: "basic" },
    });
  });

  it("has every refusal that follows from the role, the input and the body, and those of the route's own", async () => {
    const { paths } = await document();
    const statuses = (path: string, method: string) =>
      Object.keys(paths[path]?.[method]?.responses ?? {}).map(Number);
    expect(statuses("/things/{name}", "get")).toEqual([200, 400, 401, 403, 404, 409, 503]);
    expect(statuses("/things", "post")).toEqual([201, 400, 413, 415]);
    expect(statuses("/basic", "get")).toEqual([200, 401]);
    expect(statuses("/health", "get")).toEqual([200, 503]);
    expect(paths["/things/{name}"]?.["get"]?.responses["409"]).toEqual({
      description: "Conflict",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Problem" } } },
    });
  });

  it("says of texts without a form of their own that they have no NUL", async () => {
    const { paths } = await document();
    const text = JSON.stringify(paths["/things"]?.["post"]);
    const [, pattern = ""] = /"tags":\{.*?"items":\{"type":"string","pattern":"(.*?)"\}/.exec(text) ?? [];
    const matcher = new RegExp(JSON.parse(`"${pattern}"`) as string);
    expect(["", "a\nb", "a\u0000"].map((each) => matcher.test(each))).toEqual([true, true, false]);
  });

  it("knows which body may be left out", async () => {
    const { paths } = await document();
    expect(paths["/end"]?.["post"]?.requestBody?.required).toBe(false);
    expect((await ask("/end", { method: "POST" })).status).toBe(204);
    expect(paths["/things"]?.["post"]?.requestBody?.required).toBe(true);
    expect(JSON.stringify(paths)).not.toContain("x-optional");
  });

  it("has no schema and no scheme that nothing refers to", async () => {
    const { components } = await document();
    expect(Object.keys(components.schemas)).toEqual(["Problem"]);
  });
});
