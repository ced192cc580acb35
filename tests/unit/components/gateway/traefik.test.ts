import { createHash } from "node:crypto";
import { parse } from "yaml";
import { routesConfig } from "../../../../components/gateway/routes";
import { toolEntryPoints, toolsConfig } from "../../../../components/gateway/tools";
import { dynamicConfig, staticConfig } from "../../../../components/gateway/traefik";
import type { FileSpec, PlatformContext, ServiceSpec, ToolSpec } from "../../../../model/service";
import { registry, service, settings } from "../../../support/model";

const context = (
  services: readonly ServiceSpec[],
  raw: Readonly<Record<string, unknown>> = {},
): PlatformContext => ({
  settings: settings(raw),
  wellKnown: registry.wellKnown,
  services,
});
const yaml = ({ content }: FileSpec): unknown => parse(typeof content === "string" ? content : "");
const tool = (more: Partial<ToolSpec>): ToolSpec => ({
  hostPort: 8430,
  port: "http",
  protocol: "http",
  login: "gateway",
  data: false,
  title: "Tool",
  ...more,
});

const HOSTS = "Host(`localhost`) || Host(`127.0.0.1`)";
const common = (https = 443): object => ({
  "security-headers": {
    headers: {
      frameDeny: true,
      contentTypeNosniff: true,
      referrerPolicy: "no-referrer",
      permissionsPolicy: "camera=(), geolocation=(), microphone=(), payment=()",
      ...(https === 443 ? { stsSeconds: 31_536_000, forceSTSHeader: true } : {}),
      customRequestHeaders: { "X-Auth-User": "", "X-Auth-Role": "" },
      customResponseHeaders: { Server: "", "X-Powered-By": "" },
    },
  },
  login: { basicAuth: { usersFile: "/run/secrets/users", realm: "Trade2026", removeHeader: true } },
});
const dashboard = {
  entryPoints: ["dashboard"],
  rule: HOSTS,
  service: "api@internal",
  middlewares: ["security-headers", "login"],
  tls: {},
};

const USUAL = { accessLog: "problems", sessions: false } as const;

describe("the static configuration", () => {
  const transport = {
    respondingTimeouts: { readTimeout: "60s", writeTimeout: "0s", idleTimeout: "180s" },
    lifeCycle: { requestAcceptGraceTimeout: "1s", graceTimeOut: "8s" },
  };
  const entryPoints = [
    { name: "http", port: 8000, redirectToHttps: 8443 },
    { name: "https", port: 8443 },
  ];
  const file = staticConfig(entryPoints, USUAL);

  it("logs every request where all are asked for", () => {
    const { accessLog } = yaml(staticConfig(entryPoints, { ...USUAL, accessLog: "all" })) as {
      readonly accessLog: object;
    };
    expect(accessLog).not.toHaveProperty("filters");
    expect(accessLog).toHaveProperty("fields.defaultMode", "drop");
  });

  it("has files as its only provider, its probe on 127.0.0.1, and asks nobody for updates", () => {
    expect(file.path).toBe("traefik.yml");
    expect(yaml(file)).toEqual({
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      log: { level: "INFO", format: "json" },
      accessLog: {
        format: "json",
        bufferingSize: 100,
        filters: { statusCodes: ["400-599"], minDuration: "500ms", retryAttempts: true },
        fields: {
          defaultMode: "drop",
          names: {
            StartUTC: "keep",
            ClientHost: "keep",
            RequestHost: "keep",
            RequestMethod: "keep",
            RequestPath: "keep",
            RouterName: "keep",
            DownstreamStatus: "keep",
            OriginStatus: "keep",
            Duration: "keep",
            OriginDuration: "keep",
            DownstreamContentSize: "keep",
          },
          headers: { defaultMode: "drop", names: { "User-Agent": "keep" } },
        },
      },
      ping: { entryPoint: "ping" },
      metrics: { prometheus: { entryPoint: "metrics", addRoutersLabels: true, addServicesLabels: true } },
      providers: { file: { directory: "/run/dynamic", watch: true } },
      serversTransport: {
        forwardingTimeouts: { dialTimeout: "5s", responseHeaderTimeout: "60s", idleConnTimeout: "90s" },
      },
      entryPoints: {
        http: {
          address: ":8000",
          transport,
          forwardedHeaders: { insecure: false },
          http: { redirections: { entryPoint: { to: ":8443", scheme: "https", permanent: true } } },
        },
        https: { address: ":8443", transport, forwardedHeaders: { insecure: false } },
        ping: { address: "127.0.0.1:8082" },
        metrics: { address: ":8083" },
      },
    });
  });

  it("has the API, which shows every middleware's values, only with a dashboard", () => {
    const { api } = yaml(staticConfig([{ name: "dashboard", port: 8080 }], USUAL)) as { api: object };
    expect(api).toEqual({ dashboard: true, insecure: false });
  });

  it("has an entry point for the gateway's own questions where there are sessions, uncounted and on 127.0.0.1", () => {
    const { entryPoints } = yaml(staticConfig([], { ...USUAL, sessions: true })) as { entryPoints: object };
    expect(entryPoints).toEqual({
      ping: { address: "127.0.0.1:8082" },
      metrics: { address: ":8083" },
      sessions: {
        address: "127.0.0.1:8084",
        forwardedHeaders: { trustedIPs: ["127.0.0.1/32"] },
        observability: { accessLogs: false, metrics: false },
      },
    });
  });

  it("restarts the gateway when it changes, unlike routes and certificates", () => {
    expect([file.onChange, dynamicConfig(1, { http: {} }).onChange]).toEqual([undefined, "reload"]);
  });
});

