import { httpProbe } from "../../model/probes";
import { secretRef, secretText } from "../../model/secrets";
import { defineService, thirdParty } from "../../model/service";

/**
 * A worker without work tries again ten thousand times before it sleeps, ten thousand context switches a second each:
 * on a machine of its own that saves microseconds, on one with everything else it takes the processors from them. So
 * they yield once, nap for a millisecond a while, and sleep for ten.
 */
function patient(...pools: readonly string[]): Readonly<Record<string, string>> {
  const thresholds = { YIELD_THRESHOLD: "1", NAP_THRESHOLD: "2", SLEEP_THRESHOLD: "40", SLEEP_TIMEOUT: "10" };
  return Object.fromEntries(
    pools.flatMap((pool) => Object.entries(thresholds).map(([name, value]) => [`${pool}_${name}`, value])),
  );
}

/**
 * Time series. It knows one user, who may do everything (roles are not in this edition): consumers share the
 * operator's login over HTTP; `reader` may only read, over the PostgreSQL protocol.
 */
export const questdb = defineService({
  name: "questdb",
  title: "QuestDB",
  capability: "data",
  image: thirdParty("questdb"),
  lanes: ["backend"],
  ports: { http: 9000, sql: 8812, metrics: 9003 },
  entrypoint: ["/app/bin/java"],
  command: [
    ...["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:-UsePerfData"],
    ...["-m", "io.questdb/io.questdb.ServerMain", "-d", "/var/lib/questdb", "-f"],
  ],
  env: {
    QDB_HTTP_USER: "operator",
    QDB_HTTP_PASSWORD_FILE: "/run/secrets/operator-password",
    QDB_PG_USER: "operator",
    QDB_PG_PASSWORD_FILE: "/run/secrets/operator-password",
    QDB_PG_READONLY_USER_ENABLED: "true",
    QDB_PG_READONLY_USER: "reader",
    QDB_PG_READONLY_PASSWORD_FILE: "/run/secrets/reader-password",
    // ILP goes over HTTP, which asks for a login; its TCP port would not.
    QDB_LINE_TCP_ENABLED: "false",
    QDB_METRICS_ENABLED: "true",
    QDB_HTTP_HEALTH_CHECK_AUTHENTICATION_REQUIRED: "false",
    QDB_TELEMETRY_ENABLED: "false",
    QDB_TELEMETRY_DISABLE_COMPLETELY: "true",
    QDB_POSTHOG_ENABLED: "false",
    ...patient("QDB_SHARED_WORKER", "QDB_WAL_APPLY_WORKER", "QDB_HTTP_MIN_WORKER"),
    // At INFO each commit says six lines.
    QDB_LOG_W_STDOUT_LEVEL: "ADVISORY,ERROR,CRITICAL",
    // Of the container's memory; the rest is the heap's.
    QDB_RAM_USAGE_LIMIT_PERCENT: "50",
  },
  probe: httpProbe("/status", { port: "metrics", startPeriod: "1m0s" }),
  metrics: { kind: "endpoint", port: "metrics", path: "/metrics" },
  endpoint: { port: "http", scheme: "http", credentials: "shared" },
  tools: [
    {
      hostPort: "questdb",
      port: "http",
      protocol: "http",
      login: "own",
      data: true,
      title: "QuestDB console",
    },
    {
      hostPort: "questdb-pg",
      port: "sql",
      protocol: "tcp",
      scheme: "postgresql",
      login: "own",
      data: true,
      title: "QuestDB over the PostgreSQL protocol",
    },
  ],
  resources: { memory: "1GiB", cpus: 1, precedence: "last" },
  user: "10001:10001",
  data: [{ name: "questdb-data", path: "/var/lib/questdb", backup: { method: "questdb checkpoint" } }],
  tmpfs: { "/tmp": { size: "32MiB" } },
  tier: "P0",
  gate: true,
  stopGrace: "15s",
  slo: { availability: 99.9 },
  configure: ({ operator, own }) => ({
    secrets: [
      { path: "operator-password", content: secretText`${secretRef(operator)}` },
      {
        path: "reader-password",
        content: secretText`${secretRef(own("reader", "QuestDB: reading, over the PostgreSQL protocol"))}`,
      },
    ],
  }),
});
