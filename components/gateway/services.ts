import { hostPort } from "../../model/ports";
import { plannedRoutes } from "../../model/routes";
import { kitService } from "../core/kit-service";
import { certificateAuthority, GATEWAY_PORTS, traefik } from "./gateway";
import { routesConfig } from "./routes";
import { toolEntryPoints, toolsConfig } from "./tools";

/** The platform's own authority, for both of its gateways. */
export const ca = certificateAuthority("ca");

/** UI and APIs on 80 and 443, its dashboard on 8080 behind the platform's login. */
export const gateway = traefik({
  name: "gateway",
  title: "Gateway",
  tier: "P0",
  ports: { http: GATEWAY_PORTS.http, https: GATEWAY_PORTS.https, dashboard: GATEWAY_PORTS.dashboard },
  publish: () => [
    { name: "http", container: GATEWAY_PORTS.http },
    { name: "https", container: GATEWAY_PORTS.https },
    {
      name: "gateway-dashboard",
      container: GATEWAY_PORTS.dashboard,
      page: { title: "Gateway dashboard", path: "/dashboard/" },
    },
  ],
  entryPoints: ({ settings, wellKnown }) => [
    { name: "http", port: GATEWAY_PORTS.http, redirectToHttps: hostPort("https", settings, wellKnown) },
    { name: "https", port: GATEWAY_PORTS.https },
    { name: "dashboard", port: GATEWAY_PORTS.dashboard },
  ],
  routes: routesConfig,
  authority: ca,
  sessions: true,
  resources: { memory: "1.25GiB", precedence: "first" },
});

/** One entry point a tool or exposed store; apart from the gateway, so that publishing a tool never interrupts orders. */
export const toolsGateway = traefik({
  name: "tools-gateway",
  title: "Tools gateway",
  tier: "P1",
  ports: {},
  publish: (context) => toolEntryPoints(context).map(({ name, port }) => ({ name, container: port })),
  entryPoints: toolEntryPoints,
  routes: (context) => toolsConfig(context),
  authority: ca,
  sessions: true,
  frontsTools: true,
});

/** The landing page and the 404 page, which say what routes exist. */
export const welcome = kitService({
  name: "welcome",
  title: "Landing page",
  capability: "gateway",
  port: 8080,
  lanes: ["backend"],
  route: { path: "/", page: true },
  resources: { memory: "192MiB", cpus: 0.5, precedence: "last" },
  env: { ROUTES_FILE: "/etc/trade2026/routes.json" },
  tier: "P2",
  slo: { availability: 99.5 },
  configure: ({ services, settings, wellKnown }) => ({
    config: [
      {
        path: "routes.json",
        onChange: "reload",
        content: `${JSON.stringify(
          plannedRoutes(services, settings, wellKnown).map(({ title, url, kind, role }) => ({
            title,
            url,
            kind,
            description: role === "none" ? "" : `needs ${role}`,
          })),
          null,
          2,
        )}\n`,
      },
    ],
  }),
});

export const gatewayWorkloads = [ca, gateway, toolsGateway, welcome] as const;
