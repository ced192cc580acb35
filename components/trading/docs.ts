import { gatewayUrl } from "../../model/ports";
import type { ServiceSpec } from "../../model/service";
import { tradingService } from "./api";

const PATH = "/api/docs";

/** What every API says of itself: a page, a document a service, a Postman collection. */
export const apiDocs = tradingService({
  name: "api-docs",
  title: "API documentation",
  port: 8116,
  lanes: ["lowlatency", "backend"],
  route: { path: PATH, page: true },
  resources: { memory: "192MiB", cpus: 0.5, precedence: "last" },
  tier: "P2",
  slo: { availability: 99 },
  configure: ({ services, settings, wellKnown }) => ({
    env: { BASE_PATH: PATH, PUBLIC_URL: gatewayUrl(settings, wellKnown) },
    config: [
      {
        path: "services.json",
        onChange: "reload",
        content: `${JSON.stringify(services.flatMap(documented), null, 2)}\n`,
      },
    ],
  }),
});

/** In-house services with a route below /api; each has its document at its own /openapi.json. */
function documented({ name, title, image, route, ports }: ServiceSpec) {
  if (image.kind !== "inHouse" || !route?.path.startsWith("/api/")) return [];
  return [{ name, title, url: `http://${name}:${ports[route.port ?? "http"] ?? 80}`, path: route.path }];
}
