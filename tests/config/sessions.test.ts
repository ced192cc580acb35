import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { GATEWAY_PORTS } from "../../components/gateway/gateway";
import { basicCredential } from "../../model/secrets";
import { startService, type RunningService } from "../../services/kit";
import { welcome } from "../../services/welcome/src/service";
import { logs, until } from "../harness/docker";
import { ask, type Answer, type Ask } from "../harness/https";
import {
  ADMIN_PASSWORD,
  form,
  logIn,
  post,
  startAuthn,
  startPolicy,
  ask as askAuthn,
  type Authn,
  type Policy,
} from "../services/authn/given";
import { startPostgres, type Store } from "../services/stores";
import { exposedPlatform } from "./platforms";
import { BCRYPT_PASSWORD, hostPortOf, passwordOf, Sandbox } from "./sandbox";
import { DYNAMIC, sealed } from "./sealed";

const PORTS = { status: 8430, prometheus: 9090, opa: 8181 } as const;
const OPERATOR = { user: "operator", password: BCRYPT_PASSWORD };
/** As a browser asks for a page. */
const NAVIGATION = { accept: "text/html", "sec-fetch-mode": "navigate", "sec-fetch-site": "none" };
const FORGED = { "x-auth-user": "root", "x-auth-role": "admin" };
/** By which the tools gateway is known to Prometheus. */
const GATEWAYS_OWN = `Basic ${basicCredential("tools-gateway", passwordOf("prometheus-tools-gateway"))}`;

