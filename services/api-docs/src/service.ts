import { z } from "zod";
import { HttpError, milliseconds, refusals, text, url, type Http, type ServiceDefinition } from "../../kit";
import { openApi } from "./openapi";
import { AssetFiles, docsPage, listOf, POLICY, type Assets } from "./page";
import { postmanCollection } from "./postman";
import { Documents, readSources } from "./sources";

const fields = {
  /** Routed services with a document of their own, from the model. */
  SERVICES_FILE: text().default("/etc/trade2026/services.json"),
  /** This service's path at the gateway, which takes it away before it asks here. */
  BASE_PATH: z
    .string()
    .regex(/^(?:\/[A-Za-z0-9_-]+)*$/, { error: "wants a path such as /api/docs, without a slash at its end" })
    .default("/api/docs"),
  /** The gateway as clients know it, for the Postman collection. */
  PUBLIC_URL: url("https", "http"),
  TITLE: text().default("Trade2026 APIs"),
  FETCH_TIMEOUT_MS: milliseconds(3000),
};

/** What every API says of itself, in one place: a page, a document a service, and a Postman collection. */
export function apiDocs({ assets }: { readonly assets: Assets }): ServiceDefinition<typeof fields> {
  return {
    name: "api-docs",
    version: "0.1.0",
    description: "The OpenAPI documents of all routed services, to read, to try and for Postman.",
    port: 8116,
    config: fields,
    setup: ({ config, http, health }) => {
      const list = () => readSources(config.SERVICES_FILE);
      const documents = new Documents(list, config.FETCH_TIMEOUT_MS);
      health.addReadiness({ name: "services file", check: async () => void (await list()) });
      addPages(http, new AssetFiles(assets), documents, config.BASE_PATH, config.TITLE);
      addDocuments(http, documents, config.BASE_PATH, config.TITLE, config.PUBLIC_URL);
    },
  };
}

const hide = { hide: true } as const;

function addPages(http: Http, files: AssetFiles, documents: Documents, base: string, title: string): void {
  http.get(
    "/",
    {
      config: { role: "public" },
      schema: { ...hide, querystring: z.object({ service: z.string().optional() }) },
    },
    async (request, reply) => {
      const page = docsPage(base, title, files.names, await documents.all(), request.query.service);
      return reply
        .type("text/html; charset=utf-8")
        .headers({
          "cache-control": "no-store",
          "content-security-policy": POLICY,
          "referrer-policy": "no-referrer",
          "x-content-type-options": "nosniff",
        })
        .send(page);
    },
  );
  http.get(
    "/assets/:name",
    { config: { role: "public" }, schema: { ...hide, params: z.object({ name: z.string() }) } },
    (request, reply) => {
      const asset = files.files.get(request.params.name);
      if (!asset) throw notFound(`no file ${request.params.name}`);
      return reply
        .type(asset.type)
        .headers({
          "cache-control": "public, max-age=31536000, immutable",
          "x-content-type-options": "nosniff",
        })
        .send(asset.content);
    },
  );
}

const listShape = z.array(
  z.object({
    name: z.string(),
    title: z.string(),
    path: z.string(),
    status: z.enum(["ok", "unavailable"]),
    document: z.string(),
    operations: z.number().int().optional(),
    error: z.string().optional(),
  }),
);

function addDocuments(http: Http, documents: Documents, base: string, title: string, host: string): void {
  http.get(
    "/services.json",
    {
      config: { role: "public" },
      schema: {
        summary: "Every routed service, and whether its document can be had",
        response: { 200: listShape },
      },
    },
    async () => listOf(base, await documents.all()),
  );
  http.get(
    "/services/:file",
    {
      config: { role: "public" },
      schema: {
        summary: "A service's OpenAPI document, as it is through the gateway: <name>.json",
        params: z.object({ file: z.string().meta({ examples: ["oms.json"] }) }),
        response: { 200: openApi, ...refusals(502) },
      },
    },
    async (request) => {
      const { file } = request.params;
      const found = file.endsWith(".json") ? await documents.one(file.slice(0, -".json".length)) : undefined;
      if (!found) throw notFound(`no routed service has ${file}: ${base}/services.json lists them`);
      if (found.status === "unavailable")
        throw new HttpError(502, "service_unavailable", `${found.title}: ${found.error}`);
      return found.document;
    },
  );
  http.get(
    "/postman.json",
    {
      config: { role: "public" },
      schema: {
        summary: "Every service that answers as one Postman collection, with variables host and token",
        response: { 200: z.looseObject({ info: z.looseObject({}), item: z.array(z.looseObject({})) }) },
      },
    },
    async (_request, reply) => {
      const found = (await documents.all()).flatMap((one) => (one.status === "ok" ? [one] : []));
      return reply
        .header("content-disposition", 'inline; filename="trade2026.postman_collection.json"')
        .send(postmanCollection(title, host.replace(/\/+$/, ""), found));
    },
  );
}

function notFound(message: string): HttpError {
  return new HttpError(404, "not_found", message);
}
