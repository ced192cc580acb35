import { dataWorkloads } from "../../../../components/data/services";
import { opensearch } from "../../../../components/data/opensearch";
import { platformDatabase, postgres } from "../../../../components/data/postgres";
import { valkeyCache, valkeyState } from "../../../../components/data/valkey";
import {
  EXPORTERS,
  natsExporter,
  nodeExporter,
  opensearchExporter,
  postgresExporter,
  valkeyExporter,
} from "../../../../components/sre/exporters";
import { rendered, wiredAmong } from "../../../support/wired";

const services = dataWorkloads.filter((workload) => workload.kind === "service");

it("has an exporter for every word that a store says, and no other", () => {
  const words = services.flatMap(({ metrics }) => (metrics.kind === "exporter" ? [metrics.exporter] : []));
  expect([...new Set(words)].sort()).toEqual(Object.keys(EXPORTERS).sort());
});

it("measures a store from a lane that it is on", () => {
  for (const { name, metrics, lanes } of services) {
    if (metrics.kind !== "exporter") continue;
    const exporter = EXPORTERS[metrics.exporter]?.service;
    expect([name, lanes.some((lane) => exporter?.lanes.includes(lane))]).toEqual([name, true]);
  }
});

it("is scraped as its stores, once", () => {
  for (const { service } of Object.values(EXPORTERS))
    expect([service.name, service.metrics.kind]).toEqual([service.name, "none"]);
});

describe("valkey-exporter", () => {
  const wired = wiredAmong(valkeyExporter, [valkeyState, valkeyCache]);

  it("finds the password of each by the address that Prometheus asks about", () => {
    const passwords = JSON.parse(rendered(wired, "passwords.json")) as Record<string, string>;
    const target = (store: typeof valkeyState): string => EXPORTERS.redis?.target?.(store) ?? "";
    expect(passwords).toEqual({
      [target(valkeyState)]: "<valkey-state-valkey-exporter:plain>",
      [target(valkeyCache)]: "<valkey-cache-valkey-exporter:plain>",
    });
    expect(target(valkeyState)).toBe("redis://valkey-exporter@valkey-state:6379");
  });

  it.each([valkeyState, valkeyCache])("may ask $name about itself and reads no key", (store) => {
    const other = store === valkeyState ? valkeyCache : valkeyState;
    const users = rendered(wiredAmong(store, [valkeyExporter, other]), "users.acl");
    expect(users).toContain(
      `user valkey-exporter on #<${store.name}-valkey-exporter:sha256> resetkeys resetchannels -@all +info +slowlog|len +slowlog|get\n`,
    );
  });
});

it("postgres-exporter logs in with what the database's job gives it: statistics, not the owner's rights", () => {
  expect(wiredAmong(postgresExporter, [postgres, platformDatabase]).env).toMatchObject({
    DATA_SOURCE_URI: expect.stringMatching(/^postgres:5432\/platform\?/) as string,
    DATA_SOURCE_USER: "postgres-exporter",
    DATA_SOURCE_PASS_FILE: "/run/secrets/platform-db-password",
  });
  const sql = rendered(wiredAmong(platformDatabase, [postgres, postgresExporter]), "database.sql");
  expect(sql).toContain('GRANT pg_monitor TO "postgres-exporter";');
  expect(sql).not.toContain('GRANT "platform_owner" TO "postgres-exporter"');
});

it("opensearch-exporter has its login in a file of arguments, and the role of who only watches", () => {
  const wired = wiredAmong(opensearchExporter, [opensearch]);
  expect(rendered(wired, "arguments")).toBe(
    "--es.uri=http://opensearch-exporter:<opensearch-opensearch-exporter:plain>@opensearch:9200\n",
  );
  expect([wired.spec.command, wired.spec.env]).toEqual([["@/run/secrets/arguments"], {}]);
  expect(rendered(wiredAmong(opensearch, [opensearchExporter]), "users")).toContain(
    "opensearch-exporter:monitor:<opensearch-opensearch-exporter:sha256>\n",
  );
});

it("nats-exporter has no user at NATS: it reads the monitoring port", () => {
  expect(natsExporter.needs).toEqual([]);
  expect(natsExporter.env.NATS_MONITOR_URL).toBe("http://nats:8222");
});

it("node-exporter uses no collector of what a container has of its own, and mounts nothing of the host", () => {
  expect(nodeExporter.command?.[0]).toBe("--collector.disable-defaults");
  const on = (nodeExporter.command ?? []).map((flag) => flag.replace("--collector.", ""));
  expect(on.filter((name) => /^(netdev|netstat|sockstat|uname|os|conntrack|processes)$/.test(name))).toEqual(
    [],
  );
  expect([nodeExporter.data, nodeExporter.configure]).toEqual([[], undefined]);
});
