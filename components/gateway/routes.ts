import { hostPort } from "../../model/ports";
import type { PlatformContext, RouteSpec, ServiceSpec } from "../../model/service";
import { sessionKeeper } from "../../model/sessions";
import { behind, commonMiddlewares, hostRule, section, SECURITY_HEADERS, WITH_COOKIES } from "./common";
import { guardedRouters, sessionParts, type Guard } from "./guard";
import { DASHBOARD, type DynamicConfig } from "./traefik";

/** Routers, services and middlewares of the main gateway. */
export function routesConfig(context: PlatformContext): DynamicConfig {
  const { services, settings, wellKnown } = context;
  const keeper = sessionKeeper(services);
  const hosts = hostRule(context);
  const routed = services.flatMap((service) => (service.route ? [{ service, route: service.route }] : []));
  const landing = routed.find(({ route }) => route.path === "/");
  const middlewares = routed.map(({ service, route }) => routeMiddlewares(service, route, landing?.service));
  const dashboard: Guard = { name: DASHBOARD, rule: hosts, service: "api@internal", login: "gateway" };
  const sessions = sessionParts([dashboard], services);
  return {
    http: {
      routers: {
        ...Object.fromEntries([...guardedRouters(dashboard, keeper !== undefined), ...sessions.routers]),
        ...Object.fromEntries(
          routed.flatMap(({ service, route }, index) => {
            const router = {
              entryPoints: ["https"],
              rule: `(${hosts}) && ${pathRule(route.path)}`,
              priority: route.path === "/" ? 1 : 10 + route.path.length,
              service: service.name,
              middlewares: [
                service === keeper ? WITH_COOKIES : SECURITY_HEADERS,
                ...(middlewares[index] ?? []).map(([name]) => name),
              ],
              tls: {},
            };
            return [
              [service.name, router],
              ...(keepsPrefix(route) ? [[`${service.name}-health`, healthRouter(router, route, hosts)]] : []),
            ];
          }),
        ),
      },
      ...section("services", [
        ...routed.map(({ service, route }) => [service.name, behind(service, route.port)] as const),
        ...sessions.services,
      ]),
      middlewares: {
        ...commonMiddlewares(hostPort("https", settings, wellKnown), {
          login: true,
          sessions: keeper !== undefined,
        }),
        ...Object.fromEntries(sessions.middlewares),
        ...(routed.some(({ route }) => keepsPrefix(route))
          ? { health: { replacePath: { path: "/health" } } }
          : {}),
        ...Object.fromEntries(middlewares.flat()),
      },
    },
  };
}

/** `/api/orders` must not catch `/api/orders-archive`. */
function pathRule(path: string): string {
  return path === "/" ? "PathPrefix(`/`)" : `(Path(\`${path}\`) || PathPrefix(\`${path}/\`))`;
}

const keepsPrefix = ({ path, stripPrefix }: RouteSpec): boolean => path !== "/" && stripPrefix === false;

/** `<path>/health` says the service's word, also where the service sees the whole path. */
function healthRouter(
  router: { readonly priority: number; readonly middlewares: readonly string[] },
  { path }: RouteSpec,
  hosts: string,
): object {
  return {
    ...router,
    rule: `(${hosts}) && Path(\`${path}/health\`)`,
    priority: router.priority + 1,
    middlewares: [...router.middlewares, "health"],
  };
}

/** Limits of one route, in the order in which they apply; error pages come from the landing service. */
function routeMiddlewares(
  service: ServiceSpec,
  route: RouteSpec,
  landing: ServiceSpec | undefined,
): readonly (readonly [string, unknown])[] {
  const name = service.name;
  const { average, burst } = route.rate ?? { average: 200, burst: 400 };
  return [
    [`${name}-rate`, { rateLimit: { average, burst, period: "1s" } }],
    [`${name}-in-flight`, { inFlightReq: { amount: route.inFlight ?? 1000 } }],
    [`${name}-body`, { buffering: { maxRequestBodyBytes: route.maxBodyBytes ?? 1_048_576 } }],
    ...(landing && landing !== service
      ? [
          [
            `${name}-errors`,
            { errors: { status: ["502-504"], service: landing.name, query: "/errors/{status}?url={url}" } },
          ] as const,
        ]
      : []),
    ...(route.path !== "/" && !keepsPrefix(route)
      ? [[`${name}-strip`, { stripPrefix: { prefixes: [route.path] } }] as const]
      : []),
  ];
}
