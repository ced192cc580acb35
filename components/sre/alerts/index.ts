import type { ServiceSpec } from "../../../model/service";
import { requestsOf } from "../recordings";
import type { Alert, RuleGroup } from "../rule";
import { HOST_ALERTS } from "./host";
import { SELF_ALERTS } from "./self";
import { serviceAlerts } from "./services";
import { sloAlerts } from "./slo";
import { storeAlerts } from "./stores";
import { tradingAlerts } from "./trading";

/** All alerts of a platform: a group a service, so that one that goes leaves nothing behind. */
export function alertGroups(services: readonly ServiceSpec[]): readonly RuleGroup[] {
  const has = (name: string): boolean => services.some((service) => service.name === name);
  return [
    ...services.map((service) => ({ name: `service-${service.name}`, rules: alertsOf(service) })),
    { name: "host", rules: has("node-exporter") ? HOST_ALERTS : [] },
    { name: "watching", rules: SELF_ALERTS },
  ];
}

export function alertsOf(service: ServiceSpec): readonly Alert[] {
  return [
    ...serviceAlerts(service, requestsOf(service) !== undefined),
    ...sloAlerts(service),
    ...storeAlerts(service),
    ...tradingAlerts(service),
  ];
}
