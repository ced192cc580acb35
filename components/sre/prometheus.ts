import { stringify } from "yaml";
import { LOAD_CLIENT } from "../../model/load/client";
import { httpProbe } from "../../model/probes";
import { secretRef, secretText } from "../../model/secrets";
import {
  defineService,
  thirdParty,
  type ConfigureContext,
  type FileSpec,
  type ServiceSpec,
} from "../../model/service";
import { goMemoryLimit, memoryMiB } from "../../model/units";
import { followed, followedFile } from "../core/followed";
import { alertGroups } from "./alerts";
import { blackboxExporter, probeUrl } from "./blackbox";
import { recordingGroups } from "./recordings";
import { renderRules, serviceLabels } from "./rule";
import { scrapesOf, type Scrape } from "./scrape";
import { sloGroups } from "./slo";
import { PROBE_LOGIN, webConfig } from "./web-config";

const CONFIG = "/run/prometheus";
/** Some hundred rules and fifteen thousand series take a quarter of it. */
const MEMORY = "768MiB";
const FOLLOWED = followed("/bin/prometheus", { from: "/etc/prometheus", to: CONFIG, reload: true });

/**
 * Every number of the platform, and the rules over them. Asks and is asked only with a login; consumers get one of
 * their own. What is asked and which rules there are follows from the specs, and is read again without a restart.
 */
export const prometheus: ServiceSpec = defineService({
  name: "prometheus",
  title: "Prometheus",
  capability: "sre",
  image: thirdParty("prometheus"),
  lanes: ["backend", "lowlatency"],
  ports: { http: 9090 },
  entrypoint: FOLLOWED.entrypoint,
  command: [
    `--config.file=${CONFIG}/prometheus.yml`,
    "--web.config.file=/run/secrets/web.yml",
    "--web.enable-remote-write-receiver",
    "--storage.tsdb.path=/prometheus",
    "--storage.tsdb.retention.time=30d",
    "--storage.tsdb.retention.size=8GB",
    // the write-ahead log is what a restart reads again
    "--storage.tsdb.wal-compression",
    "--query.max-concurrency=8",
    "--query.timeout=30s",
  ],
  env: { GOMEMLIMIT: goMemoryLimit(memoryMiB(MEMORY)) },
  // a restart after a crash reads the log of the last hours
  probe: httpProbe("/-/ready", { loginFile: PROBE_LOGIN, startPeriod: "1m0s" }),
  metrics: { kind: "endpoint", port: "http", path: "/metrics", login: true },
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  tools: [
    {
      hostPort: "prometheus",
      port: "http",
      protocol: "http",
      login: "basic",
      // a POST may write samples (remote write): an admin's, as alerts stand on them
      role: "viewer",
      changes: "admin",
      data: false,
      title: "Prometheus",
    },
  ],
  resources: { memory: MEMORY, cpus: 1, precedence: "last" },
  user: "65534:65534",
  configPath: "/etc/prometheus",
  data: [
    {
      name: "prometheus-data",
      path: "/prometheus",
      backup: { none: "30 days of numbers; nothing stands on them" },
    },
  ],
  tmpfs: FOLLOWED.tmpfs,
  tier: "P1",
  stopGrace: "30s",
  slo: { availability: 99.5 },
  configure: (context) => ({
    config: configFiles(context),
    secrets: [
      ...webConfig("Prometheus", context, {
        ownUsers: ["self"],
        // writes what a load test measures
        others: [
          { username: LOAD_CLIENT.id, credential: context.own(LOAD_CLIENT.id, "Prometheus: load tests") },
        ],
      }),
      ...alertmanagerLogin(context),
    ],
  }),
});

function configFiles(context: ConfigureContext) {
  const { services } = context;
  const scrapes = scrapesOf(services);
  return [
    followedFile("prometheus.yml", prometheusConfig(context, scrapes)),
    followedFile(
      "recordings.yml",
      renderRules([...recordingGroups(scrapes, services), ...sloGroups(services)]),
    ),
    followedFile("alerts.yml", renderRules(alertGroups(services))),
  ];
}

