import { createHash } from "node:crypto";

/** Anything that a tag may stand for: an index over CPUs first, then the manifests of one. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * The digest that a tag stands for, by the OCI distribution API, anonymously.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md
 * @param image name with its registry: docker.io/library/nats
 * @returns sha256:<64 hex>
 * @throws Error with one sentence: which registry, what it said
 */
export async function manifestDigest(image: string, tag: string, timeoutMs: number): Promise<string> {
  const { origin, host, repository } = registryOf(image);
  const url = `${origin}/v2/${repository}/manifests/${tag}`;
  const first = await ask(host, url, "HEAD", timeoutMs);
  const authorization = first.status === 401 ? await anonymousToken(host, first, timeoutMs) : undefined;
  const head = authorization === undefined ? first : await ask(host, url, "HEAD", timeoutMs, authorization);
  if (!head.ok) throw new Error(explain(host, repository, tag, head.status));
  const stated = head.headers.get("docker-content-digest");
  if (stated !== null) return checked(host, stated);
  // The header is optional: the digest is that of the manifest's bytes.
  const full = await ask(host, url, "GET", timeoutMs, authorization);
  if (!full.ok) throw new Error(explain(host, repository, tag, full.status));
  return `sha256:${createHash("sha256")
    .update(Buffer.from(await full.arrayBuffer()))
    .digest("hex")}`;
}

interface Registry {
  readonly host: string;
  readonly origin: string;
  readonly repository: string;
}

/** Docker Hub's API has another name than its images; registries on this machine speak plain http. */
export function registryOf(image: string): Registry {
  const slash = image.indexOf("/");
  const host = image.slice(0, slash);
  const repository = image.slice(slash + 1);
  if (host === "docker.io") return { host, origin: "https://registry-1.docker.io", repository };
  const local = /^(localhost|127\.\d+\.\d+\.\d+)(:\d+)?$/.test(host);
  return { host, origin: `${local ? "http" : "https"}://${host}`, repository };
}

async function ask(
  host: string,
  url: string,
  method: "HEAD" | "GET",
  timeoutMs: number,
  authorization?: string,
): Promise<Response> {
  const headers = { accept: MANIFESTS, ...(authorization === undefined ? {} : { authorization }) };
  try {
    return await fetch(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) });
  } catch (error) {
    throw new Error(`${host} cannot be reached: ${networkReason(error)}`, { cause: error });
  }
}

/** Follows `WWW-Authenticate: Bearer realm=…,service=…,scope=…`, as Docker Hub and most others want even for public images. */
async function anonymousToken(host: string, response: Response, timeoutMs: number): Promise<string> {
  const challenge = response.headers.get("www-authenticate") ?? "";
  const field = (name: string): string | undefined =>
    new RegExp(`[ ,]${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = field("realm");
  if (!/^bearer /i.test(challenge) || realm === undefined)
    throw new Error(`${host} asks for a login (${challenge || "401"})`);
  const url = new URL(realm);
  if (url.protocol !== "https:" && new URL(response.url).protocol === "https:")
    throw new Error(`${host} sends its login to ${url.origin}, which is not https`);
  for (const name of ["service", "scope"]) {
    const value = field(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const answer = await ask(url.host, url.href, "GET", timeoutMs);
  if (!answer.ok) throw new Error(`${url.host} gave no token for ${host} (status ${answer.status})`);
  const body = (await answer.json()) as { token?: string; access_token?: string };
  const token = body.token ?? body.access_token;
  if (token === undefined) throw new Error(`${url.host} gave no token for ${host}`);
  return `Bearer ${token}`;
}

function checked(host: string, digest: string): string {
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new Error(`${host} states ${digest}, which is no SHA-256 digest`);
}

function explain(host: string, repository: string, tag: string, status: number): string {
  if (status === 404) return `${host} has no ${repository}:${tag}`;
  if (status === 401 || status === 403)
    return `${host} does not give ${repository}:${tag} to strangers (status ${status})`;
  if (status === 429) return `${host} has had too many requests from here (status 429): try again later`;
  return `${host} answered status ${status} for ${repository}:${tag}`;
}

/** fetch wraps what happened; several addresses give several reasons, of which the first will do. */
function networkReason(error: unknown): string {
  const { name, message, cause } = error as { name?: string; message?: string; cause?: unknown };
  if (name === "TimeoutError") return "no answer in time";
  const inner = cause as { message?: string; errors?: readonly { message?: string }[] } | undefined;
  return inner?.errors?.[0]?.message ?? inner?.message ?? message ?? String(error);
}