describe("the dynamic configuration", () => {
  const tls = dynamicConfig(7, { http: { routers: {} } });

  it("reads the certificate of the volume, anew when the epoch is raised", () => {
    const pair = { certFile: "/tls/tls.crt", keyFile: "/tls/tls.key" };
    expect(tls.path).toBe("dynamic/dynamic.yml");
    expect(tls.content).toMatch(/^# certificate epoch 7\n/);
    expect(yaml(tls)).toEqual({
      http: { routers: {} },
      tls: {
        certificates: [pair],
        stores: { default: { defaultCertificate: pair } },
        options: { default: { minVersion: "VersionTLS12" } },
      },
    });
  });

  it("ends with the hash of all that stands before it", () => {
    const text = String(tls.content);
    const [, before = "", hash] = /^([^]*)# sha256 ([0-9a-f]{64})\n$/.exec(text) ?? [];
    expect(createHash("sha256").update(before).digest("hex")).toBe(hash);
  });
});

it("lets in only its own authority's clients where it says so, whatever host they name", () => {
  const { tls } = yaml(dynamicConfig(1, { http: {} }, true)) as { tls: { options: object } };
  expect(tls.options).toEqual({
    default: {
      minVersion: "VersionTLS12",
      clientAuth: { caFiles: ["/tls/ca.crt"], clientAuthType: "RequireAndVerifyClientCert" },
    },
  });
});

describe("the routes", () => {
  const ui = service({ name: "ui", ports: { http: 80 }, route: { path: "/" } });
  const oms = service({
    name: "oms",
    ports: { http: 8099, admin: 9000 },
    route: {
      path: "/api/orders",
      port: "admin",
      role: "trader",
      maxBodyBytes: 65_536,
      rate: { average: 10, burst: 20 },
    },
  });

  it("are only the dashboard's while no service has one", () => {
    expect(routesConfig(context([service({ name: "worker" })]))).toEqual({
      http: { routers: { dashboard }, middlewares: common() },
    });
  });

  it("check the host, limit the client, strip the prefix and go to the service's port", () => {
    expect(routesConfig(context([oms]))).toEqual({
      http: {
        routers: {
          dashboard,
          oms: {
            entryPoints: ["https"],
            rule: `(${HOSTS}) && (Path(\`/api/orders\`) || PathPrefix(\`/api/orders/\`))`,
            priority: 21,
            service: "oms",
            middlewares: ["security-headers", "oms-rate", "oms-in-flight", "oms-body", "oms-strip"],
            tls: {},
          },
        },
        services: { oms: { loadBalancer: { servers: [{ url: "http://oms:9000" }], passHostHeader: true } } },
        middlewares: {
          ...common(),
          "oms-rate": { rateLimit: { average: 10, burst: 20, period: "1s" } },
          "oms-in-flight": { inFlightReq: { amount: 1000 } },
          "oms-body": { buffering: { maxRequestBodyBytes: 65_536 } },
          "oms-strip": { stripPrefix: { prefixes: ["/api/orders"] } },
        },
      },
    });
  });

  it("have error pages from the landing page, which comes last and keeps its path", () => {
    const { http } = routesConfig(context([ui, oms])) as {
      http: { routers: object; services: object; middlewares: object };
    };
    expect(http.routers).toMatchObject({
      ui: {
        rule: `(${HOSTS}) && PathPrefix(\`/\`)`,
        priority: 1,
        middlewares: ["security-headers", "ui-rate", "ui-in-flight", "ui-body"],
      },
      oms: {
        middlewares: ["security-headers", "oms-rate", "oms-in-flight", "oms-body", "oms-errors", "oms-strip"],
      },
    });
    expect(http.middlewares).toMatchObject({
      "ui-rate": { rateLimit: { average: 200, burst: 400, period: "1s" } },
      "ui-body": { buffering: { maxRequestBodyBytes: 1_048_576 } },
      "oms-errors": { errors: { status: ["502-504"], service: "ui", query: "/errors/{status}?url={url}" } },
    });
  });

  it("keep their prefix where the service wants it, but for the word on its health", () => {
    const kept = service({ name: "live", route: { path: "/ws", stripPrefix: false, inFlight: 6000 } });
    const { http } = routesConfig(context([kept])) as {
      http: { middlewares: object; routers: Record<string, object> };
    };
    expect(http.routers["live-health"]).toMatchObject({
      rule: "(Host(`localhost`) || Host(`127.0.0.1`)) && Path(`/ws/health`)",
      priority: 14,
      service: "live",
      middlewares: ["security-headers", "live-rate", "live-in-flight", "live-body", "health"],
    });
    expect(http.middlewares).toMatchObject({ health: { replacePath: { path: "/health" } } });
    expect(http.middlewares).toMatchObject({ "live-in-flight": { inFlightReq: { amount: 6000 } } });
    expect(Object.keys(http.middlewares)).toEqual([
      "security-headers",
      "login",
      "health",
      "live-rate",
      "live-in-flight",
      "live-body",
    ]);
  });

  it("answer to the stack's names, and promise https only where browsers expect it", () => {
    const own = context([oms], {
      hostNames: ["trade.example.com"],
      bindAddress: "10.0.0.5",
      hostPorts: { https: 8443 },
    });
    const { http } = routesConfig(own) as {
      http: { routers: Record<string, { rule: string }>; middlewares: object };
    };
    expect(http.routers.dashboard?.rule).toBe("Host(`trade.example.com`) || Host(`10.0.0.5`)");
    expect(http.middlewares).toMatchObject(common(8443));
    expect(JSON.stringify(http.middlewares)).not.toContain("stsSeconds");
  });
});

describe("the tools", () => {
  const board = service({ name: "board", ports: { http: 3000 }, tools: [tool({})] });
  const db = service({
    name: "db",
    ports: { sql: 5432 },
    tools: [tool({ hostPort: "store", port: "sql", protocol: "tcp", login: "own", data: true })],
  });

  it("are nothing but their common parts while none is published: an empty section is refused", () => {
    expect(toolsConfig(context([db]))).toEqual({ http: { middlewares: common() } });
  });

  it("have an entry point each: HTTP behind a login, TCP inside TLS", () => {
    expect(toolsConfig(context([board, db], { exposeData: true }))).toEqual({
      http: {
        middlewares: common(),
        routers: {
          "port-8430": {
            entryPoints: ["port-8430"],
            rule: HOSTS,
            service: "port-8430",
            middlewares: ["security-headers", "login"],
            tls: {},
          },
        },
        services: {
          "port-8430": { loadBalancer: { servers: [{ url: "http://board:3000" }], passHostHeader: true } },
        },
      },
      tcp: {
        routers: { store: { entryPoints: ["store"], rule: "HostSNI(`*`)", service: "store", tls: {} } },
        services: { store: { loadBalancer: { servers: [{ address: "db:5432" }] } } },
      },
    });
  });

  it("ask for no second login where the program has its own", () => {
    const own = service({ name: "board", tools: [tool({ login: "own" })] });
    const { http } = toolsConfig(context([own])) as {
      http: { routers: Record<string, { middlewares: string[] }> };
    };
    expect(http.routers["port-8430"]?.middlewares).toEqual(["security-headers"]);
  });

  it("know no login where the gateway asks for a certificate", () => {
    const { http } = toolsConfig(context([board]), true) as {
      http: { routers: object; middlewares: object };
    };
    expect(http.routers).toMatchObject({ "port-8430": { middlewares: ["security-headers"], tls: {} } });
    expect(Object.keys(http.middlewares)).toEqual(["security-headers"]);
  });

  it("listen on their usual ports, whatever the host publishes", () => {
    expect(toolEntryPoints(context([board, db], { exposeData: true, hostPorts: { store: 15432 } }))).toEqual([
      { name: "port-8430", port: 8430 },
      { name: "store", port: 5432 },
    ]);
  });
});
