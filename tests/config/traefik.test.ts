import type Docker from "dockerode";
import { GATEWAY_PORTS } from "../../components/gateway/gateway";
import { execIn, logs, until } from "../harness/docker";
import { ask, type Answer } from "../harness/https";
import { defaultPlatform, exposedPlatform } from "./platforms";
import { BCRYPT_PASSWORD, hostPortOf, Sandbox } from "./sandbox";
import { DYNAMIC, sealed } from "./sealed";

const LOGIN = { user: "operator", password: BCRYPT_PASSWORD };
const WRONG = { ...LOGIN, password: "wrong" };

/** Lines of Traefik's own log that tell of a mistake in its configuration. */
async function complaints(gateway: Docker.Container): Promise<readonly string[]> {
  const { stdout, stderr } = await logs(gateway);
  return `${stdout}\n${stderr}`.split("\n").filter((line) => /"level":"(warn|error|fatal)"/.test(line));
}

describe("traefik as the gateway", () => {
  let sandbox: Sandbox;
  let ca: string;
  beforeAll(async () => {
    sandbox = await Sandbox.open("gateway", defaultPlatform());
    expect((await sandbox.run("ca")).code).toBe(0);
    ca = (await sandbox.run("ca", { command: ["ca", "export", "--ca-dir", "/ca"] })).stdout;
  });
  afterAll(() => sandbox.close());

  const dashboard = async (gateway: Docker.Container, path: string, auth?: typeof LOGIN): Promise<Answer> => {
    const url = `https://localhost:${await hostPortOf(gateway, GATEWAY_PORTS.dashboard)}${path}`;
    return ask(url, { ca, ...(auth ? { auth } : {}) });
  };

  describe("with the rendered files", () => {
    let gateway: Docker.Container;
    beforeAll(
      async () => void (gateway = await sandbox.start("gateway", { publish: [GATEWAY_PORTS.dashboard] })),
    );

    it.each(["routers", "services", "middlewares"])(
      "has every one of its http %s, enabled and without an error",
      async (kind) => {
        const answer = await dashboard(gateway, `/api/http/${kind}?per_page=1000`, LOGIN);
        expect(answer.status).toBe(200);
        const found = JSON.parse(answer.body) as readonly {
          name: string;
          status: string;
          error?: readonly string[];
        }[];
        expect(found.filter(({ status, error }) => status !== "enabled" || error !== undefined)).toEqual([]);
        const written = sandbox.files("gateway")[DYNAMIC] ?? "";
        const names = found
          .filter(({ name }) => name.endsWith("@file"))
          .map(({ name }) => name.replace("@file", ""));
        expect(names.length).toBeGreaterThan(0);
        for (const name of names) expect(written).toContain(`${name}:`);
      },
    );

    it("listens on exactly its entry points", async () => {
      const found = JSON.parse((await dashboard(gateway, "/api/entrypoints", LOGIN)).body) as readonly {
        name: string;
        address: string;
      }[];
      const addresses = Object.fromEntries(found.map(({ name, address }) => [name, address]));
      expect(addresses).toEqual({
        http: ":8000",
        https: ":8443",
        dashboard: ":8080",
        ping: "127.0.0.1:8082",
        metrics: ":8083",
        sessions: "127.0.0.1:8084",
      });
    });

    it("complains about nothing", async () => expect(await complaints(gateway)).toEqual([]));

    it("lets nobody in without the credential, where nobody knows a session", async () => {
      expect((await dashboard(gateway, "/api/overview")).status).toBe(503);
      expect((await dashboard(gateway, "/api/overview", WRONG)).status).toBe(401);
    });

    it("sets the security headers, with HSTS where https has its own port", async () => {
      const { headers } = await dashboard(gateway, "/dashboard/", LOGIN);
      expect(headers).toMatchObject({
        "strict-transport-security": "max-age=31536000",
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      });
    });
  });

  it("keeps what it has while the file is being written again", async () => {
    const gateway = await sandbox.start("gateway", { publish: [GATEWAY_PORTS.dashboard] });
    const whole = sandbox.files("gateway")[DYNAMIC] ?? "";
    const realm = async (): Promise<string> =>
      String((await dashboard(gateway, "/api/overview", WRONG)).headers["www-authenticate"]);
    expect(await realm()).toContain("Trade2026");
    // longer than it waits between two configurations
    for (const part of ["", whole.slice(0, 40), whole.slice(0, whole.length / 2)]) {
      await sandbox.rewrite("gateway", { [DYNAMIC]: part });
      await new Promise((resolve) => setTimeout(resolve, 2500));
      expect([part.length, await realm()]).toEqual([part.length, expect.stringContaining("Trade2026")]);
    }
    await sandbox.rewrite("gateway", {
      [DYNAMIC]: sealed(whole.replace("realm: Trade2026", "realm: Other")),
    });
    expect(await until("the new file", 10, realm, (seen) => seen.includes("Other"))).toContain("Other");
  });

  it("names a mistake in its routes, and lets no half of them through", async () => {
    const broken = sealed((sandbox.files("gateway")[DYNAMIC] ?? "").replace("basicAuth:", "basicauthh:"));
    const gateway = await sandbox.start("gateway", { files: { [DYNAMIC]: broken } });
    expect((await complaints(gateway)).join("\n")).toContain("basicauthh");
  });
});

describe.each([
  ["no store published", defaultPlatform()],
  ["every store published", exposedPlatform()],
])("traefik as the tools gateway, %s", (title, plan) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.open(title.replaceAll(" ", "-"), plan);
    expect((await sandbox.run("ca")).code).toBe(0);
  });
  afterAll(() => sandbox.close());

  it("takes the rendered files and listens for exactly the published tools", async () => {
    const gateway = await sandbox.start("tools-gateway");
    const sockets = JSON.parse((await execIn(gateway, ["/opt/t26/t26", "listen"])).stdout) as readonly {
      port: number;
      loopback: boolean;
    }[];
    const open = [...new Set(sockets.filter(({ loopback }) => !loopback).map(({ port }) => port))].sort(
      (a, b) => a - b,
    );
    const published = plan.hostPorts
      .filter(({ owner }) => owner === "tools-gateway")
      .map(({ container }) => container);
    expect(open).toEqual([...published, GATEWAY_PORTS.metrics].sort((a, b) => a - b));
    expect(await complaints(gateway)).toEqual([]);
  });
});
