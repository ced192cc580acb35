import type { ServiceSpec } from "../../model/service";
import { EXPORTERS } from "./exporters";
import { serviceLabels } from "./rule";

/** One address that Prometheus asks, and what it is about. */
export interface Scrape {
  /** The container that is asked. */
  readonly job: string;
  /** The service that is measured. */
  readonly service: string;
  readonly address: string;
  readonly path: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What an exporter of several is told to ask. */
  readonly target?: string;
  /** Series that says whether the measured service is there; without it the answer itself says so. */
  readonly up?: string;
  /** The program names the service of each series itself. */
  readonly ofOthers: boolean;
  /** It asks for the credential that Prometheus has there. */
  readonly login: boolean;
}

/**
 * What Prometheus asks: every service that has numbers of its own, and every store by its exporter.
 * @throws Error for a spec that names an exporter that nobody brings
 */
export function scrapesOf(services: readonly ServiceSpec[]): readonly Scrape[] {
  return services.flatMap((service): readonly Scrape[] => {
    const { metrics, name } = service;
    const labels = serviceLabels(service);
    switch (metrics.kind) {
      case "none":
        return [];
      case "endpoint":
        return [
          {
            job: name,
            service: name,
            address: `${name}:${service.ports[metrics.port]}`,
            path: metrics.path,
            labels,
            ofOthers: metrics.ofOthers ?? false,
            login: metrics.login ?? false,
          },
        ];
      case "exporter": {
        const exporter = EXPORTERS[metrics.exporter];
        if (!exporter) throw new Error(`service ${name}: no exporter is named "${metrics.exporter}"`);
        const { service: by, path, up, target } = exporter;
        // its image cannot be had in this mode, which the command says
        if (!services.some((other) => other.name === by.name)) return [];
        return [
          {
            job: by.name,
            service: name,
            address: `${by.name}:${by.ports.http}`,
            path,
            labels,
            up,
            ofOthers: false,
            login: false,
            ...(target === undefined ? {} : { target: target(service) }),
          },
        ];
      }
    }
  });
}
