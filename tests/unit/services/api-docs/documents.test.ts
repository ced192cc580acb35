import { escapeHtml } from "../../../../services/kit/html";
import { exampleOf } from "../../../../services/api-docs/src/example";
import { publicDocument, type OpenApi } from "../../../../services/api-docs/src/openapi";
import { AssetFiles, docsPage, listOf } from "../../../../services/api-docs/src/page";
import { postmanCollection } from "../../../../services/api-docs/src/postman";
import type { Collected } from "../../../../services/api-docs/src/sources";

const raw = {
  openapi: "3.1.0",
  info: { title: "oms", version: "0.1.0", description: "Orders." },
  servers: [{ url: "http://oms:8099" }],
  components: { schemas: { Amount: { type: "string", example: "1.5" } } },
  paths: {
    "/": {
      get: {
        summary: "Orders",
        parameters: [
          { name: "account", in: "query", required: true, schema: { type: "string", default: "main" } },
          { name: "open", in: "query", schema: { type: "boolean" } },
        ],
      },
      post: {
        summary: "Sends an order",
        requestBody: {
          content: {
            "application/json": {
              schema: {
                type: "object",
                properties: {
                  side: { enum: ["BUY", "SELL"] },
                  quantity: { $ref: "#/components/schemas/Amount" },
                },
              },
            },
          },
        },
      },
    },
    "/{order_id}/fills": {
      get: {
        parameters: [
          { name: "order_id", in: "path", required: true, schema: { type: "string", format: "uuid" } },
        ],
        security: [],
      },
    },
    "/token": {
      post: {
        requestBody: {
          content: {
            "application/x-www-form-urlencoded": {
              schema: {
                type: "object",
                properties: { grant_type: { const: "password" }, scope: { type: "integer" } },
              },
            },
          },
        },
      },
    },
  },
};
const source = { name: "oms", title: "Orders", url: "http://oms:8099", path: "/api/orders" };
const document: OpenApi = publicDocument(raw, source);
const up: Collected = { ...source, status: "ok", document };
const evil = `<script>alert("1")</script>`;
const down: Collected = {
  ...{ name: "pnl", title: evil, url: "http://pnl:8100", path: "/api/pnl" },
  status: "unavailable",
  error: "no answer within 3000 ms",
};

describe("a document for the outside", () => {
  test("names the gateway's path, and nothing of the inside", () => {
    expect(document["servers"]).toEqual([{ url: "/api/orders", description: "through the gateway" }]);
    expect(document.info.title).toBe("Orders");
    expect(JSON.stringify(document)).not.toContain("http://oms");
  });

  test("wants the token, except where an operation says otherwise", () => {
    expect(document["security"]).toEqual([{ token: [] }]);
    expect(document.components["securitySchemes"]).toMatchObject({
      token: { type: "http", scheme: "bearer" },
    });
    expect(document.paths["/{order_id}/fills"]?.get).toMatchObject({ security: [] });
    expect(publicDocument({ ...raw, security: [] }, source)["security"]).toEqual([]);
  });

  test.each([{}, { ...raw, openapi: "2.0" }, "text", null])("%j is none", (wrong) => {
    expect(() => publicDocument(wrong, source)).toThrow(/no OpenAPI document/);
  });
});

