import { ALERTMANAGER, at, OMS, PROMETHEUS, series, type AlertCase, type Family, type Labels } from "./case";

const prometheus = at(PROMETHEUS, "prometheus", 9090);
const alertmanager = at(ALERTMANAGER, "alertmanager", 9093);
const oms = at(OMS, "oms", 8099);
const probe: Labels = {
  ...OMS,
  ...{ job: "blackbox", instance: "https://gateway:8443/api/orders/health", route: "/api/orders" },
};
const self = "service-prometheus";
const messages = "service-alertmanager";

const certificate = (ends: string): Readonly<Record<string, string>> => ({
  [series("probe_ssl_earliest_cert_expiry", probe)]: ends,
  // the other routes have the same one
  [series("probe_ssl_earliest_cert_expiry", { ...probe, service: "risk", route: "/api/risk" })]: ends,
});
const DAY = 86_400;

const cases: readonly AlertCase[] = [
  {
    alert: "Watchdog",
    name: "always",
    series: {},
    firesAt: "5m",
    as: [
      {
        labels: { service: "prometheus", severity: "info" },
        summary: "Alerts work",
        description:
          "Always on. Whoever gets it and misses it for some minutes knows that nobody is watching.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "TargetDown",
    name: "a service that gives no numbers for two minutes",
    series: { [series("up", oms)]: "1x3 0x20" },
    quietAt: ["45s", "2m45s"],
    firesAt: "3m",
    as: [
      {
        labels: { ...oms, severity: "warning" },
        summary: "oms gives no numbers",
        description: "Prometheus cannot read oms:8099; what is known of oms is old.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "TargetDown",
    name: "what probes a route does not answer: it is that which is down, not the service behind the route",
    series: { [series("up", probe)]: "0x20" },
    quietAt: ["1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: { ...probe, service: "blackbox-exporter", severity: "warning" },
        summary: "blackbox gives no numbers",
        description:
          "Prometheus cannot read https://gateway:8443/api/orders/health; what is known of blackbox-exporter is old.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "PrometheusConfigurationRefused",
    name: "a deployment with a mistake in it",
    series: { [series("prometheus_config_last_reload_successful", prometheus)]: "1x3 0x20" },
    quietAt: ["45s", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: { ...prometheus, severity: "critical" },
        summary: "Prometheus goes on with an old configuration",
        description: "It has refused its new configuration; new services are not watched.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "ConfigurationChanged",
    name: "a deployment",
    series: {
      [series("prometheus_config_last_reload_success_timestamp_seconds", prometheus)]: "100x7 1000x40",
    },
    quietAt: ["1m45s", "7m30s"],
    firesAt: "2m",
    as: [
      {
        labels: { ...prometheus, severity: "info" },
        summary: "Prometheus has taken over a new configuration",
        description: "A deployment has changed what is watched.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "PrometheusRulesFail",
    name: "a group that fails at every evaluation",
    series: {
      [series("prometheus_rule_evaluation_failures_total", {
        ...prometheus,
        rule_group: "/run/prometheus/alerts.yml;service-oms",
      })]: "0x3 1+1x20",
    },
    quietAt: ["45s", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: {
          ...prometheus,
          ...{ rule_group: "/run/prometheus/alerts.yml;service-oms", severity: "critical" },
        },
        summary: "Alerts are not evaluated",
        description: "Rules of /run/prometheus/alerts.yml;service-oms fail: what they watch is unwatched.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "PrometheusSamplesRefused",
    name: "one late sample at every scrape",
    series: {
      [series("prometheus_target_scrapes_sample_out_of_order_total", prometheus)]: "0x3 1+1x160",
      [series("prometheus_target_scrapes_sample_duplicate_timestamp_total", prometheus)]: "0x160",
    },
    quietAt: ["45s", "10m45s"],
    firesAt: "20m",
    as: [
      {
        labels: { ...prometheus, severity: "warning" },
        summary: "Prometheus throws numbers away",
        description: "40 samples came twice or late within ten minutes.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "PrometheusStorageFull",
    name: "96 % of what it may hold",
    series: {
      [series("prometheus_tsdb_storage_blocks_bytes", prometheus)]: "95x3 96x80",
      [series("prometheus_tsdb_retention_limit_bytes", prometheus)]: "100x100",
    },
    quietAt: ["45s", "15m45s"],
    firesAt: "16m",
    as: [
      {
        labels: { ...prometheus, severity: "warning" },
        summary: "Prometheus drops old days to stay within its size",
        description: "It holds 96% of what it may; less than 30 days are kept.",
        dashboard: self,
      },
    ],
  },
  {
    alert: "PrometheusStorageFull",
    name: "without a limit, nothing is full",
    series: {
      [series("prometheus_tsdb_storage_blocks_bytes", prometheus)]: "95x80",
      [series("prometheus_tsdb_retention_limit_bytes", prometheus)]: "0x80",
    },
    quietAt: ["19m"],
  },
  {
    alert: "AlertsDoNotReachAlertmanager",
    name: "one that is replaced",
    series: {
      [series("prometheus_notifications_errors_total", {
        ...prometheus,
        alertmanager: "http://alertmanager:9093/api/v2/alerts",
      })]: "0x3 1 2 2x50",
      [series("prometheus_notifications_dropped_total", prometheus)]: "0x55",
      [series("prometheus_notifications_alertmanagers_discovered", prometheus)]: "1x55",
    },
    quietAt: ["2m", "4m", "5m", "6m", "8m"],
  },
  {
    alert: "AlertsDoNotReachAlertmanager",
    name: "every hand-over fails",
    series: {
      [series("prometheus_notifications_errors_total", {
        ...prometheus,
        alertmanager: "http://alertmanager:9093/api/v2/alerts",
      })]: "0x3 1+1x40",
      [series("prometheus_notifications_dropped_total", prometheus)]: "0x50",
      [series("prometheus_notifications_alertmanagers_discovered", prometheus)]: "1x50",
    },
    quietAt: ["45s", "4m45s"],
    firesAt: "5m",
    as: [
      {
        labels: {
          ...prometheus,
          ...{ service: "alertmanager", alertmanager: "http://alertmanager:9093/api/v2/alerts" },
          severity: "critical",
        },
        summary: "Prometheus cannot hand over alerts",
        description: "Nobody is told of anything until Alertmanager can be reached again.",
        dashboard: messages,
      },
    ],
  },
  {
    alert: "NotificationsFail",
    name: "once",
    series: {
      [series("alertmanager_notifications_failed_total", {
        ...alertmanager,
        ...{ integration: "email", reason: "other" },
      })]: "0x3 1x50",
    },
    quietAt: ["2m", "4m", "5m", "6m", "8m"],
  },
  {
    alert: "NotificationsFail",
    name: "no mail goes out",
    series: {
      [series("alertmanager_notifications_failed_total", {
        ...alertmanager,
        ...{ integration: "email", reason: "other" },
      })]: "0x3 1x3 2x3 3x3 4x20",
      [series("alertmanager_notifications_failed_total", {
        ...alertmanager,
        ...{ integration: "webhook", reason: "other" },
      })]: "0x40",
    },
    quietAt: ["45s", "4m45s"],
    firesAt: "5m",
    as: [
      {
        labels: { service: "alertmanager", integration: "email", severity: "critical" },
        summary: "Messages by email do not go out",
        description: "Alertmanager cannot deliver by email: look at its log.",
        dashboard: messages,
      },
    ],
  },
  {
    alert: "AlertmanagerConfigurationRefused",
    name: "a receiver with a mistake in it",
    series: { [series("alertmanager_config_last_reload_successful", alertmanager)]: "1x3 0x20" },
    quietAt: ["45s", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: { ...alertmanager, severity: "critical" },
        summary: "Alertmanager goes on with an old configuration",
        description: "It has refused its new configuration; new routes and receivers do not work.",
        dashboard: messages,
      },
    ],
  },
  {
    alert: "CertificateExpiresSoon",
    name: "in 30 days",
    series: certificate(`${30 * DAY + 60}x80`),
    // 30 days are left after one minute
    quietAt: ["1m", "11m"],
    firesAt: "11m15s",
    as: [
      {
        labels: { service: "gateway", severity: "warning" },
        summary: "The gateway's certificate expires within a month",
        description: "29d 23h 49m 45s are left.",
        dashboard: "service-gateway",
      },
    ],
  },
  {
    alert: "CertificateExpires",
    name: "in a week",
    series: certificate(`${7 * DAY + 60}x40`),
    quietAt: ["1m", "2m"],
    firesAt: "2m15s",
    as: [
      {
        labels: { service: "gateway", severity: "critical" },
        summary: "The gateway's certificate expires within a week",
        description: "6d 23h 58m 45s are left; then no client trusts the gateway any more.",
        dashboard: "service-gateway",
      },
    ],
  },
];

export const SELF_CASES: Family = {
  name: "watching",
  of: ["prometheus", "alertmanager", "blackbox-exporter"],
  every: "15s",
  cases,
};
