import { exampleOf } from "./example";
import { operationsOf, type OpenApi, type Operation } from "./openapi";

export interface PostmanService {
  readonly title: string;
  /** The service's path at the gateway. */
  readonly path: string;
  readonly document: OpenApi;
}

const SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";

/**
 * A Postman collection, format 2.1: a folder a service, with every request against `{{host}}`, and the token of
 * `{{token}}`. https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
 * @param host scheme, name and port of the gateway, the first value of the variable
 */
export function postmanCollection(title: string, host: string, services: readonly PostmanService[]) {
  return {
    info: {
      name: title,
      schema: SCHEMA,
      description:
        "Set the variable token to an access token: POST {{host}}/api/auth/token with grant_type, username and password. The gateway's certificate is of the platform's own authority: ./trade2026 ca export prints it.",
    },
    auth: { type: "bearer", bearer: [{ key: "token", value: "{{token}}", type: "string" }] },
    variable: [
      { key: "host", value: host, type: "string" },
      { key: "token", value: "", type: "string" },
    ],
    item: services.map(({ title: name, path, document }) => ({
      name,
      description: document.info.description ?? "",
      item: operationsOf(document).map((each) =>
        requestOf(path, each.path, each.method, each.operation, document),
      ),
    })),
  };
}

function requestOf(base: string, path: string, method: string, operation: Operation, document: OpenApi) {
  const { summary, description, parameters = [], requestBody } = operation;
  const schemas = document.components.schemas ?? {};
  const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
  const text = (schema: unknown): string => {
    const value = exampleOf(schema, schemas);
    return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  };
  const segments = `${base}${path}`
    .split("/")
    .filter((segment) => segment !== "")
    .map((segment) => segment.replace(/^\{(.+)\}$/, ":$1"));
  const query = of("query").map(({ name, required, description: what, schema }) => ({
    key: name,
    value: text(schema),
    ...(what === undefined ? {} : { description: what }),
    // what may be left out is there, and switched off
    ...(required === true ? {} : { disabled: true }),
  }));
  const sent = query.filter((each) => !("disabled" in each)).map(({ key, value }) => `${key}=${value}`);
  const body = bodyOf(requestBody, text, (schema) => exampleOf(schema, schemas));
  return {
    name: summary ?? `${method.toUpperCase()} ${base}${path}`,
    request: {
      method: method.toUpperCase(),
      ...(description === undefined ? {} : { description }),
      header: [
        ...(body ? [{ key: "Content-Type", value: body.type }] : []),
        ...of("header").map(({ name, schema }) => ({ key: name, value: text(schema) })),
      ],
      url: {
        raw: `{{host}}/${segments.join("/")}${sent.length > 0 ? `?${sent.join("&")}` : ""}`,
        host: ["{{host}}"],
        path: segments,
        query,
        variable: of("path").map(({ name, schema }) => ({ key: name, value: text(schema) })),
      },
      ...(body ? { body: body.body } : {}),
    },
    response: [],
  };
}

function bodyOf(
  requestBody: Operation["requestBody"],
  text: (schema: unknown) => string,
  example: (schema: unknown) => unknown,
) {
  const [type, media] = Object.entries(requestBody?.content ?? {})[0] ?? [];
  if (type === undefined) return undefined;
  const value = example(media?.schema);
  if (type === "application/x-www-form-urlencoded" && typeof value === "object" && value !== null)
    return {
      type,
      body: {
        mode: "urlencoded",
        urlencoded: Object.entries(value).map(([key, each]) => ({
          key,
          value: text({ const: each }),
          type: "text",
        })),
      },
    };
  const raw = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return {
    type,
    body: { mode: "raw", raw, options: { raw: { language: /json/.test(type) ? "json" : "text" } } },
  };
}
