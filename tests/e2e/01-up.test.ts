import { Agent } from "node:https";
import { connect, type SecureVersion } from "node:tls";
import { ask, type Answer } from "../harness/https";
import { shownSecrets } from "./harness/access";
import { noteState, platformUp } from "./harness/chapters";
import { engineKind, up, verb, type Said } from "./harness/command";
import { changed, ids, inventory, named, type Inventory } from "./harness/inventory";
import { BASE, PORTS } from "./harness/platform";
import { JOBS, SERVICES } from "./expected/services";

describe("up, on a machine that has nothing of it yet", () => {
  let first: Said;
  let all: Inventory;
  beforeAll(async () => {
    first = await up();
    noteState(first.code === 0 ? "up" : "lost");
    all = await inventory();
  });

  it("ends well", () =>
    expect({ code: first.code, text: first.code === 0 ? "" : first.text }).toEqual({ code: 0, text: "" }));
  it("says which engine it used", () => expect(first.text).toContain(`Engine: ${engineKind()}, `));

  it("runs exactly the services of the data core and the gateways", () =>
    expect(named(all, "service")).toEqual([...SERVICES.keys()].sort()));
  it("has every service healthy", () => {
    const health = Object.fromEntries(
      named(all, "service").map((name) => [name, all.get(name)?.State.Health?.Status]),
    );
    expect(health).toEqual(Object.fromEntries([...SERVICES.keys()].map((name) => [name, "healthy"])));
  });
  it("has run every job to a good end", () => {
    const ends = Object.fromEntries(
      named(all, "job").map((name) => [
        name,
        `${all.get(name)?.State.Status} ${all.get(name)?.State.ExitCode}`,
      ]),
    );
    expect(ends).toMatchObject(Object.fromEntries(JOBS.map((name) => [name, "exited 0"])));
    expect(new Set(Object.values(ends))).toEqual(new Set(["exited 0"]));
  });
  it("restarted nothing on the way", () => {
    const restarts = named(all, "service").filter((name) => (all.get(name)?.RestartCount ?? 0) > 0);
    expect(restarts).toEqual([]);
  });

  it("status shows all of it", async () => {
    const { code, stdout } = await verb("status");
    expect(code).toBe(0);
    for (const name of SERVICES.keys()) expect(stdout).toMatch(new RegExp(`^.*\\b${name}\\b.*healthy`, "m"));
  });
});

describe("the same again", () => {
  let before: ReadonlyMap<string, string>;
  beforeAll(async () => {
    await platformUp();
    before = await ids();
  });
  const untouched = async (): Promise<void> => expect(changed(before, await ids())).toEqual([]);

  it("a second up changes nothing", async () => {
    const { code, text } = await up();
    expect({ code, text }).toEqual({
      code: 0,
      text: expect.stringMatching(/no change|nothing to do|up to date/i) as string,
    });
    await untouched();
  });
  it("a preview shows no change", async () => {
    const { code, text } = await verb("preview");
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/no change/i) as string });
  });
  it("nor after the state was read back from the engine", async () => {
    const { code, text } = await verb("preview", ["--refresh"]);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/no change/i) as string });
    await untouched();
  });
});

