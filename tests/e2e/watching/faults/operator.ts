import { setTimeout as sleep } from "node:timers/promises";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import type Docker from "dockerode";
import Valkey from "iovalkey";
import { Client } from "pg";
import { readContainerFile } from "../../../../cli/docker/archive";
import { archiveOf } from "../../../harness/docker";
import { basic, good, http, type Access } from "../../client/store";
import { accessOf, shownSecrets, type ShownSecret } from "../../harness/access";
import { TEST_LABELS } from "../../harness/client";
import { physical } from "../../harness/platform";
import { wellAgain } from "../../harness/well";
import { TradingRun } from "../../trading/run";
import type { Prometheus } from "../prometheus";
import type { Receivers } from "../receivers";
import type { Undo } from "./fault";

/** Somebody with every key of the platform, on the host that it runs on: whoever makes faults needs no less. */
export class Operator {
  readonly run = new TradingRun();

  private constructor(
    readonly docker: Docker,
    readonly prometheus: Prometheus,
    readonly receivers: Receivers,
    private readonly secrets: readonly ShownSecret[],
  ) {}

  static async open(docker: Docker, prometheus: Prometheus, receivers: Receivers): Promise<Operator> {
    const operator = new Operator(docker, prometheus, receivers, await shownSecrets());
    await operator.run.open();
    return operator;
  }

  close(): Promise<void> {
    return this.run.close();
  }

  container(name: string): Docker.Container {
    return this.docker.getContainer(physical(name));
  }

  /** @param bytes of memory that it may have, without any swap */
  async limitMemory(name: string, bytes: number): Promise<void> {
    await this.container(name).update({ Memory: bytes, MemorySwap: bytes });
  }

  async stop(name: string): Promise<Undo> {
    await this.container(name).stop();
    return async () => {
      await this.container(name).start();
      await wellAgain(this.docker, name, 120);
    };
  }

  /** Does something again and again, whatever comes of it. @returns what ends it */
  repeat(everyMs: number, act: () => Promise<unknown>): Undo {
    let ended = false;
    const running = (async () => {
      while (!ended) {
        await act().catch(() => undefined);
        await sleep(everyMs);
      }
    })();
    return () => {
      ended = true;
      return running;
    };
  }

  /** The only number that a query gives. @throws when it gives none, or several */
  async number(expr: string): Promise<number> {
    const [one, ...more] = await this.prometheus.query(expr);
    if (!one || more.length > 0) throw new Error(`${expr} gives ${one ? more.length + 1 : 0} numbers`);
    return Number(one.value[1]);
  }

  async nats<T>(use: (connection: NatsConnection) => Promise<T>): Promise<T> {
    const { host, port, username, password } = await this.#access("nats", "lowlatency");
    const connection = await connect({ servers: `nats://${host}:${port}`, user: username, pass: password });
    try {
      return await use(connection);
    } finally {
      await connection.close();
    }
  }

  jetstream<T>(use: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    return this.nats(async (connection) => use(await jetstreamManager(connection)));
  }

  /** A stream that refuses every message, and is else as it was. */
  async refusing(stream: string): Promise<Undo> {
    const set = (bytes: number): Promise<unknown> =>
      this.jetstream(({ streams }) => streams.update(stream, { max_msg_size: bytes }));
    await set(1);
    return async () => void (await set(-1));
  }

  async valkeyState<T>(use: (client: Valkey) => Promise<T>): Promise<T> {
    const { host, port, username, password } = await this.#access("valkey-state", "backend");
    const client = new Valkey({ host, port, username, password });
    try {
      return await use(client);
    } finally {
      client.disconnect();
    }
  }

  async questdb(sql: string): Promise<void> {
    const access = await this.#access("questdb", "backend");
    await good(
      http(access, `/exec?${new URLSearchParams({ query: sql }).toString()}`, { headers: basic(access) }),
    );
  }

  async postgres(sql: string): Promise<void> {
    const client = await this.postgresClient();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  async postgresClient(): Promise<Client> {
    const { host, port, username: user, password } = await this.#access("postgres", "backend");
    const client = new Client({ host, port, user, password, database: "postgres" });
    // one that the server ends has failed already where it was used
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }

  /** Changes a file in a volume that the container itself may only read. */
  async rewrite(name: string, path: string, change: (text: string) => string): Promise<Undo> {
    const before = await readContainerFile(this.docker, physical(name), path);
    if (before === undefined) throw new Error(`${name} has no ${path}`);
    const { image, bind } = await this.#volumeOf(name, path);
    const write = (text: string): Promise<unknown> =>
      this.beside(image, [bind], (writer) => writer.putArchive(archiveOf({ [path]: text }), { path: "/" }));
    await write(change(before));
    return async () => void (await write(before));
  }

  /** Runs SQL on a SQLite file in the data volume of a service of ours that does not run. */
  async sqlite(name: string, file: string, sql: string): Promise<void> {
    const { image, bind } = await this.#volumeOf(name, file);
    const script = `new (require("node:sqlite").DatabaseSync)(${JSON.stringify(file)}).exec(${JSON.stringify(sql)})`;
    await this.beside(
      image,
      [bind],
      async (container) => {
        await container.start();
        const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
        if (StatusCode !== 0)
          throw new Error(`${sql}: ${String(await container.logs({ stdout: true, stderr: true }))}`);
      },
      { Entrypoint: ["node", "-e", script] },
    );
  }

  /** A container of the test's own with these volumes, gone afterwards. */
  async beside<T>(
    Image: string,
    Binds: readonly string[],
    use: (container: Docker.Container) => Promise<T>,
    more: Partial<Docker.ContainerCreateOptions> = {},
  ): Promise<T> {
    const container = await this.docker.createContainer({
      ...more,
      Image,
      Labels: { ...TEST_LABELS },
      HostConfig: { NetworkMode: "none", Binds: [...Binds] },
    });
    try {
      return await use(container);
    } finally {
      await container.remove({ force: true });
    }
  }

  /** The volume that a file of a container is in, to be bound where it is there, and the container's image. */
  async #volumeOf(name: string, path: string): Promise<{ readonly image: string; readonly bind: string }> {
    const { Image: image, Mounts } = await this.container(name).inspect();
    const mount = Mounts.find(({ Destination }) => path.startsWith(`${Destination}/`));
    if (!mount?.Name) throw new Error(`${path} of ${name} is in no volume`);
    return { image, bind: `${mount.Name}:${mount.Destination}` };
  }

  /** Where a store is for somebody on the host: its own address on the lane. */
  async #access(name: string, lane: string): Promise<Access> {
    const access = accessOf(this.secrets, [name])[name];
    if (!access) throw new Error(`there is no operator of ${name}`);
    const { NetworkSettings } = await this.container(name).inspect();
    const host = NetworkSettings.Networks[physical(lane)]?.IPAddress;
    if (!host) throw new Error(`${name} is not on ${lane}`);
    return { ...access, host };
  }
}
