import { httpProbe } from "../../model/probes";
import { defineService, inHouse, type ServiceInput, type ServiceSpec } from "../../model/service";

/** What a service on the kit has, whatever it does; the rest is its own. */
export type ApiInput = Omit<ServiceInput, "image" | "ports" | "probe" | "metrics" | "user" | "capability"> & {
  readonly port: number;
};

/** An in-house service of the trading core: HTTP with health and metrics on one port, tokens checked by itself. */
export function tradingService({ port, ...input }: ApiInput): ServiceSpec {
  return defineService({
    endpoint: { port: "http", scheme: "http", credentials: "none" },
    stopGrace: "15s",
    ...input,
    capability: "trading",
    image: inHouse(input.name),
    ports: { http: port },
    probe: httpProbe("/health/ready"),
    metrics: { kind: "endpoint", port: "http", path: "/metrics" },
    user: "65532:65532",
    env: { HTTP_PORT: String(port), ...input.env },
  });
}
