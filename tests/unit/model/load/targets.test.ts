import { MIX, shareOf } from "../../../../model/load/mix";
import { SCENARIOS } from "../../../../model/load/scenarios";
import { peakRate } from "../../../../model/load/shape";
import { ENDPOINTS, goalsOf, KINDS, routeChecks } from "../../../../model/load/targets";
import { httpProbe } from "../../../../model/probes";
import { defineService, inHouse, type RouteSpec, type ServiceSpec } from "../../../../model/service";
import { platformWorkloads } from "../../../../stacks/catalogue";

/** As model/service.ts says of a route that names none. */
const DEFAULT_RATE = { average: 200, burst: 400 };
const services = platformWorkloads.filter((workload): workload is ServiceSpec => workload.kind === "service");

const withRoute = (route: RouteSpec): ServiceSpec =>
  defineService({
    ...{ name: "fresh", title: "Fresh", capability: "trading", image: inHouse("fresh"), lanes: ["backend"] },
    ...{ ports: { http: 8400 }, probe: httpProbe("/health/ready"), user: "65532:65532", tier: "P2", route },
    ...{ resources: { memory: "64MiB", cpus: 0.1 }, metrics: { kind: "none", reason: "a test" } },
  });

test("a new service has its smoke check by having a route", () => {
  const before = routeChecks(services);
  const after = routeChecks([...services, withRoute({ path: "/api/fresh" })]);
  expect(after.filter((check) => !before.some(({ path }) => path === check.path))).toEqual([
    { service: "fresh", path: "/api/fresh", kind: "api" },
  ]);
});

test("every routed service is checked, in the way of its route", () => {
  const checks = routeChecks(services);
  expect(checks.map(({ service }) => service).sort()).toEqual(
    services.flatMap(({ name, route }) => (route ? [name] : [])).sort(),
  );
  const kind = (service: string): string | undefined => checks.find((each) => each.service === service)?.kind;
  expect([kind("oms"), kind("welcome"), kind("live-updates")]).toEqual(["api", "page", "other"]);
  expect(routeChecks([withRoute({ path: "/x", stripPrefix: false })])[0]?.kind).toBe("other");
});

test("each kind of request has a service behind it, with a goal of its own", () => {
  expect(Object.keys(MIX).sort()).toEqual([...KINDS].sort());
  for (const kind of KINDS) {
    const target = services.find(({ route }) => route?.path === ENDPOINTS[kind].route);
    expect([kind, target?.slo?.latency?.p95]).toEqual([kind, expect.stringMatching(/ms$/)]);
  }
  expect(goalsOf(services)).toEqual({ order: 25, quote: 50, positions: 100 });
  expect(goalsOf([])).toEqual({ order: 250, quote: 250, positions: 250 });
});

test.each(
  SCENARIOS.filter(({ sends }) => sends === "mix").map((scenario) => [scenario.name, scenario] as const),
)("%s stays below what the gateway lets one client ask", (_, { shape }) => {
  for (const kind of KINDS) {
    const route = services.find((service) => service.route?.path === ENDPOINTS[kind].route)?.route;
    const { average } = route?.rate ?? DEFAULT_RATE;
    expect([kind, peakRate(shape) * shareOf(kind) <= average]).toEqual([kind, true]);
  }
});
