import type { Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardsOf, type Dashboard } from "../../../../../components/sre/dashboards";
import { grafanaService } from "../../../../../components/sre/grafana";
import { httpProbe } from "../../../../../model/probes";
import type { ServiceInput, ServiceSpec } from "../../../../../model/service";
import { platformWorkloads } from "../../../../../stacks/catalogue";
import { service, settings } from "../../../../support/model";

const endpoint = { metrics: { kind: "endpoint", port: "http", path: "/metrics" } } as const;
const sre = (name: string, more: Partial<ServiceInput> = {}): ServiceSpec =>
  service({ name, capability: "sre", tier: "P2", probe: httpProbe("/"), ...endpoint, ...more });

export const prometheus = sre("prometheus", {
  ports: { http: 9090 },
  endpoint: { port: "http", scheme: "http", credentials: "none" },
});

const declared = platformWorkloads.filter((workload): workload is ServiceSpec => workload.kind === "service");
const wanted = [
  prometheus,
  sre("alertmanager"),
  sre("node-exporter"),
  sre("blackbox-exporter"),
  sre("nats-exporter", { image: { kind: "inHouse", name: "nats-exporter" } }),
  grafanaService(prometheus),
];

/** The platform's own services, and those of the SRE stack that it does not declare yet. */
export const services: readonly ServiceSpec[] = [
  ...declared,
  ...wanted.filter(({ name }) => declared.every((other) => other.name !== name)),
];

export function made(of: readonly ServiceSpec[] = services): readonly Dashboard[] {
  const groups = dashboardsOf({ services: of, settings: settings() });
  return [...groups.platform, ...groups.service];
}

export function dashboardOf(uid: string, of?: readonly ServiceSpec[]): Dashboard {
  const found = made(of).find((one) => one.uid === uid);
  if (!found) throw new Error(`no dashboard ${uid}`);
  return found;
}

/** Without the headings. */
export function panelsOf({ panels = [] }: Dashboard): readonly Panel[] {
  return panels.filter((panel): panel is Panel => !isRow(panel));
}

export function isRow(panel: Panel | RowPanel): panel is RowPanel {
  return panel.type === "row";
}

export function titlesOf(dashboard: Dashboard): readonly string[] {
  return (dashboard.panels ?? []).map(({ title }) => title ?? "");
}

export { service };
