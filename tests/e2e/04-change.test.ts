import { ask, type Answer } from "../harness/https";
import { engine, until } from "../harness/docker";
import { accessOf, shownSecrets } from "./harness/access";
import { noteState, platformUp } from "./harness/chapters";
import { LaneClient } from "./harness/client";
import { engineKind, tsx, up, verb, type Said } from "./harness/command";
import { changed, ids, inventory } from "./harness/inventory";
import { BASE, OFFSET, physical, PORTS } from "./harness/platform";

/** Where a browser without a session is sent. */
const LOGIN = `${BASE}/api/auth/login?`;

/**
 * Which containers are replaced by a change, exactly. Each change is made on top of the ones before it; the last `up`
 * takes all of them back.
 */
const MADE_BEFORE: string[] = [];
const changedUp = (...change: readonly string[]): Promise<Said> => {
  MADE_BEFORE.push(...change.filter((one) => !one.includes("=")));
  return tsx(
    "tests/e2e/harness/changed-up.ts",
    [...MADE_BEFORE, ...change.filter((one) => one.includes("="))],
    { env: { E2E_ENGINE: engineKind() } },
  );
};

describe("a change replaces what it is about, and nothing else", () => {
  let before: ReadonlyMap<string, string>;
  let untouched: ReadonlyMap<string, string>;
  let ca: string;
  const get = (url: string): Promise<Answer> => ask(url, { ca, headers: { accept: "text/html" } });

  /** Names whose container is another one after `act`. */
  async function replacedBy(act: Promise<Said>): Promise<readonly string[]> {
    before = await ids();
    const { code, text } = await act;
    if (code !== 0) throw new Error(text);
    return changed(before, await ids());
  }

  beforeAll(async () => {
    await platformUp();
    untouched = await ids();
    ca = (await verb("ca export")).stdout;
    noteState("unknown");
  });

  it("one host port: its gateway, and the list of addresses", async () => {
    expect(await replacedBy(up(["--set", "hostPorts.gateway-dashboard=29082"]))).toEqual([
      "gateway",
      "welcome-config",
    ]);
    expect((await get("https://localhost:29082/dashboard/")).headers.location).toContain(LOGIN);
    await expect(get(`https://localhost:${PORTS.dashboard}/dashboard/`)).rejects.toThrow(/ECONNREFUSED/);
  });

  it("one environment variable: its container", async () => {
    expect(await replacedBy(changedUp("environment"))).toEqual(["welcome"]);
    expect((await get(BASE)).body).toContain("<h1>Changed by a test</h1>");
  });

  it("one probe: its container", async () => {
    expect(await replacedBy(changedUp("probe"))).toEqual(["opa"]);
    expect((await inventory()).get("opa")?.Config.Healthcheck?.Test?.join(" ")).toContain("--every 7s ");
  });

  it("one route: no service at all, and the gateway answers there", async () => {
    expect((await get(`${BASE}/api/decisions/health`)).status).toBe(404);
    expect(await replacedBy(changedUp("route"))).toEqual([
      "gateway-config",
      // which probes it from now on
      "prometheus-config",
      "welcome-config",
    ]);
    // both look for a change of their files themselves, the gateway at most every two seconds
    await until(
      "the gateway to have the route",
      10,
      () => get(`${BASE}/api/decisions/health`),
      ({ status }) => status === 200,
    );
    await until(
      "the landing page to list it",
      10,
      () => get(BASE),
      ({ body }) => body.includes(`${BASE}/api/decisions`),
    );
  });

  it("one published tool: the tools gateway", async () => {
    expect(await replacedBy(changedUp("tool"))).toEqual([
      "tools-gateway",
      "tools-gateway-config",
      "welcome-config",
    ]);
    expect((await get(`https://localhost:${8431 + OFFSET}/`)).headers.location).toContain(LOGIN);
  });

  it("one line of a service's source: its container", async () => {
    expect(await replacedBy(changedUp("source"))).toEqual(["welcome"]);
    expect((await get(BASE)).body).toContain("This is what a changed line says.");
  });

  it("one credential: the server that knows it, and whoever holds it", async () => {
    const old = await shownSecrets();
    const image = (await inventory()).get("welcome")?.Image ?? "";
    expect(await replacedBy(changedUp("rotate=valkey-cache-operator"))).toEqual([
      "valkey-cache",
      "valkey-cache-secrets",
    ]);
    const now = await shownSecrets();
    const differing = now
      .filter(({ id, password }) => old.find((one) => one.id === id)?.password !== password)
      .map(({ id }) => id);
    expect(differing).toEqual(["valkey-cache-operator"]);
    const open = async (secrets: typeof old): Promise<unknown> => {
      const client = await LaneClient.open(image, accessOf(secrets, ["valkey-cache"]));
      const outcome = (await client.run("check"))["valkey-cache"]?.["sets and gets"];
      await client.close();
      return outcome;
    };
    expect(await open(now)).toEqual({ ok: true, value: true });
    expect(await open(old)).toMatchObject({ ok: false });
  });

  it("taking all of it back replaces the same containers, and the rest were there all the time", async () => {
    const replaced = await replacedBy(up());
    expect(replaced).toEqual([
      "gateway",
      "gateway-config",
      "opa",
      "prometheus-config",
      "tools-gateway",
      "tools-gateway-config",
      "welcome",
      "welcome-config",
    ]);
    const all = changed(untouched, await ids());
    expect(all).toEqual([...replaced, "valkey-cache", "valkey-cache-secrets"].sort());
    const docker = await engine();
    const { RestartCount } = await docker.getContainer(physical("nats")).inspect();
    expect(RestartCount).toBe(0);
    noteState("up");
  });
});
