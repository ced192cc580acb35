import { dataWorkloads } from "../components/data/services";
import { gatewayWorkloads } from "../components/gateway/services";
import { gpuWorkloads } from "../components/gpu/services";
import { sreWorkloads } from "../components/sre/services";
import { tradingWorkloads } from "../components/trading/services";
import type { Workload } from "../model/service";
import type { Settings } from "../model/settings";

/** Everything that the platform consists of. A capability is added to it by one line. */
export const platformWorkloads: readonly Workload[] = [
  ...dataWorkloads,
  ...tradingWorkloads,
  ...sreWorkloads,
  ...gatewayWorkloads,
];

/** What a stack of these settings runs. */
export function workloadsOf(settings: Settings): readonly Workload[] {
  switch (settings.kind) {
    case "platform":
      return platformWorkloads;
    case "gpu":
      return gpuWorkloads(settings);
  }
}
