import { parse } from "yaml";
import { ca, gateway, toolsGateway, welcome } from "../../../../components/gateway/services";
import type { ToolSpec } from "../../../../model/service";
import { settings, registry, service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

describe("the certificate authority", () => {
  it("issues a certificate for the stack's names and address, to a volume that only it writes", () => {
    const { configured } = wiredAmong(ca, [], {
      hostNames: ["trade.example.com", "localhost"],
      bindAddress: "10.0.0.5",
      tlsEpoch: 2,
    });
    expect(configured.command).toEqual([
      ...["ca", "issue", "--ca-dir", "/ca", "--out", "/tls", "--name", "gateway"],
      ...["--dns", "trade.example.com,localhost", "--ip", "10.0.0.5", "--days", "397", "--serial-epoch", "2"],
    ]);
    expect(configured.shared).toEqual([
      { volume: "ca-tls", path: "/tls", readOnly: false, create: { protectsData: false } },
    ]);
    expect(ca).toMatchObject({ lanes: [], data: [{ name: "ca", path: "/ca" }] });
  });
});

describe("a gateway", () => {
  it("has its static file, its certificate and its routes, and the login's hash as its only secret", () => {
    const { config, secrets, configured } = wiredAmong(gateway, [ca, welcome]);
    expect(config.map(({ path, onChange }) => [path, onChange])).toEqual([
      ["traefik.yml", undefined],
      ["dynamic/dynamic.yml", "reload"],
    ]);
    expect(secrets.map(({ path }) => path)).toEqual(["users"]);
    expect(rendered(wiredAmong(gateway, [ca]), "users")).toBe("operator:<gateway-operator:bcrypt>\n");
    expect(configured.shared).toEqual([{ volume: "ca-tls", path: "/tls", readOnly: true }]);
  });

  it("publishes 80, 443 and the dashboard; http is sent on to the published https port", () => {
    const context = { settings: settings(), wellKnown: registry.wellKnown, services: [] };
    expect(gateway.publish?.(context)).toEqual([
      { name: "http", container: 8000 },
      { name: "https", container: 8443 },
      {
        name: "gateway-dashboard",
        container: 8080,
        page: { title: "Gateway dashboard", path: "/dashboard/" },
      },
    ]);
    expect(rendered(wiredAmong(gateway, [ca], { hostPorts: { https: 9443 } }), "traefik.yml")).toContain(
      "to: :9443\n",
    );
  });

  it("mounts no Docker socket and runs as nobody, on every lane", () => {
    expect(gateway).toMatchObject({
      user: "65532:65532",
      lanes: ["frontend", "lowlatency", "backend"],
      capabilities: [],
      data: [],
    });
  });
});

it("keeps tools apart: publishing one changes the tools gateway alone", () => {
  const tool = service({
    name: "tool",
    tools: [{ hostPort: 8430, port: "http", protocol: "http", login: "gateway", data: false, title: "Tool" }],
  });
  const files = (of: typeof gateway, ...others: (typeof tool)[]): string[] =>
    ["traefik.yml", "dynamic/dynamic.yml"].map((path) => rendered(wiredAmong(of, [ca, ...others]), path));
  expect(files(gateway, tool)).toEqual(files(gateway));
  expect(files(toolsGateway, tool)).not.toEqual(files(toolsGateway));
});

describe("the credentials that the tools gateway shows", () => {
  const keeper = service({ name: "authn", sessions: { path: "/forward" } });
  const basic = (name: string, more: Partial<ToolSpec> = {}) =>
    service({
      name,
      endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
      tools: [
        {
          ...{ hostPort: 8430, port: "http", protocol: "http", login: "basic", data: false, title: name },
          ...more,
        },
      ],
    });

  it("are a file of its secrets, handed over before it starts", () => {
    const wired = wiredAmong(toolsGateway, [ca, keeper, basic("board"), basic("log", { hostPort: "store" })]);
    expect(wired.secrets.map(({ path }) => path)).toEqual(["users", "tools.yml"]);
    expect(parse(rendered(wired, "tools.yml"))).toEqual({
      http: {
        middlewares: {
          "port-8430-credential": {
            headers: { customRequestHeaders: { Authorization: "Basic <board-tools-gateway:basic>" } },
          },
          "store-credential": {
            headers: { customRequestHeaders: { Authorization: "Basic <log-tools-gateway:basic>" } },
          },
        },
      },
    });
    expect(toolsGateway.entrypoint?.join(" ")).toContain("--once /run/secrets/tools.yml");
    expect(wired.env).toEqual({ GOMAXPROCS: "1", GOGC: "400", GOMEMLIMIT: expect.any(String) as string });
  });

  it.each([
    ["nobody knows sessions", [basic("board")]],
    ["the tool is not published", [keeper, basic("board", { data: true })]],
    ["the tool asks nobody by itself", [keeper, basic("board", { login: "gateway" })]],
  ])("are none where %s", (_case, others) => {
    const { secrets } = wiredAmong(toolsGateway, [ca, ...others]);
    expect(secrets.map(({ path }) => path)).toEqual(["users"]);
  });

  it("are not the main gateway's, which shows its configuration on a dashboard", () => {
    const { secrets } = wiredAmong(gateway, [ca, keeper, basic("board"), toolsGateway]);
    expect(secrets.map(({ path }) => path)).toEqual(["users"]);
    expect(gateway.entrypoint?.join(" ")).not.toContain("--once");
  });
});

it("tells the landing page what routes there are, and whom they are for", () => {
  const orders = service({ name: "oms", title: "Orders", route: { path: "/api/orders", role: "trader" } });
  expect(JSON.parse(rendered(wiredAmong(welcome, [orders]), "routes.json"))).toEqual([
    { title: "Landing page", url: "https://localhost/", kind: "ui", description: "" },
    { title: "Orders", url: "https://localhost/api/orders", kind: "api", description: "needs trader" },
  ]);
});
