import { STATUS_CODES } from "node:http";
import swagger from "@fastify/swagger";
import type { FastifySchema, RouteOptions } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Http } from "./http";
import { problem } from "./problem";

/** How a caller proves who it is; a document names those that its operations ask for. */
const securitySchemes = {
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "POST /api/auth/token gives one.",
  },
  basic: { type: "http", scheme: "basic", description: "A name and a password of the service's own users." },
} as const;

/** Said in the document of an operation whose body may be left out, for lack of a word of the generator's. */
const OPTIONAL_BODY = "x-optional-body";
const WITH_BODY: ReadonlySet<string> = new Set(["POST", "PUT", "PATCH", "DELETE"]);

export interface Described {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/** `/openapi.json`, made of the routes' schemas and roles. */
export async function describeApi(http: Http, info: Described): Promise<void> {
  await http.register(swagger, {
    openapi: { openapi: "3.1.0", info: { ...info }, components: { securitySchemes: { ...securitySchemes } } },
    transform: (document) =>
      jsonSchemaTransform({ ...document, schema: described(document.schema, document.route) }),
    transformObject: (document) => finished(jsonSchemaTransformObject(document) as OpenApi) as object,
  });
  http.get("/openapi.json", { schema: { hide: true } }, () => http.swagger());
}

/** The schema with what follows from the rest of the route: who may ask, and every refusal that this can bring. */
function described(schema: FastifySchema | undefined = {}, { config, method }: RouteOptions): FastifySchema {
  if (schema.hide === true) return schema;
  const role = config?.role;
  const security =
    schema.security ?? (role === undefined || role === "public" ? [] : [{ token: [] as string[] }]);
  const asked = (name: string): boolean => security.some((scheme) => name in scheme);
  const { body, params, querystring, headers } = schema;
  const withBody = [method].flat().some((each) => WITH_BODY.has(each));
  const follows: readonly (readonly [status: number, holds: boolean])[] = [
    [400, withBody || [body, params, querystring, headers].some((part) => part !== undefined)],
    [401, security.length > 0],
    [403, asked("token")],
    [404, params !== undefined],
    [413, withBody],
    [415, withBody],
    // nobody can say whether the token is good
    [503, asked("token")],
  ];
  const refused = follows.flatMap(([status, holds]) => (holds ? [[status, problem] as const] : []));
  const optional = body instanceof z.ZodType && body.safeParse(undefined).success;
  return {
    ...schema,
    security,
    // a route without an answer of its own has an empty one of 200
    response: { ...Object.fromEntries(refused), ...(schema.response ?? { 200: z.null() }) },
    ...(optional ? { [OPTIONAL_BODY]: true } : {}),
  };
}

interface Operation {
  security?: readonly Readonly<Record<string, unknown>>[];
  parameters?: readonly unknown[];
  requestBody?: { required?: boolean };
  responses: Record<string, { description: string }>;
  [OPTIONAL_BODY]?: true;
}
interface OpenApi {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: {
    readonly schemas?: Readonly<Record<string, unknown>>;
    readonly securitySchemes?: Readonly<Record<string, unknown>>;
  };
}

/** Without what the generator puts in for want of something to say, and without what nothing refers to. */
function finished(document: OpenApi): OpenApi {
  const { paths = {}, components = {} } = document;
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  for (const operation of operations) {
    if (operation[OPTIONAL_BODY] && operation.requestBody) operation.requestBody.required = false;
    delete operation[OPTIONAL_BODY];
    withoutNul([operation.parameters, operation.requestBody]);
    for (const [status, response] of Object.entries(operation.responses))
      if (Number(status) >= 400 || response.description === "Default Response")
        response.description = STATUS_CODES[status] ?? response.description;
  }
  const schemes = new Set(operations.flatMap(({ security = [] }) => security.flatMap(Object.keys)));
  const { schemas = {}, securitySchemes: known = {}, ...rest } = components;
  return {
    ...document,
    components: {
      ...rest,
      schemas: pick(schemas, referred(paths, schemas)),
      securitySchemes: pick(known, schemes),
    },
  };
}

/** What the server refuses in every text, the document says of those that have no form of their own. */
const WITHOUT_NUL = "^[^\\u0000]*$";
const FORMS = ["pattern", "format", "enum", "const", "allOf", "$ref"];

function withoutNul(part: unknown): void {
  if (typeof part !== "object" || part === null) return;
  const schema = part as Record<string, unknown>;
  if (schema["type"] === "string" && !FORMS.some((form) => form in schema)) schema["pattern"] = WITHOUT_NUL;
  Object.values(schema).forEach(withoutNul);
}

const pick = (from: Readonly<Record<string, unknown>>, names: ReadonlySet<string>) =>
  Object.fromEntries(Object.entries(from).filter(([name]) => names.has(name)));

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;

/** Names of the schemas that are referred to, by schemas that are, too. */
function referred(paths: unknown, schemas: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (part: unknown): void => {
    for (const [, name = ""] of (JSON.stringify(part) ?? "").matchAll(REFERENCE)) {
      if (found.has(name)) continue;
      found.add(name);
      look(schemas[name]);
    }
  };
  look(paths);
  return found;
}
