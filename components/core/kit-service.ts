import { httpProbe } from "../../model/probes";
import { defineService, inHouse, type ServiceInput, type ServiceSpec } from "../../model/service";

/** What a service on the kit has, whatever it does; the rest is its own. */
export type KitServiceInput = Omit<ServiceInput, "image" | "ports" | "probe" | "metrics" | "user"> &
  Partial<Pick<ServiceInput, "metrics">> & { readonly port: number };

/** An in-house service (services/kit): HTTP with health and metrics on one port, its image named after it. */
export function kitService({ port, ...input }: KitServiceInput): ServiceSpec {
  return defineService({
    metrics: { kind: "endpoint", port: "http", path: "/metrics" },
    stopGrace: "15s",
    ...input,
    image: inHouse(input.name),
    ports: { http: port },
    probe: httpProbe("/health/ready"),
    user: "65532:65532",
    env: { HTTP_PORT: String(port), ...input.env },
  });
}
