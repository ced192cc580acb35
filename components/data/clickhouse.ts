import { httpProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type Credential, type SecretText } from "../../model/secrets";
import { defineService, thirdParty, type ConfigureContext } from "../../model/service";

const CONFIG_PATH = "/etc/clickhouse-server";

/**
 * Analytics. Only from its upstream image: no package registry has a current version, and an old one would be
 * another dialect. The default user is gone; each consumer has its own, which a need may make `readonly`.
 */
export const clickhouse = defineService({
  name: "clickhouse",
  title: "ClickHouse",
  capability: "data",
  image: thirdParty("clickhouse"),
  lanes: ["backend"],
  ports: { http: 8123, metrics: 9363 },
  entrypoint: ["/usr/bin/clickhouse-server"],
  command: [`--config-file=${CONFIG_PATH}/config.xml`],
  configPath: CONFIG_PATH,
  probe: httpProbe("/ping", { startPeriod: "1m0s" }),
  metrics: { kind: "endpoint", port: "metrics", path: "/metrics" },
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  tools: [
    { hostPort: "clickhouse", port: "http", protocol: "http", login: "own", data: true, title: "ClickHouse" },
  ],
  resources: { memory: "2GiB", cpus: 2, precedence: "last" },
  user: "101:101",
  data: [{ name: "clickhouse-data", path: "/var/lib/clickhouse", backup: { method: "clickhouse backup" } }],
  tmpfs: { "/tmp": { size: "256MiB" }, "/var/log/clickhouse-server": { size: "16MiB" } },
  ulimits: { nofile: 262144 },
  tier: "P1",
  gate: true,
  stopGrace: "30s",
  slo: { availability: 99.5 },
  configure: (context) => ({
    config: [{ path: "config.xml", content: SERVER }],
    secrets: [{ path: "users.xml", content: users(context) }],
  }),
});

/** HTTP and metrics only; its native, MySQL and inter-server ports are not declared, so they do not open. */
const SERVER = `<clickhouse>
  <logger><level>information</level><console>1</console></logger>
  <listen_host>0.0.0.0</listen_host>
  <http_port>8123</http_port>
  <path>/var/lib/clickhouse/</path>
  <tmp_path>/var/lib/clickhouse/tmp/</tmp_path>
  <user_files_path>/var/lib/clickhouse/user_files/</user_files_path>
  <format_schema_path>/var/lib/clickhouse/format_schemas/</format_schema_path>
  <max_server_memory_usage_to_ram_ratio>0.8</max_server_memory_usage_to_ram_ratio>
  <mark_cache_size>134217728</mark_cache_size>
  <user_directories>
    <users_xml><path>/run/secrets/users.xml</path></users_xml>
  </user_directories>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <prometheus>
    <endpoint>/metrics</endpoint>
    <port>9363</port>
    <metrics>true</metrics>
    <events>true</events>
    <asynchronous_metrics>true</asynchronous_metrics>
  </prometheus>
</clickhouse>
`;

function users({ operator, consumers }: ConfigureContext): SecretText {
  const all = [
    user(operator, false),
    ...consumers.map(({ credential, grant }) => user(credential, grant.readonly === true)),
  ];
  return secretText`<clickhouse>
  <profiles><default/><readonly><readonly>1</readonly></readonly></profiles>
  <quotas><default/></quotas>
  <users>
${joinTexts(all)}  </users>
</clickhouse>
`;
}

function user(credential: Credential, readonly: boolean): SecretText {
  const { username } = credential;
  return secretText`    <${username}>
      <password_sha256_hex>${secretRef(credential, "sha256")}</password_sha256_hex>
      <networks><ip>::/0</ip></networks>
      <profile>${readonly ? "readonly" : "default"}</profile>
      <quota>default</quota>
    </${username}>
`;
}
