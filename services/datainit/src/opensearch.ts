import { isDeepStrictEqual } from "node:util";
import { ConfigError, optionalSecret, text } from "../../kit/config";
import { basicAuth } from "../../kit/outgoing";
import { JobError, NotReadyError, readStore, untilReady, type JobContext } from "./job";
import { logsTemplate, templateName } from "./opensearch-schema";
import { shorten, StoreHttp, type StoreRequest } from "./store-http";

/** The template of the indices of logs. */
export async function initOpenSearch(context: JobContext): Promise<void> {
  const fields = { OPENSEARCH_USERNAME: text().optional(), OPENSEARCH_PASSWORD: optionalSecret() };
  const { address: base, config } = readStore(
    { name: "OPENSEARCH", scheme: "http", port: 9200 },
    fields,
    context.env,
  );
  const { OPENSEARCH_USERNAME: user, OPENSEARCH_PASSWORD: password } = config;
  if ((user === undefined) !== (password === undefined)) {
    throw new ConfigError(["OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD_FILE come together, or neither"]);
  }
  const headers = user !== undefined && password !== undefined ? basicAuth(user, password) : {};
  const http = new StoreHttp({ name: "OpenSearch", base, headers });
  await untilReady(`OpenSearch at ${base}`, context.connectTimeoutMs, () => waitForCluster(http));
  await initTemplate(http, context.say);
}

/** It answers long before it can index. Yellow is as good as one node gets. */
async function waitForCluster(http: StoreHttp): Promise<void> {
  const health = await call<{ status: string }>(http, "/_cluster/health");
  if (health?.status !== "yellow" && health?.status !== "green") {
    throw new NotReadyError(`the cluster is ${health?.status ?? "unknown"}`);
  }
}

interface TemplateList {
  readonly index_templates: readonly { readonly index_template: Readonly<Record<string, unknown>> }[];
}

async function initTemplate(http: StoreHttp, say: (line: string) => void): Promise<void> {
  const path = `/_index_template/${templateName}`;
  const read = async () => (await call<TemplateList>(http, path))?.index_templates[0]?.index_template;
  const before = await read();
  if (before && asWanted(before)) {
    say(`template ${templateName} as wanted`);
    return;
  }
  await call(http, path, { method: "PUT", body: JSON.stringify(logsTemplate) });
  const after = await read();
  if (!after || !asWanted(after)) {
    throw new JobError(`template ${templateName}`, [`it reads back as ${shorten(JSON.stringify(after))}`]);
  }
  say(`template ${templateName} ${before ? "updated; it applies to the next index" : "created"}`);
}

/** The store writes its settings as text in a nested form, so what is compared is the mapping and the version. */
function asWanted(template: Readonly<Record<string, unknown>>): boolean {
  const { mappings } = template["template"] as { readonly mappings?: unknown };
  return (
    template["version"] === logsTemplate.version &&
    isDeepStrictEqual(template["index_patterns"], logsTemplate.index_patterns) &&
    isDeepStrictEqual(mappings, logsTemplate.template.mappings)
  );
}

/** @returns undefined on 404 */
async function call<T>(http: StoreHttp, path: string, request: StoreRequest = {}): Promise<T | undefined> {
  const { status, body } = await http.ask(path, request);
  if (status === 404 && (request.method ?? "GET") === "GET") {
    return undefined;
  }
  if (status >= 300) {
    throw new Error(`OpenSearch refuses ${request.method ?? "GET"} ${path} (${status}): ${shorten(body)}`);
  }
  return JSON.parse(body) as T;
}
