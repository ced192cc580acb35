import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { manifestDigest, registryOf } from "../../../images/builder/registry";
import { resolveDigests } from "../../../images/builder/resolve";

const DIGEST = `sha256:${"12".repeat(32)}`;
const MANIFEST = '{"schemaVersion":2}';

/** A registry as the specification allows them to be: each repository shows another habit. */
describe("manifestDigest", () => {
  let server: Server;
  let host: string;
  const seen: { method: string; url: string; accept: string; authorization: string }[] = [];

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { method = "", url = "" } = request;
    const { accept = "", authorization = "" } = request.headers;
    seen.push({ method, url, accept, authorization });
    const reply = (status: number, headers: Record<string, string> = {}, body = ""): void => {
      response.writeHead(status, headers).end(method === "HEAD" ? undefined : body);
    };
    const own = `http://${host}`;
    if (url.startsWith("/token")) return reply(200, {}, JSON.stringify({ token: "let-me-in" }));
    if (url.startsWith("/empty-token")) return reply(200, {}, "{}");
    if (url.startsWith("/v2/plain/")) return reply(200, { "docker-content-digest": DIGEST });
    if (url.startsWith("/v2/silent/")) return reply(200, {}, MANIFEST);
    if (url.startsWith("/v2/odd/")) return reply(200, { "docker-content-digest": "md5:1" });
    if (url.startsWith("/v2/slow/")) return;
    if (url.startsWith("/v2/hub/") && authorization === "Bearer let-me-in")
      return reply(200, { "docker-content-digest": DIGEST });
    if (url.startsWith("/v2/hub/"))
      return reply(401, {
        "www-authenticate": `Bearer realm="${own}/token?x=1",service="the hub",scope="repository:hub/a:pull"`,
      });
    if (url.startsWith("/v2/miser/"))
      return reply(401, { "www-authenticate": `Bearer realm="${own}/empty-token"` });
    if (url.startsWith("/v2/closed/")) return reply(401, { "www-authenticate": 'Basic realm="members"' });
    if (url.startsWith("/v2/busy/")) return reply(429);
    if (url.startsWith("/v2/broken/")) return reply(500);
    return reply(404);
  };

  beforeAll(async () => {
    server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => seen.splice(0));

  const digest = (repository: string, timeoutMs = 5000): Promise<string> =>
    manifestDigest(`${host}/${repository}`, "v1", timeoutMs);

  it("asks for the tag's head, an index before a manifest", async () => {
    expect(await digest("plain/a")).toBe(DIGEST);
    expect(seen.map(({ method, url }) => `${method} ${url}`)).toEqual(["HEAD /v2/plain/a/manifests/v1"]);
    expect(seen[0]?.accept).toMatch(/^application\/vnd\.oci\.image\.index\.v1\+json, .*manifest\.v2\+json$/);
  });

  it("hashes the manifest where the registry does not state the digest", async () => {
    expect(await digest("silent/a")).toBe(`sha256:${createHash("sha256").update(MANIFEST).digest("hex")}`);
    expect(seen.map(({ method }) => method)).toEqual(["HEAD", "GET"]);
  });

  it("gets an anonymous token where the registry wants one", async () => {
    expect(await digest("hub/a")).toBe(DIGEST);
    expect(seen.map(({ method, url, authorization }) => [method, url, authorization])).toEqual([
      ["HEAD", "/v2/hub/a/manifests/v1", ""],
      ["GET", "/token?x=1&service=the+hub&scope=repository%3Ahub%2Fa%3Apull", ""],
      ["HEAD", "/v2/hub/a/manifests/v1", "Bearer let-me-in"],
    ]);
  });

  it.each([
    ["absent/a", /has no absent\/a:v1$/],
    ["closed/a", /asks for a login \(Basic realm="members"\)$/],
    ["miser/a", /gave no token for/],
    ["busy/a", /too many requests/],
    ["broken/a", /answered status 500 for broken\/a:v1$/],
    ["odd/a", /states md5:1, which is no SHA-256 digest$/],
  ])("says what is wrong with %s", async (repository, message) => {
    await expect(digest(repository)).rejects.toThrow(message);
  });

  it("does not wait for ever", async () => {
    await expect(digest("slow/a", 100)).rejects.toThrow(`${host} cannot be reached: no answer in time`);
  });

  it("says when nobody listens", async () => {
    await expect(manifestDigest("127.0.0.1:1/a", "v1", 1000)).rejects.toThrow(
      /^127\.0\.0\.1:1 cannot be reached: .+/,
    );
  });

  it("resolves only what is asked for", async () => {
    const entry = (name: string): string =>
      `  ${name}: { upstream: { image: "${host}/plain/${name}", tag: v1, digest: null }, recipe: null, missing: x, contract: null }\n`;
    const { text, resolutions } = await resolveDigests(`programs:\n${entry("a")}${entry("b")}`, {
      only: ["b"],
    });
    expect(resolutions.map(({ program, state }) => [program, state])).toEqual([["b", "resolved"]]);
    expect(text).toBe(`programs:\n${entry("a")}${entry("b").replace("null", DIGEST)}`);
  });
});

describe("registryOf", () => {
  it.each([
    ["docker.io/library/nats", "https://registry-1.docker.io", "library/nats"],
    ["nvcr.io/nvidia/tritonserver", "https://nvcr.io", "nvidia/tritonserver"],
    ["localhost:5000/x", "http://localhost:5000", "x"],
    ["127.0.0.1:39500/a/b", "http://127.0.0.1:39500", "a/b"],
    ["localhost.example.com/x", "https://localhost.example.com", "x"],
  ])("%s", (image, origin, repository) => expect(registryOf(image)).toMatchObject({ origin, repository }));
});
