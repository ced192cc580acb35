import type { PlannedRoute } from "./plan";
import { gatewayUrl, hostPort, publishedTools, toolPortName } from "./ports";
import type { RouteRole, RouteSpec, ServiceSpec, ToolLogin } from "./service";
import { sessionKeeper } from "./sessions";
import type { Settings } from "./settings";

const LOGINS: Readonly<Record<"sessions" | "alone", Readonly<Record<ToolLogin, string>>>> = {
  sessions: { gateway: "platform login", basic: "platform login", own: "its own login", none: "none" },
  alone: { gateway: "gateway login", basic: "its own login", own: "its own login", none: "none" },
};

/** The role that a route's service demands with these settings. */
export function routeRole({ role = "none" }: RouteSpec, settings: Settings): RouteRole {
  return typeof role === "function" ? role(settings) : role;
}

/** Everything that answers at the gateways, for `urls`, the landing page and the 404 page. */
export function plannedRoutes(
  services: readonly ServiceSpec[],
  settings: Settings,
  wellKnown: Readonly<Record<string, number>>,
): readonly PlannedRoute[] {
  const host = settings.hostNames[0] ?? "localhost";
  const base = gatewayUrl(settings, wellKnown);
  const logins = LOGINS[sessionKeeper(services) ? "sessions" : "alone"];
  const routed = services.flatMap((service): PlannedRoute[] =>
    service.route
      ? [
          {
            service: service.name,
            title: service.title,
            kind: service.route.page ? "ui" : "api",
            url: `${base}${service.route.path}`,
            role: routeRole(service.route, settings),
          },
        ]
      : [],
  );
  const tools = publishedTools(services, settings).map(({ service, tool }): PlannedRoute => ({
    service: service.name,
    title: tool.title,
    kind: "tool",
    url: `${tool.protocol === "http" ? "https" : `tls+${tool.scheme ?? service.endpoint?.scheme ?? "tcp"}`}://${host}:${hostPort(toolPortName(tool), settings, wellKnown)}`,
    role: logins[tool.login],
  }));
  const pages = services.flatMap((service) =>
    (service.publish?.({ services, settings, wellKnown }) ?? []).flatMap(({ name, page }): PlannedRoute[] =>
      page
        ? [
            {
              service: service.name,
              title: page.title,
              kind: "tool",
              url: `https://${host}:${hostPort(name, settings, wellKnown)}${page.path}`,
              role: logins.gateway,
            },
          ]
        : [],
    ),
  );
  return [...routed, ...tools, ...pages].sort((a, b) => (a.url < b.url ? -1 : 1));
}
