import { routesConfig } from "../../../../components/gateway/routes";
import { toolsConfig } from "../../../../components/gateway/tools";
import type { PlatformContext, ServiceSpec, ToolSpec } from "../../../../model/service";
import { registry, service, settings } from "../../../support/model";

const HOSTS = "Host(`localhost`) || Host(`127.0.0.1`)";
const BY_CREDENTIAL = `(${HOSTS}) && (HeaderRegexp(\`Authorization\`, \`.\`) || Query(\`t26-login\`, \`operator\`))`;
const keeper = service({ name: "authn", ports: { http: 8114 }, sessions: { path: "/forward" } });
const landing = service({ name: "welcome", ports: { http: 8080 }, route: { path: "/" } });
const toolOf = (more: Partial<ToolSpec>): ServiceSpec =>
  service({
    name: "board",
    ports: { http: 3000 },
    endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
    tools: [
      {
        ...{ hostPort: 8430, port: "http", protocol: "http", login: "gateway", data: false, title: "Tool" },
        ...more,
      },
    ],
  });
const context = (...services: readonly ServiceSpec[]): PlatformContext => ({
  settings: settings(),
  wellKnown: registry.wellKnown,
  services,
});
interface Rendered {
  readonly routers: Readonly<Record<string, object>>;
  readonly services: Readonly<Record<string, object>>;
  readonly middlewares: Readonly<Record<string, object>>;
}
const tools = (...services: readonly ServiceSpec[]): Rendered =>
  toolsConfig(context(keeper, ...services)).http as unknown as Rendered;
const router = (rule: string, priority: number, ...middlewares: readonly string[]): object => ({
  entryPoints: ["port-8430"],
  rule,
  priority,
  service: "port-8430",
  middlewares,
  tls: {},
});
const sessions = {
  entryPoints: ["sessions"],
  rule: "Path(`/forward`)",
  service: "sessions",
};
const forwardAuth = (question: string): object => ({
  forwardAuth: {
    address: `http://127.0.0.1:8084/forward?${question}`,
    authRequestHeaders: ["Accept", "Cookie", "Sec-Fetch-Mode", "Sec-Fetch-Site"],
    authResponseHeaders: ["Cookie", "X-Auth-User", "X-Auth-Role"],
  },
});

it("lets a session in where the gateway asks, and goes on to judge who shows a credential by that", () => {
  const { routers, services, middlewares } = tools(toolOf({}));
  expect(routers).toEqual({
    "port-8430-by-credential": router(BY_CREDENTIAL, 3, "security-headers", "login"),
    "port-8430": router(HOSTS, 1, "security-headers-with-cookies", "session-viewer-admin"),
    sessions,
  });
  expect(middlewares["session-viewer-admin"]).toEqual(forwardAuth("role=viewer&changes=admin"));
  expect(services.sessions).toEqual({
    loadBalancer: { servers: [{ url: "http://authn:8114" }], passHostHeader: true },
  });
});

it("shows a tool with a login of HTTP's own its credential, and leaves everybody else's to the tool", () => {
  const { routers, middlewares } = tools(toolOf({ login: "basic", role: "trader", changes: "trader" }));
  expect(routers).toMatchObject({
    "port-8430-by-credential": router(BY_CREDENTIAL, 3, "security-headers"),
    "port-8430": router(
      HOSTS,
      1,
      ...["security-headers-with-cookies", "session-trader-trader", "port-8430-credential"],
    ),
  });
  expect(middlewares["session-trader-trader"]).toEqual(forwardAuth("role=trader&changes=trader"));
  // it is a secret, and in a file of its own
  expect(Object.keys(middlewares)).not.toContain("port-8430-credential");
});

it("takes the session away on its way to a tool that knows nothing of it, and leaves its own cookies", () => {
  const { routers, middlewares } = tools(toolOf({ login: "own" }));
  expect(routers).toMatchObject({
    "port-8430-by-credential": router(BY_CREDENTIAL, 3, "security-headers"),
    "port-8430-without-session": router(
      `(${HOSTS}) && HeaderRegexp(\`Cookie\`, \`t26_session=\`)`,
      2,
      ...["security-headers-with-cookies", "no-session"],
    ),
    "port-8430": router(HOSTS, 1, "security-headers-with-cookies"),
  });
  expect(middlewares["no-session"]).toEqual(forwardAuth("role=none"));
});

it("asks nothing where everybody may look", () => {
  expect(tools(toolOf({ login: "none" })).routers).toEqual({
    "port-8430": router(HOSTS, 1, "security-headers"),
    sessions,
  });
});

it("hides from programs who a client says it is, and cookies where they have none of their own", () => {
  const hidden = (middleware: object | undefined): unknown =>
    (middleware as { headers: { customRequestHeaders: object } }).headers.customRequestHeaders;
  const { middlewares } = tools(toolOf({}));
  expect(hidden(middlewares["security-headers"])).toEqual({
    "X-Auth-User": "",
    "X-Auth-Role": "",
    Cookie: "",
  });
  expect(hidden(middlewares["security-headers-with-cookies"])).toEqual({
    "X-Auth-User": "",
    "X-Auth-Role": "",
  });
});

it("has the landing page say that nobody can be asked", () => {
  const { routers, services, middlewares } = tools(toolOf({}), landing);
  expect(routers.sessions).toEqual({ ...sessions, middlewares: ["sessions-errors"] });
  expect(middlewares["sessions-errors"]).toEqual({
    errors: {
      status: ["500-504"],
      statusRewrites: { "500-504": 503 },
      service: "sessions-errors",
      query: "/errors/login",
    },
  });
  expect(services["sessions-errors"]).toEqual({
    loadBalancer: { servers: [{ url: "http://welcome:8080" }], passHostHeader: true },
  });
});

it("lets sessions in at the dashboard, and hands cookies to nobody but who knows them", () => {
  const oms = service({ name: "oms", route: { path: "/api/orders" } });
  const routed = { ...keeper, route: { path: "/api/auth" } } as const;
  const { routers, services } = routesConfig(context(routed, oms)).http as unknown as Rendered;
  const dashboard = { entryPoints: ["dashboard"], service: "api@internal", tls: {} };
  expect(routers).toMatchObject({
    "dashboard-by-credential": {
      ...dashboard,
      rule: BY_CREDENTIAL,
      middlewares: ["security-headers", "login"],
    },
    dashboard: {
      ...dashboard,
      rule: HOSTS,
      middlewares: ["security-headers-with-cookies", "session-viewer-admin"],
    },
    authn: {
      middlewares: [
        ...["security-headers-with-cookies", "authn-rate", "authn-in-flight", "authn-body", "authn-strip"],
      ],
    },
    oms: { middlewares: ["security-headers", "oms-rate", "oms-in-flight", "oms-body", "oms-strip"] },
  });
  expect(Object.keys(services)).toEqual(["authn", "oms", "sessions"]);
});

it("knows no session where clients show a certificate", () => {
  const { http } = toolsConfig(context(keeper, toolOf({})), true);
  expect(http.routers).toEqual({
    "port-8430": {
      ...{ entryPoints: ["port-8430"], rule: HOSTS, service: "port-8430", tls: {} },
      middlewares: ["security-headers"],
    },
  });
});
