import { connect as connectTcp, createServer, type AddressInfo } from "node:net";
import type Docker from "dockerode";
import { connect } from "@nats-io/transport-node";
import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { parseSettings } from "../../model/settings";
import { consumers, streams } from "../../services/contracts";
import { migrate } from "../../services/datainit/src/migrations";
import { questdbStore } from "../../services/datainit/src/questdb";
import { questdbMigrations } from "../../services/datainit/src/questdb-schema";
import { StoreHttp } from "../../services/datainit/src/store-http";
import { convergeConsumers, convergeStreams } from "../../services/datainit/src/streams";
import { imageResolver } from "../../stacks/inputs";
import { archiveOf, engine, removeLabelled, until } from "../harness/docker";

/**
 * Real stores for a service under test, each in a container of the image that the platform runs, without the
 * platform's credentials: who may do what is proven elsewhere. `restart` keeps what was stored, as a crash does.
 */
export interface Store {
  readonly host: "127.0.0.1";
  readonly port: number;
  /** SIGKILL. */
  readonly kill: () => Promise<void>;
  /** Writes files by their absolute paths, also while it is down. */
  readonly write: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly restart: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const LABEL = "com.trade2026.test-services";

const NATS_LISTENS = 'listen: "0.0.0.0:4222"\n';
export const NATS_FILES = {
  "/tmp/nats.conf": `${NATS_LISTENS}jetstream { store_dir: "/tmp/js", max_file_store: 16GB, sync_interval: always }\n`,
};
/** A server that takes connections and knows of no stream: as one that is still reading what it has stored. */
export const NATS_FILES_WITHOUT_STREAMS = { "/tmp/nats.conf": NATS_LISTENS };

/** NATS with JetStream, and with every stream and consumer of the contracts unless `bare`. */
export async function startNats(
  name: string,
  options: { readonly bare?: true } = {},
): Promise<Store & { readonly connect: () => Promise<NatsConnection> }> {
  const store = await start(`${name}-nats`, "nats", 4222, {
    Entrypoint: ["/nats-server"],
    Cmd: ["--config", "/tmp/nats.conf"],
    User: "0:0",
    files: NATS_FILES,
  });
  const open = () =>
    connect({ port: store.port, maxReconnectAttempts: -1, waitOnFirstConnect: true, reconnectTimeWait: 100 });
  if (!options.bare) {
    const connection = await open();
    const manager = await jetstreamManager(connection, { timeout: 10_000 });
    await convergeStreams(manager, streams, () => undefined);
    await convergeConsumers(manager, consumers, () => undefined);
    await connection.close();
  }
  return { ...store, connect: open };
}

/** Valkey as the platform runs it for state: append-only file, nothing evicted; no password. */
export function startValkey(name: string): Promise<Store> {
  return start(`${name}-valkey`, "valkey", 6379, {
    Entrypoint: ["valkey-server"],
    Cmd: [
      "--protected-mode",
      "no",
      "--appendonly",
      "yes",
      "--dir",
      "/tmp",
      "--maxmemory",
      "384mb",
      "--maxmemory-policy",
      "noeviction",
    ],
    User: "0:0",
    files: {},
  });
}

/** QuestDB with the platform's tables unless `bare`, without a login. */
export async function startQuestdb(
  name: string,
  options: { readonly bare?: true } = {},
): Promise<
  Store & { readonly url: string; readonly query: (statement: string) => Promise<readonly unknown[][]> }
> {
  const store = await start(`${name}-questdb`, "questdb", 9000, {
    Entrypoint: ["/app/bin/java"],
    Cmd: [
      ...["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", "-m", "io.questdb/io.questdb.ServerMain"],
      ...["-d", "/var/lib/questdb", "-f"],
    ],
    Env: ["QDB_LINE_TCP_ENABLED=false", "QDB_TELEMETRY_ENABLED=false", "QDB_RAM_USAGE_LIMIT_PERCENT=20"],
    User: "0:0",
    files: { "/var/lib/questdb/.keep": "" },
    greeting: "GET /exec?query=select%201 HTTP/1.0\r\n\r\n",
  });
  const url = `http://${store.host}:${store.port}`;
  const query = async (statement: string): Promise<readonly unknown[][]> => {
    const response = await fetch(`${url}/exec?${new URLSearchParams({ query: statement }).toString()}`);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return ((await response.json()) as { readonly dataset?: readonly unknown[][] }).dataset ?? [];
  };
  if (!options.bare) {
    const tables = questdbStore(new StoreHttp({ name: "QuestDB", base: url, headers: {} }));
    await migrate(tables, questdbMigrations, () => undefined);
  }
  return { ...store, url, query };
}

/** PostgreSQL with an empty database `test`; user `test`, password `test`. */
export function startPostgres(name: string): Promise<Store> {
  return start(`${name}-postgres`, "postgres", 5432, {
    Env: ["POSTGRES_USER=test", "POSTGRES_DB=test", "POSTGRES_PASSWORD_FILE=/tmp/password"],
    files: { "/tmp/password": "test" },
    // "do you speak TLS?", which it answers before anybody has logged in
    greeting: Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]),
  });
}

interface StoreOptions extends Pick<Docker.ContainerCreateOptions, "Entrypoint" | "Cmd" | "User" | "Env"> {
  readonly files: Readonly<Record<string, string>>;
  /** What it answers something to, once it works. @default what NATS and Valkey answer */
  readonly greeting?: string | Buffer;
}

async function start(name: string, program: string, port: number, options: StoreOptions): Promise<Store> {
  const docker = await engine();
  await removeLabelled(docker, `${LABEL}=${name}`);
  const image = imageResolver(parseSettings({ images: "packages" }))(program);
  if ("missing" in image) throw new Error(`${program}: ${image.missing}`);
  const { files, greeting = "PING\r\n", ...command } = options;
  const hostPort = await freePort();
  const container = await docker.createContainer({
    ...command,
    Image: image.reference,
    name: `t26services-${name}`,
    Labels: { [LABEL]: name },
    ExposedPorts: { [`${port}/tcp`]: {} },
    HostConfig: {
      NetworkMode: "bridge",
      PortBindings: { [`${port}/tcp`]: [{ HostIp: "127.0.0.1", HostPort: String(hostPort) }] },
    },
  });
  const write = async (some: typeof files): Promise<void> => {
    await container.putArchive(archiveOf(some), { path: "/" });
  };
  if (Object.keys(files).length > 0) await write(files);
  const begin = async (): Promise<void> => {
    await container.start();
    await until(`${name} to listen`, 60, () => listens(hostPort, greeting), Boolean);
  };
  await begin();
  return {
    host: "127.0.0.1",
    port: hostPort,
    kill: () => container.kill() as Promise<void>,
    write,
    restart: begin,
    close: () => container.remove({ force: true, v: true }) as Promise<void>,
  };
}

/** Kept over restarts: the engine would choose another one each time. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** The engine's proxy takes connections before the program does: only its answer counts. */
function listens(port: number, greeting: string | Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp(port, "127.0.0.1");
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => end(false));
    socket.on("error", () => end(false)).on("close", () => resolve(false));
    // NATS greets; Valkey answers a PING
    socket.on("data", () => end(true));
    socket.write(greeting);
  });
}
