import type Docker from "dockerode";
import { issueOnHost, OUT } from "../../cli/docker/issue";
import { GATEWAY_PORTS } from "../../components/gateway/gateway";
import { execIn, logs } from "../harness/docker";
import { ask, type Ask } from "../harness/https";
import { gpuServing } from "./platforms";
import { BCRYPT_PASSWORD, hostPortOf, Sandbox } from "./sandbox";
import { DYNAMIC, sealed } from "./sealed";

const PORT = 8463;
const LOGIN = { user: "operator", password: BCRYPT_PASSWORD };
/** What Traefik says of a request that it lets through: in Triton's place nobody listens. */
const PASSED = 502;

/** The planned gateway with its certificate, on a host port of 127.0.0.1. */
async function startGateway(sandbox: Sandbox): Promise<{ gateway: Docker.Container; ca: string }> {
  expect((await sandbox.run("gpu-ca")).code).toBe(0);
  const ca = (await sandbox.run("gpu-ca", { command: ["ca", "export", "--ca-dir", "/ca"] })).stdout;
  const planned = sandbox.files("gpu-gateway")[DYNAMIC] ?? "";
  const dynamic = sealed(planned.replace("http://triton:8000", "http://127.0.0.1:9"));
  return {
    gateway: await sandbox.start("gpu-gateway", { publish: [PORT], files: { [DYNAMIC]: dynamic } }),
    ca,
  };
}

type Client = NonNullable<Ask["client"]>;

/** A client's certificate of the authority of that sandbox, as `./trade2026 ca client` issues it. */
function clientOf(issuer: Sandbox): Promise<Client> {
  const issue = ["ca", "issue", "--ca-dir", "/ca", "--out", OUT, "--client", "--name", "trader"];
  return issueOnHost(issuer.docker, `t26config-${issuer.name}`, issuer.planned("gpu-ca"), issue);
}

/** The status of an answer, `passed` where it would be the model server's, `refused` where there is no connection. */
async function statusOf(
  gateway: Docker.Container,
  host: string,
  how: Ask,
): Promise<number | "passed" | "refused"> {
  const url = `https://${host}:${await hostPortOf(gateway, PORT)}/v2/health/ready`;
  return ask(url, how).then(
    ({ status }) => (status === PASSED ? "passed" : status),
    () => "refused",
  );
}

async function expectQuietOnItsPort(gateway: Docker.Container): Promise<void> {
  const { stdout, stderr } = await logs(gateway);
  expect(
    `${stdout}\n${stderr}`.split("\n").filter((line) => /"level":"(warn|error|fatal)"/.test(line)),
  ).toEqual([]);
  const sockets = JSON.parse((await execIn(gateway, ["/opt/t26/t26", "listen"])).stdout) as readonly {
    port: number;
    loopback: boolean;
  }[];
  const open = new Set(sockets.filter(({ loopback }) => !loopback).map(({ port }) => port));
  expect([...open].sort((a, b) => a - b)).toEqual([GATEWAY_PORTS.metrics, PORT]);
}

describe("the GPU gateway on the platform's host", () => {
  let sandbox: Sandbox;
  let gateway: Docker.Container;
  let ca: string;
  beforeAll(async () => {
    sandbox = await Sandbox.open("gpu-here", gpuServing());
    ({ gateway, ca } = await startGateway(sandbox));
  });
  afterAll(() => sandbox.close());

  it("takes its files and listens for nothing but the model server", () => expectQuietOnItsPort(gateway));

  it.each(["localhost", "127.0.0.1"])("asks for the login at %s", async (host) => {
    expect(await statusOf(gateway, host, { ca })).toBe(401);
    expect(await statusOf(gateway, host, { ca, auth: { ...LOGIN, password: "wrong" } })).toBe(401);
    expect(await statusOf(gateway, host, { ca, auth: LOGIN })).toBe("passed");
  });
});

describe("the GPU gateway on another host", () => {
  const plan = gpuServing({ dockerHost: "ssh://ops@gpu1.example.com" });
  let sandbox: Sandbox;
  let gateway: Docker.Container;
  let ca: string;
  let client: Client;
  let stranger: Client;
  beforeAll(async () => {
    const other = await Sandbox.open("gpu-elsewhere", plan);
    await other.run("gpu-ca");
    stranger = await clientOf(other);
    await other.close();
    sandbox = await Sandbox.open("gpu-there", plan);
    ({ gateway, ca } = await startGateway(sandbox));
    client = await clientOf(sandbox);
  });
  afterAll(() => sandbox.close());

  it("is the only one with a published port, and has only that", () => {
    expect(plan.hostPorts).toEqual([
      { name: "gpu-serving", owner: "gpu-gateway", address: "127.0.0.1", host: PORT, container: PORT },
    ]);
  });

  it("takes its files and listens for nothing but the model server", () => expectQuietOnItsPort(gateway));

  it.each(["localhost", "127.0.0.1"])("lets in its own authority's clients alone, at %s", async (host) => {
    expect(await statusOf(gateway, host, { ca })).toBe("refused");
    expect(await statusOf(gateway, host, { ca, auth: LOGIN })).toBe("refused");
    expect(await statusOf(gateway, host, { ca, client: stranger })).toBe("refused");
    expect(await statusOf(gateway, host, { ca, client })).toBe("passed");
  });

  it("has nothing for whoever names another host, a certificate or not", async () => {
    const headers = { host: "elsewhere.example" };
    expect(await statusOf(gateway, "localhost", { ca, headers })).toBe("refused");
    expect(await statusOf(gateway, "localhost", { ca, headers, client })).toBe(404);
  });

  it("knows no login", () => {
    expect(plan.credentials).toEqual([]);
    expect(
      Object.keys(sandbox.files("gpu-gateway")).filter((path) => path.startsWith("/run/secrets")),
    ).toEqual([]);
  });
});
