import type Docker from "dockerode";
import { opensearch } from "../../components/data/opensearch";
import { platformDatabase, postgres } from "../../components/data/postgres";
import { valkeyCache, valkeyState } from "../../components/data/valkey";
import {
  EXPORTERS,
  nodeExporter,
  opensearchExporter,
  postgresExporter,
  valkeyExporter,
} from "../../components/sre/exporters";
import { UNKNOWN_HOST } from "../../model/host";
import type { ServiceSpec } from "../../model/service";
import { parseSettings } from "../../model/settings";
import { loadPlan } from "../../stacks/inputs";
import { execIn, logs } from "../harness/docker";
import { hostPortOf, passwordOf, Sandbox } from "./sandbox";

const plan = loadPlan(parseSettings({ images: "packages" }), UNKNOWN_HOST, {
  workloads: [
    ...[valkeyState, valkeyCache, postgres, platformDatabase, opensearch],
    ...[nodeExporter, valkeyExporter, postgresExporter, opensearchExporter],
  ],
});

/** Series of one page, by name and labels. */
async function scrape(url: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [
      line.slice(0, line.lastIndexOf(" ")),
      Number(line.slice(line.lastIndexOf(" ") + 1)),
    ]),
  );
}

/** An exporter beside the store that it measures. */
async function beside(sandbox: Sandbox, store: Docker.Container, exporter: ServiceSpec): Promise<string> {
  await sandbox.start(exporter.name, { networkOf: store });
  return `http://127.0.0.1:${await hostPortOf(store, exporter.ports.http ?? 0)}`;
}
const startStore = (sandbox: Sandbox, store: string, exporter: ServiceSpec): Promise<Docker.Container> =>
  sandbox.start(store, { publish: [exporter.ports.http ?? 0] }, 180);

describe.each([valkeyState, valkeyCache])("valkey-exporter beside $name", (store) => {
  let sandbox: Sandbox;
  let server: Docker.Container;
  let base: string;
  beforeAll(async () => {
    sandbox = await Sandbox.open(`exporter-${store.name}`, plan);
    server = await startStore(sandbox, store.name, valkeyExporter);
    base = await beside(sandbox, server, valkeyExporter);
  });
  afterAll(() => sandbox.close());

  const target = (of: ServiceSpec): string =>
    `${base}${EXPORTERS.redis?.path ?? ""}?target=${encodeURIComponent(EXPORTERS.redis?.target?.(of) ?? "")}`;
  const cli = async (...command: readonly string[]): Promise<string> =>
    (
      await execIn(server, ["valkey-cli", "--no-auth-warning", "--user", "operator", ...command], {
        env: [`REDISCLI_AUTH=${passwordOf(`${store.name}-operator`)}`],
      })
    ).stdout.trim();

  it("reads memory and its limit, clients and commands, and is refused nothing on the way", async () => {
    await cli("SET", "config-test", "1");
    await scrape(target(store));
    const series = await scrape(target(store));
    expect(series.get("redis_up")).toBe(1);
    expect(series.get("redis_memory_max_bytes")).toBe((store === valkeyState ? 384 : 256) * 1024 ** 2);
    for (const name of [
      "redis_memory_used_bytes",
      "redis_connected_clients",
      "redis_max_clients",
      "redis_commands_processed_total",
      "redis_uptime_in_seconds",
    ])
      expect([name, (series.get(name) ?? 0) > 0]).toEqual([name, true]);
    expect(series.get("redis_acl_access_denied_cmd_total")).toBe(0);
    expect(series.get("redis_acl_access_denied_auth_total")).toBe(0);
    expect(await cli("ACL", "LOG")).toBe("");
  });

  it("may read nothing that is stored, and change nothing", async () => {
    const password = passwordOf(`${store.name}-valkey-exporter`);
    const as = async (...command: readonly string[]): Promise<string> => {
      const { stdout, stderr } = await execIn(
        server,
        ["valkey-cli", "--no-auth-warning", "--user", "valkey-exporter", ...command],
        { env: [`REDISCLI_AUTH=${password}`] },
      );
      return `${stdout}${stderr}`.trim();
    };
    for (const command of [
      ["GET", "config-test"],
      ["SET", "config-test", "2"],
      ["KEYS", "*"],
      ["CONFIG", "GET", "*"],
      ["CLIENT", "LIST"],
      ["MONITOR"],
    ])
      expect(await as(...command)).toContain("NOPERM");
  });

  it("says that a server is down, and what it says of itself tells no password", async () => {
    const other = store === valkeyState ? valkeyCache : valkeyState;
    expect((await scrape(target(other))).get("redis_up")).toBe(0);
    const own = await scrape(`${base}/metrics`);
    expect([...own.keys()].filter((name) => name.startsWith("redis_up"))).toEqual([]);
    expect(own.has("process_open_fds")).toBe(true);
  });
});