describe("the Postman collection", () => {
  const collection = postmanCollection("APIs", "https://localhost:8453", [up]);
  const requests = collection.item[0]?.item ?? [];

  test("has variables for host and token, and uses them", () => {
    expect(collection.variable.map(({ key, value }) => [key, value])).toEqual([
      ["host", "https://localhost:8453"],
      ["token", ""],
    ]);
    expect(collection.auth.bearer[0]?.value).toBe("{{token}}");
    expect(requests.map(({ request }) => `${request.method} ${request.url.raw}`)).toEqual([
      "GET {{host}}/api/orders?account=main",
      "POST {{host}}/api/orders",
      "GET {{host}}/api/orders/:order_id/fills",
      "POST {{host}}/api/orders/token",
    ]);
  });

  test("switches off what may be left out, and fills in the path", () => {
    expect(requests[0]?.request.url.query).toEqual([
      { key: "account", value: "main" },
      { key: "open", value: "false", disabled: true },
    ]);
    expect(requests[2]?.request.url).toMatchObject({
      path: ["api", "orders", ":order_id", "fills"],
      variable: [{ key: "order_id", value: "00000000-0000-4000-8000-000000000000" }],
    });
  });

  test("has bodies in the form that the service takes", () => {
    const [, json, , form] = requests;
    expect(JSON.parse((json?.request.body as { raw: string }).raw)).toEqual({ side: "BUY", quantity: "1.5" });
    expect(json?.request.header).toEqual([{ key: "Content-Type", value: "application/json" }]);
    expect(form?.request.body).toMatchObject({
      mode: "urlencoded",
      urlencoded: [
        { key: "grant_type", value: "password" },
        { key: "scope", value: "0" },
      ],
    });
  });
});

test.each<[unknown, unknown]>([
  [{ type: "array", items: { type: "integer", minimum: 3 } }, [3]],
  [{ type: ["null", "boolean"] }, false],
  [{ anyOf: [{ type: "null" }, { type: "string", format: "date" }] }, "2026-01-02"],
  [
    {
      allOf: [
        { properties: { a: { const: 1 } } },
        { properties: { b: { exclusiveMinimum: 0, type: "number" } } },
      ],
    },
    { a: 1, b: 1 },
  ],
  [{ $ref: "#/components/schemas/Nowhere" }, null],
  [{}, null],
])("an example of %j is %j", (schema, example) => expect(exampleOf(schema, {})).toEqual(example));

test("a schema that holds itself ends", () => {
  const Node = { type: "object", properties: { next: { $ref: "#/components/schemas/Node" } } };
  expect(JSON.stringify(exampleOf(Node, { Node })).length).toBeLessThan(200);
});

describe("the page", () => {
  const files = new AssetFiles({ script: "/* script */", stylesheet: "/* style */" });
  const page = (chosen?: string, services: readonly Collected[] = [down, up]) =>
    docsPage("/api/docs", "APIs", files.names, services, chosen);

  test("asks for nothing but its own files, below the gateway's path, which all exist", () => {
    const asked = [...page("oms").matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = ""]) => address);
    const assets = asked.filter((address) => address.startsWith("/api/docs/assets/"));
    expect(assets.map((address) => files.files.has(address.slice("/api/docs/assets/".length)))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(asked.filter((address) => /^(?:\/\/|https?:)/.test(address))).toEqual([]);
    // neither a script nor a handler within: the policy would stop it
    expect(page("oms")).not.toMatch(/<script>|\son\w+=/);
  });

  test("shows the chosen service, else the first that answers", () => {
    expect(page("oms")).toContain('data-url="/api/docs/services/oms.json"');
    expect(page()).toContain('data-url="/api/docs/services/oms.json"');
    expect(page("nothing")).toContain('data-url="/api/docs/services/oms.json"');
  });

  test("says of a service that is down what is wrong, and escapes its words", () => {
    const text = page("pnl");
    expect(text).toContain("no answer within 3000 ms");
    expect(text).toContain("./trade2026 logs pnl");
    expect(text).not.toContain("data-url");
    expect(text).not.toContain(evil);
    expect(text).toContain(escapeHtml(evil));
    expect(page(undefined, [])).toContain("No service has a route");
  });

  test("a changed file has another name", () => {
    const changed = new AssetFiles({ script: "/* newer */", stylesheet: "/* style */" });
    expect(changed.names.script).not.toBe(files.names.script);
    expect(changed.names.styles).toEqual(files.names.styles);
  });

  test("the list for programs has both", () => {
    expect(listOf("/api/docs", [up, down])).toEqual([
      expect.objectContaining({ name: "oms", status: "ok", operations: 4 }),
      expect.objectContaining({ name: "pnl", status: "unavailable", error: "no answer within 3000 ms" }),
    ]);
  });
});
