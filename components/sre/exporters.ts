import { httpProbe, TOOLBOX_PATH } from "../../model/probes";
import { joinTexts, secretRef, secretText, type SecretText } from "../../model/secrets";
import {
  access,
  defineService,
  thirdParty,
  type ConfigureContext,
  type MetricsSpec,
  type ServiceInput,
  type ServiceSpec,
} from "../../model/service";
import { kitService } from "../core/kit-service";
import { opensearch } from "../data/opensearch";
import { platformDatabase } from "../data/postgres";
import { valkeyCache, valkeyState } from "../data/valkey";

/** How Prometheus asks for the metrics of a store that says `metrics: { kind: "exporter", exporter: … }`. */
export interface Exporter {
  readonly service: ServiceSpec;
  /** Where they are; on the port `http` of the exporter. */
  readonly path: string;
  /** What they begin with. The rest of a page is about the exporter itself. */
  readonly prefix: string;
  /** Is 1 when the exporter could read the store; when it could not, it is 0 and the other series are gone. */
  readonly up: string;
  /** For an exporter of many: value of the query parameter `target`. */
  readonly target?: (store: ServiceSpec) => string;
}

const OWN_PROCESS: MetricsSpec = { kind: "endpoint", port: "http", path: "/metrics" };
/** A second scrape of the same page would ask the store twice for the same. */
const pageOf = (store: string): MetricsSpec => ({
  kind: "none",
  reason: `its page is ${store}'s, and is scraped as that; its own memory and CPU time are its container's`,
});

type ExporterInput = Pick<ServiceInput, "name" | "title" | "image" | "user"> &
  Partial<ServiceInput> & { readonly port: number };

/** What all of them have in common: one port, no data, on the lane of what they measure. */
function exporter({ port, ...input }: ExporterInput): ServiceSpec {
  return defineService({
    lanes: ["backend"],
    probe: httpProbe("/"),
    metrics: OWN_PROCESS,
    resources: { memory: "64MiB", cpus: 0.25 },
    tier: "P2",
    slo: { availability: 99 },
    ...input,
    capability: "sre",
    ports: { http: port },
  });
}

/** What an exporter of ours has, which stands on the kit. */
export const KIT_EXPORTER = {
  capability: "sre",
  resources: { memory: "192MiB", cpus: 0.25 },
  tier: "P1",
  slo: { availability: 99 },
} as const;

/**
 * Reads the monitoring port, which asks for no login and is on the lane alone: a need of NATS would only give it a
 * user there that it does not use.
 */
export const natsExporter = kitService({
  ...KIT_EXPORTER,
  name: "nats-exporter",
  title: "NATS exporter",
  port: 7777,
  lanes: ["lowlatency", "backend"],
  metrics: pageOf("NATS"),
  env: { NATS_MONITOR_URL: "http://nats:8222" },
});

/**
 * The host, as far as a container without any namespace or folder of it can tell the truth. CPU time, load, memory,
 * disks, pressure, open files and the clock are not namespaced: /proc shows the host's (a virtual machine's on Docker
 * Desktop). Networks, processes, mounts and the host's name are its own, so their collectors are off. Free space is
 * seen on the one volume that every container has: it lies on the disk where the engine keeps all volumes.
 */
export const nodeExporter = exporter({
  name: "node-exporter",
  title: "Host exporter",
  port: 9100,
  image: thirdParty("node-exporter"),
  user: "65534:65534",
  entrypoint: ["/bin/node_exporter"],
  command: [
    "--collector.disable-defaults",
    ...[
      "cpu",
      "diskstats",
      "filefd",
      "loadavg",
      "meminfo",
      "pressure",
      "stat",
      "time",
      "timex",
      "vmstat",
    ].map((collector) => `--collector.${collector}`),
    "--collector.filesystem",
    `--collector.filesystem.mount-points-include=^${TOOLBOX_PATH}$`,
  ],
  tier: "P1",
});

/**
 * Both Valkeys: which one is said at each scrape, with the user in the address and the password from the file. INFO
 * has everything that is alerted on; without CONFIG, scripts and keys. What it asks for all the same (the length of the
 * slow log, and its newest entry for the time of it) is allowed: a refusal a scrape would bury the refusals that matter.
 */