describe("postgres-exporter", () => {
  let sandbox: Sandbox;
  let server: Docker.Container;
  let base: string;
  beforeAll(async () => {
    sandbox = await Sandbox.open("exporter-postgres", plan);
    server = await startStore(sandbox, "postgres", postgresExporter);
    for (const time of ["first", "again"]) {
      const { code, stderr } = await sandbox.run("platform-db", { networkOf: server });
      expect({ time, code, errors: stderr.match(/ERROR.*|FATAL.*/g) }).toEqual({
        time,
        code: 0,
        errors: null,
      });
    }
    base = await beside(sandbox, server, postgresExporter);
  });
  afterAll(() => sandbox.close());

  it("reads sizes, connections, locks and settings with a login that may no more", async () => {
    const series = await scrape(`${base}/metrics`);
    expect(series.get("pg_up")).toBe(1);
    expect(series.get('pg_settings_max_connections{server="postgres:5432"}')).toBe(200);
    expect(series.get('pg_database_size_bytes{datname="platform"}')).toBeGreaterThan(1e6);
    for (const name of [
      "pg_stat_database_xact_commit",
      "pg_stat_activity_count",
      "pg_locks_count",
      "pg_wal_size_bytes",
    ])
      expect([name, [...series.keys()].some((key) => key.startsWith(name))]).toEqual([name, true]);
    expect(
      [...series].filter(([name, value]) => name.startsWith("pg_scrape_collector_success") && value !== 1),
    ).toEqual([]);
    expect(series.get("pg_exporter_last_scrape_error")).toBe(0);
  });

  it("sees no rows", async () => {
    const { stdout } = await sandbox.run("platform-db", {
      networkOf: server,
      command: [
        "--no-psqlrc",
        "-tA",
        `--command=SELECT rolsuper OR rolcreatedb OR rolcreaterole OR pg_has_role('postgres-exporter', 'platform_owner', 'MEMBER') OR pg_has_role('postgres-exporter', 'pg_read_all_data', 'MEMBER') FROM pg_roles WHERE rolname = 'postgres-exporter'`,
        "service=postgres",
      ],
    });
    expect(stdout.trim()).toBe("f");
  });

  it("says that it is let in no more, and has no old values then", async () => {
    const lockOut = `ALTER ROLE "postgres-exporter" NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres-exporter'`;
    const { code } = await sandbox.run("platform-db", {
      networkOf: server,
      command: ["--no-psqlrc", `--command=${lockOut}`, "service=postgres"],
    });
    expect(code).toBe(0);
    const series = await scrape(`${base}/metrics`);
    expect(series.get("pg_up")).toBe(0);
    expect([...series.keys()].filter((key) => key.startsWith("pg_stat"))).toEqual([]);
  });
});

describe("opensearch-exporter", () => {
  let sandbox: Sandbox;
  let server: Docker.Container;
  let exporter: Docker.Container;
  let base: string;
  beforeAll(async () => {
    sandbox = await Sandbox.open("exporter-opensearch", plan);
    server = await startStore(sandbox, "opensearch", opensearchExporter);
    exporter = await sandbox.start(opensearchExporter.name, { networkOf: server });
    base = `http://127.0.0.1:${await hostPortOf(server, opensearchExporter.ports.http ?? 0)}`;
  });
  afterAll(() => sandbox.close());
  const password = passwordOf("opensearch-opensearch-exporter");

  it("reads cluster, heap and disk", async () => {
    const series = await scrape(`${base}/metrics`);
    const value = (name: string): number | undefined =>
      [...series].find(([key]) => key === name || key.startsWith(`${name}{`))?.[1];
    expect(series.get('elasticsearch_cluster_health_status{cluster="trade2026",color="green"}')).toBe(1);
    for (const name of [
      "elasticsearch_jvm_memory_max_bytes",
      "elasticsearch_filesystem_data_size_bytes",
      "elasticsearch_breakers_limit_size_bytes",
      "elasticsearch_cluster_health_number_of_nodes",
      "elasticsearch_process_cpu_percent",
    ])
      expect([name, value(name) !== undefined]).toEqual([name, true]);
    expect(series.get(EXPORTERS.opensearch?.up ?? "")).toBe(1);
  });

  it("keeps its password in its file: not in command line, environment, metrics or log", async () => {
    const { Config, Args } = await exporter.inspect();
    // even when the server does not answer, and it says what it could not ask
    await server.pause();
    const page = await (await fetch(`${base}/metrics`)).text().finally(() => server.unpause());
    const { stdout, stderr } = await logs(exporter);
    expect(page).toContain(`${EXPORTERS.opensearch?.up ?? ""} 0`);
    expect(`${stdout}${stderr}`).toContain("failed");
    for (const text of [JSON.stringify(Config), JSON.stringify(Args), page, stdout, stderr])
      expect(text).not.toContain(password);
    expect(sandbox.files(opensearchExporter.name)["/run/secrets/arguments"]).toContain(password);
  });
});

describe("node-exporter", () => {
  let sandbox: Sandbox;
  let base: string;
  beforeAll(async () => {
    sandbox = await Sandbox.open("exporter-node", plan);
    const container = await sandbox.start(nodeExporter.name, { publish: [nodeExporter.ports.http ?? 0] });
    base = `http://127.0.0.1:${await hostPortOf(container, nodeExporter.ports.http ?? 0)}`;
  });
  afterAll(() => sandbox.close());

  it("tells the host's processors, memory and load, and the disk of the volumes, by one mount", async () => {
    const series = await scrape(`${base}/metrics`);
    const of = (name: string): readonly string[] => [...series.keys()].filter((key) => key.startsWith(name));
    const { MemTotal, NCPU } = (await sandbox.docker.info()) as { MemTotal: number; NCPU: number };
    expect(series.get("node_memory_MemTotal_bytes")).toBe(MemTotal);
    expect(of('node_cpu_seconds_total{cpu="').filter((key) => key.includes('mode="idle"'))).toHaveLength(
      NCPU,
    );
    expect(of("node_load1")).not.toEqual([]);
    expect(of("node_filesystem_size_bytes")).toEqual([
      expect.stringContaining('mountpoint="/opt/t26"') as string,
    ]);
    expect(series.get(of("node_filesystem_avail_bytes")[0] ?? "")).toBeGreaterThan(0);
    // a kernel may lack some kinds of pressure
    const silent = of("node_scrape_collector_success").filter((key) => series.get(key) !== 1);
    expect(silent.filter((key) => !key.includes("pressure"))).toEqual([]);
    // its own network is not the host's
    expect(of("node_network")).toEqual([]);
  });
});
