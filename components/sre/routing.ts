import { stringify } from "yaml";
import type { PlatformContext, ServiceSpec } from "../../model/service";
import { exchangeIntervals } from "./calendar";
import { receiversOf } from "./receivers";

/**
 * Alertmanager's whole file. One message for all alerts of a name, a service and a lane; what is silent because of
 * something else is inhibited; what waits for a market waits for it.
 */
export function alertmanagerConfig(context: PlatformContext): string {
  return stringify(
    {
      global: { resolve_timeout: "5m" },
      route: ROUTE,
      inhibit_rules: inhibitRules(context.services),
      time_intervals: exchangeIntervals(),
      receivers: receiversOf(context),
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** Matchers in the form in which nothing has to be guessed. */
const is = (label: string, value: string): string => `${label} = ${JSON.stringify(value)}`;
const isOneOf = (label: string, ...values: readonly string[]): string =>
  `${label} =~ ${JSON.stringify(values.join("|"))}`;

/** Without matchers at the top: what no route names still reaches somebody. */
const ROUTE = {
  receiver: "warning",
  group_by: ["alertname", "service", "lane"],
  group_wait: "10s",
  group_interval: "1m",
  repeat_interval: "4h",
  routes: [
    {
      receiver: "heartbeat",
      matchers: [is("alertname", "Watchdog")],
      group_wait: "0s",
      group_interval: "1m",
      repeat_interval: "1m",
    },
    // goes on to those who are told by message
    {
      receiver: "status-page",
      matchers: [isOneOf("severity", "critical", "warning")],
      group_wait: "5s",
      continue: true,
    },
    {
      receiver: "warning",
      matchers: [is("alertname", "QuotesStaleInSession")],
      active_time_intervals: ["exchange-open"],
      mute_time_intervals: ["exchange-holidays"],
    },
    { receiver: "critical", matchers: [is("severity", "critical")], repeat_interval: "1h" },
    { receiver: "warning", matchers: [is("severity", "warning")] },
    { receiver: "info", matchers: [is("severity", "info")] },
  ],
};

/** What a service that is down, or a store that it stands on, explains. */
const SYMPTOMS = [
  ...["ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly", "ElevatedErrorRate", "HighErrorRate", "HighLatency"],
  ...[
    "RouteUnreachable",
    "StoreUnreachable",
    "TargetDown",
    "TicksStale",
    "QuotesStale",
    "QuotesStaleInSession",
  ],
];

/**
 * Source over target. Critical over warning of the same alert's service; a service that is down over its symptoms; a
 * store over what stands on it; the gateway over every route; the host's want over what it explains.
 */
export function inhibitRules(services: readonly ServiceSpec[]): readonly object[] {
  const stores = services.filter(({ gate }) => gate).map(({ name }) => name);
  return [
    {
      source_matchers: [is("alertname", "ServiceDown")],
      target_matchers: [isOneOf("alertname", ...SYMPTOMS)],
      equal: ["service"],
    },
    ...stores.map((store) => ({
      source_matchers: [isOneOf("alertname", "ServiceDown", "StoreUnreachable"), is("service", store)],
      target_matchers: [isOneOf("needs", `(.+,)?${store}(,.+)?`)],
    })),
    {
      source_matchers: [is("alertname", "ServiceDown"), is("service", "gateway")],
      target_matchers: [is("alertname", "RouteUnreachable")],
    },
    {
      source_matchers: [isOneOf("alertname", "DiskSpaceCritical", "HostMemoryCritical")],
      target_matchers: [is("severity", "warning")],
    },
    ...PAIRS.map(([critical, warning]) => ({
      source_matchers: [is("alertname", critical)],
      target_matchers: [is("alertname", warning)],
      equal: ["service"],
    })),
  ];
}

/** The same thing, worse: one message is enough. */
const PAIRS = [
  ["HighErrorRate", "ElevatedErrorRate"],
  ["ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly"],
  ["DiskSpaceCritical", "DiskSpaceLow"],
  ["HostMemoryCritical", "HostMemoryLow"],
  ["CertificateExpires", "CertificateExpiresSoon"],
  ["BusStorageCritical", "BusStorageHigh"],
] as const;
