import type { Panel, RowPanel } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboardsOf, type Dashboard } from "../../../../../components/sre/dashboards";
import type { ServiceSpec } from "../../../../../model/service";
import { platformWorkloads } from "../../../../../stacks/catalogue";
import { service, settings } from "../../../../support/model";

/** The platform's own services. */
export const services: readonly ServiceSpec[] = platformWorkloads.filter(
  (workload): workload is ServiceSpec => workload.kind === "service",
);

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
