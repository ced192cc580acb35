import { publishedTools } from "./ports";
import type { ServiceSpec, Workload } from "./service";
import type { Settings } from "./settings";

/** Who knows the sessions of this stack; gateways of a stack without it have a login of their own. */
export function sessionKeeper(services: readonly ServiceSpec[]): ServiceSpec | undefined {
  return services.find(({ sessions }) => sessions !== undefined);
}

/** Whether browsers with a session get past the login of that workload, so that a gateway shows it a credential. */
export function letsSessionsIn(
  workload: Workload,
  services: readonly ServiceSpec[],
  settings: Settings,
): workload is ServiceSpec {
  return (
    workload.kind === "service" &&
    sessionKeeper(services) !== undefined &&
    publishedTools([workload], settings).some(({ tool }) => tool.login === "basic")
  );
}
