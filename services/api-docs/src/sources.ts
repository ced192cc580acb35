import { readFile } from "node:fs/promises";
import { z } from "zod";
import { publicDocument, type OpenApi } from "./openapi";

/** A routed service, as the model's list has it. */
const source = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  title: z.string().min(1),
  /** Where it answers inside the platform. */
  url: z.url({ protocol: /^https?$/ }),
  /** Where the gateway has it. */
  path: z.string().regex(/^\/[^\s?#]*$/),
});
export type Source = z.infer<typeof source>;

export type Collected = Source &
  (
    | { readonly status: "ok"; readonly document: OpenApi }
    | { readonly status: "unavailable"; readonly error: string }
  );

/** @throws Error naming the file, and every mistake in it */
export async function readSources(path: string): Promise<readonly Source[]> {
  try {
    return z.array(source).parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new Error(`${path}: ${what}`, { cause: error });
  }
}

const KEEP_MS = 10_000;
const LIMIT_BYTES = 8 * 1024 * 1024;

/** Asks the services for their documents, all at once; a document is kept for ten seconds, a failure for one. */
export class Documents {
  readonly #kept = new Map<string, { readonly until: number; readonly found: Promise<Collected> }>();

  constructor(
    private readonly list: () => Promise<readonly Source[]>,
    private readonly timeoutMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  async all(): Promise<readonly Collected[]> {
    return Promise.all((await this.list()).map((one) => this.#of(one)));
  }

  /** @returns undefined when no such service has a route */
  async one(name: string): Promise<Collected | undefined> {
    const found = (await this.list()).find((each) => each.name === name);
    return found && this.#of(found);
  }

  #of(one: Source): Promise<Collected> {
    const key = JSON.stringify(one);
    const kept = this.#kept.get(key);
    if (kept && kept.until > this.now()) return kept.found;
    const found = collect(one, this.timeoutMs);
    this.#kept.set(key, { until: this.now() + KEEP_MS, found });
    void found.then(({ status }) => {
      if (status !== "ok") this.#kept.set(key, { until: this.now() + 1000, found });
    });
    return found;
  }
}

async function collect(one: Source, timeoutMs: number): Promise<Collected> {
  try {
    const url = new URL("openapi.json", one.url.endsWith("/") ? one.url : `${one.url}/`);
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "error" });
    if (!response.ok) throw new Error(`it answered ${response.status} for its OpenAPI document`);
    const text = await response.text();
    if (text.length > LIMIT_BYTES) throw new Error(`its OpenAPI document has ${text.length} letters`);
    return { ...one, status: "ok", document: publicDocument(JSON.parse(text), one) };
  } catch (error) {
    return { ...one, status: "unavailable", error: reasonOf(error, timeoutMs) };
  }
}

/** `fetch` says "fetch failed", and why in its cause. */
function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, message, cause } = error as Partial<Error>;
  if (name === "TimeoutError") return `no answer within ${timeoutMs} ms`;
  if (name === "SyntaxError") return `its OpenAPI document is no JSON: ${message ?? ""}`;
  if (cause !== undefined) return `not reachable: ${(cause as Partial<Error>).message ?? String(cause)}`;
  return message ?? String(error);
}
