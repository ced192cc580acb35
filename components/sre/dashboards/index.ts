import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { backendServices } from "./backend-services";
import type { DashboardKind, Platform } from "./dashboard";
import { infrastructureHealth } from "./infrastructure-health";
import { marketData } from "./market-data";
import { servicePage } from "./service-page";
import { slos } from "./slos";
import { systemOverview } from "./system-overview";
import { tradingPerformance } from "./trading-performance";

export type { Dashboard, Platform };
export { appearsWith, knownMetrics } from "./metrics";
export { queriesOf, type DashboardQuery } from "./queries";

const PLATFORM_DASHBOARDS: readonly ((platform: Platform) => Dashboard)[] = [
  systemOverview,
  tradingPerformance,
  infrastructureHealth,
  backendServices,
  marketData,
  slos,
];

/** The first one that a user sees. */
export const HOME = "system-overview";

/**
 * Every dashboard of a platform: the ones about all of it, then a page for each of its services. They follow from the
 * services alone: one more has its page, one that goes leaves nothing behind.
 */
export function dashboardsOf(platform: Platform): Readonly<Record<DashboardKind, readonly Dashboard[]>> {
  return {
    // what a stack has nothing of is no dashboard
    platform: PLATFORM_DASHBOARDS.map((make) => make(platform)).filter(
      ({ panels }) => panels !== undefined && panels.length > 0,
    ),
    service: platform.services.map((service) => servicePage(service, platform)),
  };
}
