import { UNKNOWN_HOST } from "../../../model/host";
import type { Plan } from "../../../model/plan";
import { parseSettings, type Settings } from "../../../model/settings";
import { loadPlan } from "../../../stacks/inputs";
import { ALERTS, OFFSET, PORTS, PREFIX, SUBNETS } from "./platform";

/** The settings of the platform under test, as the command has them. */
export function settings(more: Readonly<Record<string, unknown>> = {}): Settings {
  return parseSettings({
    prefix: PREFIX,
    images: "packages",
    subnets: SUBNETS,
    portOffset: OFFSET,
    hostPorts: { http: PORTS.http, https: PORTS.https, "gateway-dashboard": PORTS.dashboard },
    alerts: ALERTS,
    ...more,
  });
}

/** What the model says of it, to be compared with what there is. */
export function plannedPlatform(): Plan {
  return loadPlan(settings(), UNKNOWN_HOST);
}
