import type { ServiceSpec } from "../../../model/service";
import { alertLabels, pageable, type Alert } from "../rule";
import { slosOf, type Slo } from "../slo";

/**
 * Two windows at once: the long one says that it matters, the short one that it goes on. Rates and windows are those of
 * the SRE Workbook, chapter 5, table 5-6, for a budget of 30 days.
 */
export const BURNS = {
  fast: [
    { rate: 14.4, long: "1h", short: "5m" },
    { rate: 6, long: "6h", short: "30m" },
  ],
  slow: [
    { rate: 3, long: "1d", short: "2h" },
    { rate: 1, long: "3d", short: "6h" },
  ],
} as const;

/** Fewer requests than that in the long window say nothing of latency. */
const ENOUGH_EVENTS = 100;
/**
 * A platform that has just been installed has nothing but its first start in all of its windows. So a pair of windows
 * speaks when the service is known for so long that the shorter one has forgotten that start: nine tenths of this, in
 * minutes, which a restart of Prometheus does not take away.
 */
const KNOWN_MINUTES = { "5m": 10, "30m": 40, "2h": 150, "6h": 420 } as const;
/** `service:available:1m` is recorded every 15 s. */
const PER_MINUTE = 4;

function known(service: string, short: keyof typeof KNOWN_MINUTES): string {
  const minutes = KNOWN_MINUTES[short];
  return `count_over_time(service:available:1m{service="${service}"}[${minutes}m]) > ${0.9 * PER_MINUTE * minutes}`;
}

/** One that wakes somebody, one that waits until the morning, for each promise of a service. */
export function sloAlerts(service: ServiceSpec): readonly Alert[] {
  return slosOf(service).flatMap((slo): readonly Alert[] => [
    burnAlert(service, slo, "fast"),
    burnAlert(service, slo, "slow"),
  ]);
}

function burnAlert(service: ServiceSpec, slo: Slo, speed: keyof typeof BURNS): Alert {
  const of = `{service="${service.name}",slo="${slo.name}"}`;
  const budget = 1 - slo.objective;
  const windows = BURNS[speed].map(({ rate, long, short }) => {
    const limit = Number((rate * budget).toFixed(6));
    const burns = `slo:sli_error:ratio_rate${long}${of} > ${limit} and slo:sli_error:ratio_rate${short}${of} > ${limit}`;
    const enough = slo.name === "latency" ? ` and slo:events:count${long}${of} > ${ENOUGH_EVENTS}` : "";
    return `(${burns}${enough} and on (service) ${known(service.name, short)})`;
  });
  return {
    alert: speed === "fast" ? "ErrorBudgetBurnsFast" : "ErrorBudgetBurnsSlowly",
    severity: speed === "fast" ? pageable(service) : "warning",
    expr: windows.join(" or "),
    labels: alertLabels(service, { slo: slo.name }),
    summary: `${service.title} breaks its promise of ${slo.name}`,
    description: `${slo.promise}. {{ $value | humanizePercentage }} were bad lately: at this pace the budget of 30 days is gone ${speed === "fast" ? "within days" : "before its end"}.`,
    dashboard: "slos",
  };
}