/**
 * Alertmanager stands on the status page, which stands on Prometheus: so Prometheus cannot need it. What Alertmanager
 * was given here is what Prometheus shows there.
 */
function alertmanagerLogin({ consumers }: ConfigureContext): readonly FileSpec[] {
  const login = consumers.find(({ name }) => name === "alertmanager");
  return login
    ? [{ path: "alertmanager-password", content: secretText`${secretRef(login.credential)}` }]
    : [];
}

const SELF = { username: "self", password_file: "/run/secrets/self-password" };
const at = (service: string) => ({
  username: "prometheus",
  password_file: `/run/secrets/${service}-password`,
});

function prometheusConfig({ services, settings }: ConfigureContext, scrapes: readonly Scrape[]): string {
  return stringify(
    {
      global: {
        scrape_interval: "15s",
        scrape_timeout: "10s",
        evaluation_interval: "15s",
        external_labels: { stack: settings.prefix },
      },
      rule_files: [`${CONFIG}/recordings.yml`, `${CONFIG}/alerts.yml`],
      alerting: {
        alertmanagers: services
          .filter(({ name }) => name === "alertmanager")
          .map(({ name, ports }) => ({
            static_configs: [{ targets: [`${name}:${ports.http}`] }],
            basic_auth: at(name),
            api_version: "v2",
          })),
      },
      scrape_configs: [...scrapeConfigs(scrapes, services), ...routeProbes(services)],
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
}

/** One job for each container that is asked; an exporter of several has a target for each of them. */
function scrapeConfigs(scrapes: readonly Scrape[], services: readonly ServiceSpec[]): readonly object[] {
  const jobs = [...new Set(scrapes.map(({ job }) => job))];
  return jobs.flatMap((job) => {
    const of = scrapes.filter((scrape) => scrape.job === job);
    const [first] = of;
    if (!first) return [];
    return [
      {
        job_name: job,
        metrics_path: first.path,
        ...(first.ofOthers ? { honor_labels: true, metric_relabel_configs: catalogueLabels(services) } : {}),
        ...(first.login ? { basic_auth: job === "prometheus" ? SELF : at(job) } : {}),
        static_configs: of.map(({ address, labels, target, ofOthers }) => ({
          targets: [address],
          labels: {
            // a program that names services itself speaks of itself nowhere
            ...(ofOthers ? { service: labels.service } : labels),
            ...(target === undefined ? {} : { __param_target: target }),
          },
        })),
      },
    ];
  });
}

/** What Prometheus knows of a service where another program has only given its name. */
function catalogueLabels(services: readonly ServiceSpec[]): readonly object[] {
  const labels = services.map(serviceLabels);
  return (["capability", "tier", "lane"] as const).flatMap((label) =>
    [...new Set(labels.map((of) => of[label] ?? ""))].sort().map((value) => ({
      source_labels: ["service"],
      regex: labels
        .filter((of) => of[label] === value)
        .map(({ service }) => service)
        .join("|"),
      target_label: label,
      replacement: value,
    })),
  );
}

/** Every public route, as somebody outside would ask for it. */
function routeProbes(services: readonly ServiceSpec[]): readonly object[] {
  const targets = services.flatMap((service) => {
    const url = probeUrl(service);
    return url === undefined
      ? []
      : [{ targets: [url], labels: { ...serviceLabels(service), route: service.route?.path ?? "" } }];
  });
  if (!services.some(({ name }) => name === blackboxExporter.name) || targets.length === 0) return [];
  return [
    {
      job_name: "blackbox",
      metrics_path: "/probe",
      params: { module: ["route"] },
      static_configs: targets,
      relabel_configs: [
        { source_labels: ["__address__"], target_label: "__param_target" },
        { source_labels: ["__param_target"], target_label: "instance" },
        { target_label: "__address__", replacement: `blackbox-exporter:${blackboxExporter.ports.http}` },
      ],
    },
  ];
}
