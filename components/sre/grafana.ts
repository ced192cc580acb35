import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { hostPort } from "../../model/ports";
import { httpProbe } from "../../model/probes";
import { secretRef, secretText } from "../../model/secrets";
import { defineService, thirdParty, type FileSpec, type ServiceSpec } from "../../model/service";
import { dashboardsOf, HOME, type Dashboard } from "./dashboards";
import { grafanaIni } from "./grafana-ini";

const CONFIG_PATH = "/etc/grafana";

/** Between two scrapes; Grafana's `$__rate_interval` is never less than four of them. */
export const SCRAPE_INTERVAL = "15s";

/**
 * Dashboards, made from the services of the platform. Its data source, its dashboards and its one user are provisioned;
 * what a person adds is in its data volume. A changed dashboard is read again within half a minute; Grafana begins anew
 * when there are other dashboards than before, and when its own settings change.
 */
export function grafanaService(prometheus: ServiceSpec, alertmanager: ServiceSpec): ServiceSpec {
  return defineService({
    name: "grafana",
    title: "Grafana",
    capability: "sre",
    image: thirdParty("grafana"),
    lanes: ["backend"],
    ports: { http: 3000 },
    probe: httpProbe("/api/health", { startPeriod: "1m0s" }),
    metrics: { kind: "endpoint", port: "http", path: "/metrics" },
    needs: [prometheus, alertmanager],
    tools: [
      { hostPort: "grafana", port: "http", protocol: "http", login: "own", data: false, title: "Grafana" },
    ],
    resources: { memory: "512MiB", cpus: 1, precedence: "last" },
    user: "472:472",
    configPath: CONFIG_PATH,
    data: [{ name: "grafana-data", path: "/var/lib/grafana", backup: { method: "sqlite backup" } }],
    tmpfs: { "/tmp": { size: "64MiB" }, "/var/log/grafana": { size: "8MiB" } },
    tier: "P2",
    stopGrace: "15s",
    slo: { availability: 99 },
    configure: (context) => {
      const { settings, wellKnown, services, own } = context;
      const files = dashboardFiles(dashboardsOf({ services, settings }));
      const password = own("operator", "Grafana: everything");
      const key = own("secret-key", "Grafana: encrypts what its database keeps secret");
      return {
        config: [
          {
            path: "grafana.ini",
            content: grafanaIni({
              rootUrl: `https://${settings.hostNames[0] ?? "localhost"}:${hostPort("grafana", settings, wellKnown)}/`,
              adminUser: password.username,
              adminPasswordFile: "/run/secrets/operator-password",
              secretKeyFile: "/run/secrets/secret-key",
              homeDashboard: `${CONFIG_PATH}/${files.folder}/platform/${HOME}.json`,
            }),
          },
          { path: "provisioning/datasources/trade2026.yaml", content: dataSources(prometheus, alertmanager) },
          { path: "provisioning/dashboards/trade2026.yaml", content: providers(files.folder) },
          ...files.files,
        ],
        secrets: [
          { path: "operator-password", content: secretText`${secretRef(password)}` },
          { path: "secret-key", content: secretText`${secretRef(key)}` },
        ],
      };
    },
  });
}

interface DashboardFiles {
  readonly folder: string;
  readonly files: readonly FileSpec[];
}

/**
 * A file that is no longer written stays in the volume. So the folder is named after the dashboards in it: when one
 * comes or goes there is another folder, Grafana is told of it, and takes the old ones out of its database.
 */
function dashboardFiles(groups: ReturnType<typeof dashboardsOf>): DashboardFiles {
  const all = Object.entries<readonly Dashboard[]>(groups).flatMap(([kind, dashboards]) =>
    dashboards.map((dashboard) => ({ path: `${kind}/${dashboard.uid ?? ""}.json`, dashboard })),
  );
  const names = all.map(({ path }) => path).sort();
  const folder = `dashboards/${createHash("sha256").update(names.join("\n")).digest("hex").slice(0, 12)}`;
  return {
    folder,
    files: all.map(({ path, dashboard }) => ({
      path: `${folder}/${path}`,
      content: `${JSON.stringify(dashboard)}\n`,
      onChange: "reload",
    })),
  };
}

/** https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources */
function dataSources(prometheus: ServiceSpec, alertmanager: ServiceSpec): string {
  const given = ({ name, ports }: ServiceSpec) => ({
    ...{ uid: name, type: name, access: "proxy", orgId: 1, editable: false },
    url: `http://${name}:${ports.http}`,
    basicAuth: true,
    basicAuthUser: "grafana",
    secureJsonData: { basicAuthPassword: `$__file{/run/secrets/${name}-password}` },
  });
  return stringify({
    apiVersion: 1,
    // what is not in this file any more goes
    prune: true,
    datasources: [
      {
        name: "Prometheus",
        ...given(prometheus),
        isDefault: true,
        jsonData: {
          httpMethod: "POST",
          timeInterval: SCRAPE_INTERVAL,
          prometheusType: "Prometheus",
          manageAlerts: true,
          alertmanagerUid: alertmanager.name,
        },
      },
      {
        name: "Alertmanager",
        ...given(alertmanager),
        jsonData: { implementation: "prometheus", handleGrafanaManagedAlerts: false },
      },
    ],
  });
}

/** https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards */
function providers(folder: string): string {
  const provider = (name: string, title: string, uid: string) => ({
    name,
    orgId: 1,
    folder: title,
    folderUid: uid,
    type: "file",
    disableDeletion: false,
    allowUiUpdates: false,
    updateIntervalSeconds: 30,
    options: { path: `${CONFIG_PATH}/${folder}/${name}` },
  });
  return stringify({
    apiVersion: 1,
    providers: [
      provider("platform", "Trade2026", "trade2026"),
      provider("service", "Services", "trade2026-services"),
    ],
  });
}