describe("the addresses", () => {
  let ca: string;
  let login: { user: string; password: string };
  const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
    ask(`${BASE}${path}`, { ca, headers });
  beforeAll(async () => {
    await platformUp();
    ca = (await verb("ca export")).stdout;
    const secret = (await shownSecrets()).find(({ id }) => id === "gateway-operator");
    login = { user: secret?.username ?? "", password: secret?.password ?? "" };
  });

  it("are the ones that urls prints, and each answers", async () => {
    const { code, stdout } = await verb("urls");
    expect(code).toBe(0);
    const printed = stdout.match(/https:\/\/\S+/g) ?? [];
    expect(printed).toEqual(
      expect.arrayContaining([`${BASE}/`, `https://localhost:${PORTS.dashboard}/dashboard/`]),
    );
    for (const url of printed) expect((await ask(url, { ca })).status).toBeLessThan(500);
  });

  it("a stranger's certificate store does not trust them", async () => {
    await expect(ask(BASE)).rejects.toThrow(/certificate/);
  });

  it.each([
    ["GET", 301],
    ["POST", 308],
  ] as const)("http leads to https: %s by a %d", async (method, wanted) => {
    const { status, headers } = await ask(`http://localhost:${PORTS.http}/any/path?x=1`, { method });
    expect({ status, location: headers.location }).toEqual({
      status: wanted,
      location: `${BASE}/any/path?x=1`,
    });
  });

  it("/ is the landing page", async () => {
    const { status, headers, body } = await get("/", { accept: "text/html" });
    expect({ status, type: headers["content-type"] }).toEqual({
      status: 200,
      type: expect.stringContaining("text/html") as string,
    });
    expect(body).toContain(BASE);
  });

  it("an unknown path is a 404 that says what there is", async () => {
    const { status, body } = await get("/no/such/thing", { accept: "application/json" });
    expect(status).toBe(404);
    const { path, routes } = JSON.parse(body) as { path: string; routes: readonly { url: string }[] };
    expect({ path, urls: routes.map(({ url }) => url) }).toEqual({
      path: "/no/such/thing",
      urls: expect.arrayContaining([`${BASE}/`]) as string[],
    });
    expect((await get("/no/such/thing", { accept: "text/html" })).body).toContain("<html");
  });

  it("the dashboard asks for its login, and opens with it", async () => {
    const url = `https://localhost:${PORTS.dashboard}`;
    const { status, headers } = await ask(`${url}/dashboard/`, { ca });
    expect({ status, challenge: headers["www-authenticate"] }).toEqual({
      status: 401,
      challenge: 'Basic realm="Trade2026"',
    });
    expect((await ask(`${url}/dashboard/`, { ca, auth: { ...login, password: "wrong" } })).status).toBe(401);
    expect((await ask(`${url}/dashboard/`, { ca, auth: login })).status).toBe(200);
    const overview = JSON.parse((await ask(`${url}/api/overview`, { ca, auth: login })).body) as {
      http: { routers: { errors: number; warnings: number } };
    };
    expect(overview.http.routers).toMatchObject({ errors: 0, warnings: 0 });
  });
  it("the dashboard is nowhere else", async () => {
    expect((await ask(`${BASE}/dashboard/`, { ca, auth: login })).body).not.toContain("Traefik");
    expect((await ask(`${BASE}/api/overview`, { ca, auth: login })).status).toBe(404);
  });

  it("another host name is refused", async () => {
    const { status, body } = await get("/", { host: "evil.example" });
    expect({ status, body: body.trim() }).toEqual({ status: 404, body: "404 page not found" });
    expect(
      (
        await ask(`https://localhost:${PORTS.dashboard}/dashboard/`, {
          ca,
          auth: login,
          headers: { host: "evil.example" },
        })
      ).status,
    ).toBe(404);
  });

  it("answers carry the security headers, and not what made them", async () => {
    const { headers } = await get("/");
    expect(headers).toMatchObject({
      "x-frame-options": "DENY",
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
    });
    expect(headers["permissions-policy"]).toContain("camera=()");
    expect(headers).not.toHaveProperty("server");
    expect(headers).not.toHaveProperty("x-powered-by");
    // On another port than 443 it would lock every other program of this host name out; tests/config sees it on 443.
    expect(headers).not.toHaveProperty("strict-transport-security");
  });

  it("a body above the limit is refused, one at the limit is read", async () => {
    const post = (bytes: number): Promise<Answer> =>
      ask(`${BASE}/`, { ca, method: "POST", body: Buffer.alloc(bytes, "x") });
    expect((await post(1_048_577)).status).toBe(413);
    expect((await post(1_048_576)).status).not.toBe(413);
  });

  it("one client that asks too often is slowed down, and served again later", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 64 });
    const statuses = new Map<number, number>();
    const began = Date.now();
    while (!statuses.has(429) && Date.now() - began < 20_000) {
      const answers = await Promise.all(
        Array.from({ length: 200 }, () => ask(`${BASE}/welcome/style.css`, { ca, agent })),
      );
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    agent.destroy();
    expect([...statuses.keys()].sort()).toEqual([200, 429]);
    expect(statuses.get(200) ?? 0).toBeGreaterThanOrEqual(400);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await get("/welcome/style.css")).status).toBe(200);
  });

  describe("TLS", () => {
    const handshake = (version: SecureVersion): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect({
          ...{ host: "127.0.0.1", port: PORTS.https, servername: "localhost", ca },
          ...{ minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" },
        });
        const end = (said: string): void => {
          socket.destroy();
          resolve(said);
        };
        socket.on("secureConnect", () => end(socket.getProtocol() ?? "none"));
        socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      });
    it.each(["TLSv1.2", "TLSv1.3"] as const)("%s is spoken", async (version) =>
      expect(await handshake(version)).toBe(version),
    );
    it.each(["TLSv1", "TLSv1.1"] as const)("%s is refused by the gateway", async (version) =>
      expect(await handshake(version)).toBe("ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"),
    );
  });
});
