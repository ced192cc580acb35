import { COUNT, type Alert } from "../rule";

const of = (service: string): Pick<Alert, "labels" | "dashboard"> => ({
  labels: { service },
  dashboard: `service-${service}`,
});

/** Who watches the watchers: Prometheus and Alertmanager, and the way between them and to people. */
export const SELF_ALERTS: readonly Alert[] = [
  {
    ...of("prometheus"),
    alert: "Watchdog",
    severity: "info",
    expr: "vector(1)",
    summary: "Alerts work",
    description: "Always on. Whoever gets it and misses it for some minutes knows that nobody is watching.",
  },
  {
    ...of("prometheus"),
    alert: "TargetDown",
    severity: "warning",
    // a probe's answer is about a route; that nobody answers for it is about what probes
    expr: 'label_replace(up == 0, "service", "blackbox-exporter", "job", "blackbox")',
    for: "2m",
    labels: {},
    summary: "{{ $labels.job }} gives no numbers",
    description:
      "Prometheus cannot read {{ $labels.instance }}; what is known of {{ $labels.service }} is old.",
  },
  {
    ...of("prometheus"),
    alert: "PrometheusConfigurationRefused",
    severity: "critical",
    expr: "prometheus_config_last_reload_successful == 0",
    for: "1m",
    summary: "Prometheus goes on with an old configuration",
    description: "It has refused its new configuration; new services are not watched.",
  },
  {
    ...of("prometheus"),
    alert: "ConfigurationChanged",
    severity: "info",
    expr: "changes(prometheus_config_last_reload_success_timestamp_seconds[5m]) > 0",
    summary: "Prometheus has taken over a new configuration",
    description: "A deployment has changed what is watched.",
  },
  {
    ...of("prometheus"),
    alert: "PrometheusRulesFail",
    severity: "critical",
    expr: "increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
    for: "1m",
    summary: "Alerts are not evaluated",
    description: "Rules of {{ $labels.rule_group }} fail: what they watch is unwatched.",
  },
  {
    ...of("prometheus"),
    alert: "PrometheusSamplesRefused",
    severity: "warning",
    expr: "increase(prometheus_target_scrapes_sample_out_of_order_total[10m]) + increase(prometheus_target_scrapes_sample_duplicate_timestamp_total[10m]) > 0",
    for: "10m",
    summary: "Prometheus throws numbers away",
    description: `${COUNT} samples came twice or late within ten minutes.`,
  },
  {
    ...of("prometheus"),
    alert: "PrometheusStorageFull",
    severity: "warning",
    expr: "prometheus_tsdb_storage_blocks_bytes / prometheus_tsdb_retention_limit_bytes > 0.95 and prometheus_tsdb_retention_limit_bytes > 0",
    for: "15m",
    summary: "Prometheus drops old days to stay within its size",
    description: "It holds {{ $value | humanizePercentage }} of what it may; less than 30 days are kept.",
  },
  {
    ...of("alertmanager"),
    alert: "AlertsDoNotReachAlertmanager",
    severity: "critical",
    // tried again each minute: one that is replaced fails for less than that
    expr: `increase(prometheus_notifications_errors_total[3m]) > 0 or increase(prometheus_notifications_dropped_total[3m]) > 0 or prometheus_notifications_alertmanagers_discovered < 1`,
    for: "4m",
    summary: "Prometheus cannot hand over alerts",
    description: "Nobody is told of anything until Alertmanager can be reached again.",
  },
  {
    ...of("alertmanager"),
    alert: "NotificationsFail",
    severity: "critical",
    // what was not told is tried again each minute
    expr: "sum by (integration, service) (increase(alertmanager_notifications_failed_total[3m])) > 0",
    for: "4m",
    summary: "Messages by {{ $labels.integration }} do not go out",
    description: "Alertmanager cannot deliver by {{ $labels.integration }}: look at its log.",
  },
  {
    ...of("alertmanager"),
    alert: "AlertmanagerConfigurationRefused",
    severity: "critical",
    expr: "alertmanager_config_last_reload_successful == 0",
    for: "1m",
    summary: "Alertmanager goes on with an old configuration",
    description: "It has refused its new configuration; new routes and receivers do not work.",
  },
  {
    ...of("gateway"),
    alert: "CertificateExpiresSoon",
    severity: "warning",
    expr: 'min by (service) (label_replace(probe_ssl_earliest_cert_expiry, "service", "gateway", "", "")) - time() < 30 * 86400',
    for: "10m",
    summary: "The gateway's certificate expires within a month",
    description: "{{ $value | humanizeDuration }} are left.",
  },
  {
    ...of("gateway"),
    alert: "CertificateExpires",
    severity: "critical",
    expr: 'min by (service) (label_replace(probe_ssl_earliest_cert_expiry, "service", "gateway", "", "")) - time() < 7 * 86400',
    for: "1m",
    summary: "The gateway's certificate expires within a week",
    description: "{{ $value | humanizeDuration }} are left; then no client trusts the gateway any more.",
  },
];
