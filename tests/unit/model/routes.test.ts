import { plannedRoutes } from "../../../model/routes";
import { registry, service, settings } from "../../support/model";

const services = [
  service({ name: "ui", title: "Trading UI", route: { path: "/", page: true } }),
  service({ name: "oms", title: "Orders", route: { path: "/api/orders", role: "trader" } }),
  service({
    name: "store",
    title: "Store",
    endpoint: { port: "http", scheme: "postgresql", credentials: "perConsumer" },
    tools: [
      { hostPort: "store", port: "http", protocol: "tcp", login: "own", data: true, title: "Store (SQL)" },
    ],
  }),
  service({
    name: "board",
    title: "Board",
    tools: [
      {
        hostPort: 8430,
        port: "http",
        protocol: "http",
        login: "gateway",
        data: false,
        title: "Status board",
      },
    ],
  }),
  service({ name: "worker", title: "Worker" }),
];

it("lists what answers at the gateways, by address, and who may use it", () => {
  expect(plannedRoutes(services, settings(), registry.wellKnown)).toEqual([
    { service: "ui", title: "Trading UI", kind: "ui", url: "https://localhost/", role: "none" },
    { service: "oms", title: "Orders", kind: "api", url: "https://localhost/api/orders", role: "trader" },
    {
      service: "board",
      title: "Status board",
      kind: "tool",
      url: "https://localhost:8430",
      role: "gateway login",
    },
  ]);
});

it("lists a gateway's own page at the port that it publishes", () => {
  const gateway = service({
    name: "gateway",
    title: "Gateway",
    publish: () => [
      { name: "https", container: 8443 },
      { name: "gateway-dashboard", container: 8080, page: { title: "Dashboard", path: "/dashboard/" } },
    ],
  });
  expect(
    plannedRoutes([gateway], settings({ hostPorts: { "gateway-dashboard": 8884 } }), registry.wellKnown),
  ).toEqual([
    {
      service: "gateway",
      title: "Dashboard",
      kind: "tool",
      url: "https://localhost:8884/dashboard/",
      role: "gateway login",
    },
  ]);
});

it("has exposed stores, other ports and another host name in its addresses", () => {
  const own = settings({
    exposeData: true,
    hostNames: ["trade.example.com", "localhost"],
    hostPorts: { https: 8443, store: 15432 },
  });
  expect(plannedRoutes(services, own, registry.wellKnown).map(({ url, role }) => [url, role])).toEqual([
    ["https://trade.example.com:8430", "gateway login"],
    ["https://trade.example.com:8443/", "none"],
    ["https://trade.example.com:8443/api/orders", "trader"],
    ["tls+postgresql://trade.example.com:15432", "its own login"],
  ]);
});

it("names the protocol of the tool where it is not the service's own", () => {
  const store = service({
    name: "store",
    endpoint: { port: "http", scheme: "http", credentials: "shared" },
    tools: [
      {
        hostPort: 8430,
        port: "http",
        protocol: "tcp",
        scheme: "postgresql",
        login: "own",
        data: true,
        title: "SQL",
      },
    ],
  });
  const [route] = plannedRoutes([store], settings({ exposeData: true }), registry.wellKnown);
  expect(route?.url).toBe("tls+postgresql://localhost:8430");
});

it("names the platform's login where sessions are let in", () => {
  const keeper = service({ name: "authn", sessions: { path: "/forward" } });
  const tools = (["gateway", "basic", "own", "none"] as const).map((login, index) =>
    service({
      name: login,
      tools: [{ hostPort: 8430 + index, port: "http", protocol: "http", login, data: false, title: login }],
    }),
  );
  const roles = (all: typeof tools): readonly string[] =>
    plannedRoutes(all, settings(), registry.wellKnown).map(({ role }) => role);
  expect(roles([keeper, ...tools])).toEqual(["platform login", "platform login", "its own login", "none"]);
  expect(roles(tools)).toEqual(["gateway login", "its own login", "its own login", "none"]);
});

it("lets the settings decide who may use a route or a tool", () => {
  const page = service({
    name: "page",
    route: { path: "/api/page", role: ({ statusPage }) => (statusPage === "public" ? "none" : "viewer") },
    tools: [
      {
        hostPort: 8430,
        port: "http",
        protocol: "http",
        login: ({ statusPage }) => (statusPage === "public" ? "none" : "gateway"),
        data: false,
        title: "Page",
      },
    ],
  });
  const rolesWith = (statusPage: string) =>
    plannedRoutes([page], settings({ statusPage }), registry.wellKnown).map(({ kind, role }) => [kind, role]);
  expect(rolesWith("private")).toEqual([
    ["api", "viewer"],
    ["tool", "gateway login"],
  ]);
  expect(rolesWith("public")).toEqual([
    ["api", "none"],
    ["tool", "none"],
  ]);
});
