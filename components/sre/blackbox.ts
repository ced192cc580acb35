import { stringify } from "yaml";
import { httpProbe } from "../../model/probes";
import { defineService, thirdParty, type ServiceSpec } from "../../model/service";
import { GATEWAY_PORTS } from "../gateway/traefik";

/** Asks every route as a client does: through the gateway, by HTTPS and the host's name. */
export const blackboxExporter = defineService({
  name: "blackbox-exporter",
  title: "Route probes",
  capability: "sre",
  image: thirdParty("blackbox-exporter"),
  lanes: ["backend"],
  ports: { http: 9115 },
  entrypoint: ["/bin/blackbox_exporter"],
  command: ["--config.file=/etc/trade2026/blackbox.yml"],
  probe: httpProbe("/-/healthy"),
  metrics: { kind: "endpoint", port: "http", path: "/metrics" },
  resources: { memory: "64MiB", cpus: 0.25 },
  user: "65534:65534",
  tier: "P2",
  slo: { availability: 99 },
  configure: ({ settings }) => ({
    config: [{ path: "blackbox.yml", content: probes(settings.hostNames[0] ?? "localhost") }],
  }),
});

/**
 * The authority's certificate lies beside the gateway's key, which is nobody else's: so the chain is not verified. Whose
 * certificate it is does not matter on a lane of our own; when it ends is told all the same, and watched.
 */
function probes(host: string): string {
  return stringify({
    modules: {
      route: {
        prober: "http",
        timeout: "5s",
        http: {
          headers: { Host: host },
          fail_if_not_ssl: true,
          follow_redirects: false,
          preferred_ip_protocol: "ip4",
          tls_config: { insecure_skip_verify: true, server_name: host },
        },
      },
    },
  });
}

/** What answers for a route: the service's word, or the page itself where the route is everything. */
export function probeUrl({ route }: ServiceSpec): string | undefined {
  if (!route) return undefined;
  return `https://gateway:${GATEWAY_PORTS.https}${route.path === "/" ? "/" : `${route.path}/health`}`;
}