const VALKEY_COMMANDS = { commands: ["+info", "+slowlog|len", "+slowlog|get"] };
export const valkeyExporter = exporter({
  name: "valkey-exporter",
  title: "Valkey exporter",
  port: 9121,
  image: thirdParty("redis-exporter"),
  user: "59000:59000",
  entrypoint: ["/redis_exporter"],
  command: [
    // no server of its own: they come with the question
    "--redis.addr=",
    "--redis.password-file=/run/secrets/passwords.json",
    "--set-client-name=false",
    "--config-command=-",
    "--exclude-latency-histogram-metrics",
  ],
  probe: httpProbe("/health"),
  metrics: pageOf("the Valkeys"),
  needs: [access(valkeyState, VALKEY_COMMANDS), access(valkeyCache, VALKEY_COMMANDS)],
  configure: (context) => ({ secrets: [{ path: "passwords.json", content: valkeyPasswords(context) }] }),
});

/** `redis://user@host:port`, as the exporter looks its password up. */
function valkeyAddress(store: ServiceSpec): string {
  return `redis://valkey-exporter@${store.name}:${store.ports.redis}`;
}

function valkeyPasswords({ credentialAt }: ConfigureContext): SecretText {
  const entries = [valkeyState, valkeyCache].map(
    (store) => secretText`  ${JSON.stringify(valkeyAddress(store))}: "${secretRef(credentialAt(store))}"`,
  );
  return secretText`{
${joinTexts(entries, ",\n")}
}
`;
}

/** A login that sees statistics and no rows, with the tables of the platform's own database. */
export const postgresExporter = exporter({
  name: "postgres-exporter",
  title: "PostgreSQL exporter",
  port: 9187,
  image: thirdParty("postgres-exporter"),
  user: "65534:65534",
  entrypoint: ["/bin/postgres_exporter"],
  command: ["--collector.long_running_transactions", "--collector.database_wraparound"],
  metrics: pageOf("PostgreSQL"),
  needs: [access(platformDatabase, { monitor: true })],
  env: {
    DATA_SOURCE_URI: "postgres:5432/platform?sslmode=disable&connect_timeout=3",
    DATA_SOURCE_USER: "postgres-exporter",
    DATA_SOURCE_PASS_FILE: "/run/secrets/platform-db-password",
  },
});

/**
 * It takes a login by environment or in the address alone; but its command line may name a file of arguments
 * (`@file`), and the address is in there. Node statistics, not those of every index: the role allows no more.
 */
export const opensearchExporter = exporter({
  name: "opensearch-exporter",
  title: "OpenSearch exporter",
  port: 9114,
  image: thirdParty("elasticsearch-exporter"),
  user: "65534:65534",
  entrypoint: ["/bin/elasticsearch_exporter"],
  command: ["@/run/secrets/arguments"],
  // without its server it listens only after ten seconds
  probe: httpProbe("/healthz", { startPeriod: "30s" }),
  metrics: pageOf("OpenSearch"),
  needs: [access(opensearch, { role: "monitor" })],
  configure: ({ credentialAt }) => {
    const login = credentialAt(opensearch);
    const address = secretText`http://${login.username}:${secretRef(login)}@opensearch:9200`;
    return { secrets: [{ path: "arguments", content: secretText`--es.uri=${address}\n` }] };
  },
  tier: "P3",
});

/** By the word in a store's `metrics`. */
export const EXPORTERS: Readonly<Record<string, Exporter>> = {
  nats: { service: natsExporter, path: "/metrics", prefix: "nats_", up: "nats_up" },
  redis: {
    service: valkeyExporter,
    path: "/scrape",
    prefix: "redis_",
    up: "redis_up",
    target: valkeyAddress,
  },
  postgres: { service: postgresExporter, path: "/metrics", prefix: "pg_", up: "pg_up" },
  opensearch: {
    service: opensearchExporter,
    path: "/metrics",
    prefix: "elasticsearch_",
    up: 'elasticsearch_scrape_success{collector="cluster-info"}',
  },
};
