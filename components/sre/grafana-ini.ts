export interface GrafanaIniInput {
  /** As browsers know it, through the tools gateway. */
  readonly rootUrl: string;
  readonly adminUser: string;
  readonly adminPasswordFile: string;
  readonly secretKeyFile: string;
  readonly homeDashboard: string;
}

/**
 * Grafana's settings. Secrets are read by Grafana itself from their files (`$__file{…}`): the image's other way,
 * `GF_…__FILE`, would put them into the process' environment.
 * https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/
 */
export function grafanaIni(input: GrafanaIniInput): string {
  const sections = {
    server: { http_port: 3000, root_url: input.rootUrl },
    security: {
      admin_user: input.adminUser,
      admin_password: `$__file{${input.adminPasswordFile}}`,
      secret_key: `$__file{${input.secretKeyFile}}`,
      disable_gravatar: true,
      cookie_secure: true,
      cookie_samesite: "lax",
      allow_embedding: false,
    },
    users: { allow_sign_up: false, allow_org_create: false },
    "auth.anonymous": { enabled: false },
    // Nothing goes out, and nothing comes in from outside: no news, no updates, no plugins, no snapshots.
    analytics: {
      reporting_enabled: false,
      check_for_updates: false,
      check_for_plugin_updates: false,
      feedback_links_enabled: false,
    },
    news: { news_feed_enabled: false },
    plugins: {
      preinstall_disabled: true,
      plugin_admin_enabled: false,
      public_key_retrieval_disabled: true,
    },
    snapshots: { external_enabled: false },
    dashboards: { default_home_dashboard_path: input.homeDashboard },
    // Prometheus evaluates the rules; Grafana only shows them.
    unified_alerting: { execute_alerts: false },
    log: { mode: "console", level: "info" },
    "log.console": { format: "json" },
    metrics: { enabled: true },
  };
  return Object.entries(sections)
    .map(([name, entries]) =>
      [`[${name}]`, ...Object.entries(entries).map(([key, value]) => `${key} = ${String(value)}`), ""].join(
        "\n",
      ),
    )
    .join("\n");
}
