import { stringify } from "yaml";
import { httpProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type Credential, type SecretText } from "../../model/secrets";
import { defineService, thirdParty, type ConfigureContext } from "../../model/service";

const HOME = "/usr/share/opensearch";

/**
 * Search and logs. Every request but the health word asks for a login; a need grants a `role`: monitor, read, write
 * or admin.
 */
export const opensearch = defineService({
  name: "opensearch",
  title: "OpenSearch",
  capability: "data",
  image: thirdParty("opensearch"),
  lanes: ["backend"],
  ports: { http: 9200 },
  entrypoint: ["/usr/local/bin/opensearch"],
  env: { OPENSEARCH_HEAP: "512m" },
  probe: httpProbe("/_trade2026/health", { startPeriod: "2m0s" }),
  metrics: { kind: "exporter", exporter: "opensearch" },
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  tools: [
    { hostPort: "opensearch", port: "http", protocol: "http", login: "own", data: true, title: "OpenSearch" },
  ],
  resources: { memory: "1.25GiB", cpus: 1.5, precedence: "last" },
  user: "1000:1000",
  configPath: "/etc/opensearch",
  data: [{ name: "opensearch-data", path: `${HOME}/data`, backup: { method: "opensearch snapshot" } }],
  tmpfs: { "/tmp": { size: "128MiB", exec: true } },
  tier: "P2",
  gate: true,
  stopGrace: "30s",
  slo: { availability: 99 },
  configure: (context) => ({
    config: [
      { path: "opensearch.yml", content: SETTINGS },
      { path: "log4j2.properties", content: LOGGING },
    ],
    secrets: [{ path: "users", content: users(context) }],
  }),
});

const SETTINGS = stringify({
  "cluster.name": "trade2026",
  "node.name": "opensearch",
  "discovery.type": "single-node",
  "http.host": "0.0.0.0",
  "http.port": 9200,
  "transport.host": "127.0.0.1",
  "path.data": `${HOME}/data`,
  "path.logs": "/tmp",
  // vm.max_map_count is the host's; for memory-mapped files a default host's would be too small.
  "node.store.allow_mmap": false,
  "action.destructive_requires_name": true,
  "trade2026.access.users": `${HOME}/config/users`,
});

const LOGGING = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;

/** One `name:role:sha256` a line. */
function users({ operator, consumers }: ConfigureContext): SecretText {
  return joinTexts([
    line(operator, "admin"),
    ...consumers.map(({ credential, grant }) => line(credential, grant.role)),
  ]);
}

function line(credential: Credential, role: unknown): SecretText {
  return secretText`${credential.username}:${typeof role === "string" ? role : "read"}:${secretRef(credential, "sha256")}\n`;
}