/** In every tool's place: says what it was asked, and asks for a login where it is told to. */
class Tool {
  readonly #server: Server = createServer((request, response) => {
    const { authorization } = request.headers;
    const refused = this.asks && authorization === undefined;
    response.writeHead(refused ? 401 : 200, refused ? { "www-authenticate": 'Basic realm="tool"' } : {});
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  });
  constructor(readonly asks: boolean) {}

  async listen(host: string): Promise<string> {
    this.#server.listen(0, host);
    await once(this.#server, "listening");
    return `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }
  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** What reached the tool. */
function seen({ body }: Answer): { readonly url: string; readonly headers: IncomingMessage["headers"] } {
  return JSON.parse(body) as ReturnType<typeof seen>;
}

/** The real gateways, authn and error pages; the tools are played. */
describe("one session for the tools", () => {
  let sandbox: Sandbox;
  let gateway: Docker.Container;
  let main: Docker.Container;
  let ca: string;
  let postgres: Store;
  let policy: Policy;
  let authn: Authn;
  let authnIsThere = false;
  let pages: RunningService;
  let sessions: { readonly admin: string; readonly viewer: string };
  const tool = new Tool(false);
  const guarded = new Tool(true);
  const dir = mkdtempSync(join(tmpdir(), "t26-sessions-"));

  beforeAll(async () => {
    sandbox = await Sandbox.open("sessions", exposedPlatform());
    const bridge = (await sandbox.docker.getNetwork("bridge").inspect()) as {
      IPAM: { Config: readonly { Gateway?: string; Subnet: string }[] };
    };
    const host = bridge.IPAM.Config[0]?.Gateway ?? "";
    expect(host).not.toBe("");
    [postgres, policy] = await Promise.all([startPostgres("gateway-sessions"), startPolicy()]);
    authn = await startAuthn({
      postgres: postgres.port,
      nats: 1,
      opa: policy.url,
      more: { HTTP_HOST: "0.0.0.0" },
    });
    authnIsThere = true;
    writeFileSync(join(dir, "routes.json"), "[]");
    pages = await startService(welcome, {
      HTTP_HOST: host,
      HTTP_PORT: "0",
      LOG_LEVEL: "error",
      DRAIN_DELAY_MS: "0",
      ROUTES_FILE: join(dir, "routes.json"),
    });
    const [open, asking] = await Promise.all([tool.listen(host), guarded.listen(host)]);
    const played: Readonly<Record<string, string>> = {
      "http://authn:8114": `http://${host}:${authn.service.port}`,
      "http://welcome:8080": `http://${host}:${pages.port}`,
      "http://status-web:8430": open,
      "http://prometheus:9090": asking,
      "http://opa:8181": asking,
    };
    const dynamic = (name: string): string =>
      Object.entries(played).reduce(
        (text, [planned, there]) => text.replaceAll(planned, there),
        sandbox.files(name)[DYNAMIC] ?? "",
      );
    expect((await sandbox.run("ca")).code).toBe(0);
    ca = (await sandbox.run("ca", { command: ["ca", "export", "--ca-dir", "/ca"] })).stdout;
    gateway = await sandbox.start("tools-gateway", {
      publish: Object.values(PORTS),
      files: { [DYNAMIC]: sealed(dynamic("tools-gateway")) },
    });
    main = await sandbox.start("gateway", {
      publish: [GATEWAY_PORTS.dashboard, GATEWAY_PORTS.https],
      files: { [DYNAMIC]: sealed(dynamic("gateway")) },
    });
    const { access } = await logIn(authn.base, "admin", ADMIN_PASSWORD);
    const viewer = { name: "vic", role: "viewer", accounts: ["main"], password: "a viewer's password" };
    expect((await askAuthn(authn.base, "/users", post(viewer, access))).status).toBe(201);
    sessions = { admin: await begin("admin", ADMIN_PASSWORD), viewer: await begin("vic", viewer.password) };
  });
  afterAll(async () => {
    tool.close();
    guarded.close();
    await pages?.stop();
    if (authnIsThere) await authn.close();
    policy?.server.close();
    await postgres?.close();
    await sandbox?.close();
    rmSync(dir, { recursive: true });
  });

  /** The login page's form, as a browser sends it. @returns the session's cookie */
  async function begin(username: string, password: string): Promise<string> {
    const page = await askAuthn(authn.base, "/login");
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.text)?.[1] ?? "";
    const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
    const sent = form({ csrf, username, password }, { cookie, "sec-fetch-site": "same-origin" });
    const begun = (await askAuthn(authn.base, "/login", sent)).headers.get("set-cookie") ?? "";
    expect(begun).toContain("t26_session=");
    return begun.split(";")[0] ?? "";
  }
  const at = async (of: Docker.Container, port: number, path: string, how: Ask = {}): Promise<Answer> =>
    ask(`https://localhost:${await hostPortOf(of, port)}${path}`, { ca, ...how });
  const status = (path: string, how?: Ask) => at(gateway, PORTS.status, path, how);
  const prometheus = (path: string, how?: Ask) => at(gateway, PORTS.prometheus, path, how);
  const opa = (path: string, how?: Ask) => at(gateway, PORTS.opa, path, how);
  const dashboard = (path: string, how?: Ask) => at(main, GATEWAY_PORTS.dashboard, path, how);
  const everywhere = [
    ["the status page", status],
    ["prometheus", prometheus],
    ["the dashboard", dashboard],
  ] as const;

  it.each(everywhere)(
    "%s sends a browser without a session to the login page, and back",
    async (_at, get) => {
      const { status: code, headers } = await get("/a/page?b=c", { headers: NAVIGATION });
      const login = new URL(String(headers.location));
      expect([code, login.origin + login.pathname]).toEqual([302, "https://localhost/api/auth/login"]);
      expect(login.searchParams.get("return")).toMatch(/^https:\/\/localhost:\d+\/a\/page\?b=c$/);
    },
  );

  it.each(everywhere)("%s tells a program that it may not", async (_at, get) => {
    const program = await get("/api/overview");
    expect([program.status, program.headers["www-authenticate"]]).toEqual([401, 'Basic realm="Trade2026"']);
    const script = await get("/api/overview", { headers: { "sec-fetch-mode": "cors" } });
    expect([script.status, script.headers["www-authenticate"]]).toEqual([401, undefined]);
  });

  it.each(everywhere)(
    "%s is open to a viewer's session, and to changes with an admin's alone",
    async (_at, get) => {
      const with_ = (cookie: string, method = "GET"): Ask => ({ method, headers: { ...NAVIGATION, cookie } });
      expect((await get("/api/overview", with_(sessions.viewer))).status).toBe(200);
      const refused = await get("/api/overview", with_(sessions.viewer, "POST"));
      expect([refused.status, refused.body]).toEqual([403, expect.stringContaining("needs the role admin")]);
      expect((await get("/api/overview", with_(sessions.admin, "POST"))).status).not.toBe(403);
      expect((await get("/api/overview", with_("t26_session=forged"))).status).toBe(302);
    },
  );

  it("a tool learns who it is from the gateway alone, and never sees the session", async () => {
    const cookie = `theme=dark; ${sessions.viewer}; other=1`;
    const answer = await status("/", { headers: { ...NAVIGATION, ...FORGED, cookie } });
    expect(seen(answer).headers).toMatchObject({
      "x-auth-user": "vic",
      "x-auth-role": "viewer",
      cookie: "theme=dark; other=1",
    });
    expect(seen(answer).headers.authorization).toBeUndefined();
    expect(answer.body).not.toContain("t26_session");
  });

  it("a tool that asks for a login is shown the gateway's own, and no other's", async () => {
    const { headers } = seen(
      await prometheus("/graph", { headers: { ...NAVIGATION, cookie: sessions.viewer } }),
    );
    expect(headers).toMatchObject({ authorization: GATEWAYS_OWN, "x-auth-user": "vic" });
    expect(headers.cookie).toBeUndefined();
  });

  it("who shows a credential is judged by it, whatever session comes with it, and hands over neither", async () => {
    const cookie = sessions.admin;
    const wrong = { ...OPERATOR, password: "wrong" };
    expect((await status("/", { auth: wrong, headers: { cookie } })).status).toBe(401);
    const here = seen(await status("/", { auth: OPERATOR, headers: { ...FORGED, cookie } })).headers;
    expect([here.authorization, here.cookie, here["x-auth-user"], here["x-auth-role"]]).toEqual(
      Array(4).fill(undefined),
    );
    const there = seen(await prometheus("/", { auth: wrong, headers: { ...FORGED, cookie } })).headers;
    expect(there.authorization).toBe(`Basic ${basicCredential("operator", "wrong")}`);
    expect([there.cookie, there["x-auth-user"], there["x-auth-role"]]).toEqual(Array(3).fill(undefined));
    expect((await dashboard("/api/overview", { auth: wrong, headers: { cookie } })).status).toBe(401);
    expect((await dashboard("/api/overview", { auth: OPERATOR })).status).toBe(200);
  });

  it("a tool with a login of its own kind has its own cookies, and not the session", async () => {
    const cookie = `${sessions.admin}; own=1`;
    const auth = { user: "someone", password: "else" };
    // by the tool itself: the gateway asks nobody
    expect((await opa("/")).headers["www-authenticate"]).toBe('Basic realm="tool"');
    expect((await opa("/", { headers: { cookie: "own=1" } })).body).toContain('"cookie":"own=1"');
    const kept = await opa("/", { headers: { ...FORGED, cookie } });
    expect(kept.body).toContain('"cookie":"own=1"');
    expect(kept.body).not.toMatch(/t26_session|x-auth/);
    expect(seen(await opa("/", { auth, headers: { cookie } })).headers.cookie).toBeUndefined();
  });

  it("a page of another tool cannot use the session", async () => {
    const foreign = { "sec-fetch-mode": "cors", "sec-fetch-site": "same-site", cookie: sessions.admin };
    for (const method of ["GET", "POST"])
      expect((await prometheus("/api/v1/query", { method, headers: foreign })).status).toBe(403);
  });

  it("what only gateways ask authn nobody asks through them", async () => {
    const forged = {
      "x-forwarded-method": "GET",
      "x-forwarded-uri": "/",
      cookie: `${sessions.admin}; hidden=1`,
    };
    const answer = await at(main, GATEWAY_PORTS.https, "/api/auth/forward?role=none", { headers: forged });
    expect([answer.status, answer.headers.cookie]).toEqual([403, undefined]);
    const me = await at(main, GATEWAY_PORTS.https, "/api/auth/logout", { method: "POST", headers: forged });
    expect(me.status).toBe(204);
    sessions = { ...sessions, admin: await begin("admin", ADMIN_PASSWORD) };
  });

  it.each(everywhere)("a logout has ended it at %s", async (_at, get) => {
    const ended = await begin("vic", "a viewer's password");
    const headers = { ...NAVIGATION, cookie: ended };
    expect((await get("/api/overview", { headers })).status).toBe(200);
    expect(
      (await askAuthn(authn.base, "/logout", { method: "POST", headers: { cookie: ended } })).status,
    ).toBe(204);
    expect((await get("/api/overview", { headers })).status).toBe(302);
  });

  it("complains about nothing", async () => {
    for (const one of [gateway, main]) {
      const { stdout, stderr } = await logs(one);
      const lines = `${stdout}\n${stderr}`.split("\n");
      expect(lines.filter((line) => /"level":"(warn|error|fatal)"/.test(line))).toEqual([]);
      // its own question is no visitor's request
      expect(lines.filter((line) => line.includes('"RequestPath":"/forward'))).toEqual([]);
    }
  });

  // the last: authn does not come back
  it("while nobody knows sessions, it says so, and credentials go on", async () => {
    authnIsThere = false;
    await authn.close();
    for (const [, get] of everywhere) {
      const page = await get("/graph?x=s3cret", { headers: { ...NAVIGATION, cookie: sessions.admin } });
      expect([page.status, page.body]).toEqual([503, expect.stringContaining("Nobody can say who you are")]);
      expect(page.body).toContain("<code>/graph</code>");
      expect(page.body).not.toContain("s3cret");
      expect((await get("/api/overview", { headers: { cookie: sessions.admin } })).status).toBe(503);
      expect((await get("/api/overview", { auth: OPERATOR })).status).toBe(200);
      // the page's way on: the browser asks for the credential
      const asked = await get("/?t26-login=operator", { headers: NAVIGATION });
      expect([asked.status, asked.headers["www-authenticate"]]).toEqual([
        401,
        expect.stringContaining("Basic"),
      ]);
    }
    expect((await opa("/", { headers: { cookie: "own=1" } })).body).toContain('"cookie":"own=1"');
    await until(
      "the access log to have the visitor's request",
      10,
      async () => (await logs(gateway)).stdout,
      (text) => text.includes('"RequestPath":"/graph'),
    );
  });
});
