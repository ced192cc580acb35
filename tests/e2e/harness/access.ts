import type { Access, AccessFile } from "../client/store";
import { verb } from "./command";

/** A credential as `./trade2026 secrets` shows it to the operator. */
export interface ShownSecret {
  readonly id: string;
  readonly username: string;
  readonly password: string;
}

/** Every credential of the platform. Not kept with the other output. */
export async function shownSecrets(): Promise<readonly ShownSecret[]> {
  const { code, stdout, text } = await verb("secrets", ["--show", "--json"], { confidential: true });
  if (code !== 0) throw new Error(`./trade2026 secrets: exit ${code}: ${text.slice(0, 500)}`);
  return JSON.parse(stdout) as readonly ShownSecret[];
}

/** Where each store is on its lane, written down here once more: the platform is tested against it. */
const STORES: Readonly<
  Record<string, { readonly host: string; readonly port: number; readonly credential: string }>
> = {
  nats: { host: "nats", port: 4222, credential: "nats-operator" },
  "valkey-state": { host: "valkey-state", port: 6379, credential: "valkey-state-operator" },
  "valkey-cache": { host: "valkey-cache", port: 6379, credential: "valkey-cache-operator" },
  postgres: { host: "postgres", port: 5432, credential: "postgres-operator" },
  "platform-db": { host: "postgres", port: 5432, credential: "platform-db-platform_operator" },
  questdb: { host: "questdb", port: 9000, credential: "questdb-operator" },
  clickhouse: { host: "clickhouse", port: 8123, credential: "clickhouse-operator" },
  s3: { host: "s3", port: 8333, credential: "s3-operator" },
  opensearch: { host: "opensearch", port: 9200, credential: "opensearch-operator" },
  prism: { host: "prism", port: 8360, credential: "prism-operator" },
  opa: { host: "opa", port: 8181, credential: "opa-operator" },
};

/** Addresses with the operators' credentials, for the client; stores that the platform has not are left out. */
export function accessOf(secrets: readonly ShownSecret[], present: readonly string[]): AccessFile {
  const of = (name: string): readonly [string, Access][] => {
    const store = STORES[name];
    const secret = secrets.find(({ id }) => id === store?.credential);
    if (!store || !secret) return [];
    return [
      [name, { host: store.host, port: store.port, username: secret.username, password: secret.password }],
    ];
  };
  const entries = Object.keys(STORES)
    .filter((name) => present.includes(name))
    .flatMap(of);
  return Object.fromEntries(entries);
}
