import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import { streams } from "../../../../services/contracts/streams";
import { until } from "../../../harness/docker";
import { say } from "../../harness/progress";
import { physical } from "../../harness/platform";
import type { Fault, Undo } from "./fault";
import type { Operator } from "./operator";

/** The largest message that the bus takes, with room for its headers. */
const MESSAGE = Buffer.alloc(1_000_000);
const AT_ONCE = 16;

/** Sends so many bytes to a subject. */
async function flood(operator: Operator, subject: string, bytes: number, payload = MESSAGE): Promise<void> {
  const began = Date.now();
  const messages = Math.ceil(bytes / payload.length);
  await operator.nats(async (nats) => {
    const stream = jetstream(nats);
    let sent = 0;
    const sender = async (): Promise<void> => {
      while (sent < messages) {
        sent++;
        await stream.publish(subject, payload, { timeout: 60_000 });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sender));
  });
  say(`${messages} messages to ${subject} in ${((Date.now() - began) / 1000).toFixed(0)} s`);
}

const FILLER = "E2E_FILLER";
const AUDIT = "audit.e2e.filler";

/** First one stream, and with one that nobody has planned all that the bus may keep. */
export const busFull: Fault = {
  tells: [
    ["StreamAlmostFull", "nats"],
    ["BusStorageCritical", "nats"],
  ],
  make: async (operator) => {
    const undo = async (): Promise<void> => {
      await operator.jetstream(({ streams: all }) => all.purge("AUDIT", { filter: AUDIT }));
      await operator.jetstream(({ streams: all }) => all.delete(FILLER));
    };
    try {
      const subject = "e2e.filler";
      await operator.jetstream(({ streams: all }) =>
        all.add({ name: FILLER, subjects: [subject], storage: "file" }),
      );
      await flood(operator, AUDIT, 0.93 * (streams.find(({ name }) => name === "AUDIT")?.maxBytes ?? NaN));
      const limit = await operator.number('nats_jetstream_storage_limit_bytes{service="nats"}');
      const { storage } = await operator.jetstream((manager) => manager.getAccountInfo());
      await flood(operator, subject, 0.96 * limit - storage);
    } catch (error) {
      await undo();
      throw error;
    }
    return undo;
  },
};

/** What is in the way of a writer that cannot write: its messages wait, and come again. */
export const writerBlocked: Fault = {
  tells: [
    ["ConsumerLags", "nats"],
    ["ConsumerStuck", "nats"],
  ],
  make: async (operator) => {
    await operator.container("questdb").pause();
    const tick = { venue: "sim", symbol: "E2E", price: "1", size: "1", timestamp: Date.now(), sequence: 1 };
    const payload = Buffer.from(JSON.stringify([tick]));
    await flood(operator, "market.tick.E2E", 4000 * payload.length, payload);
    return () => operator.container("questdb").unpause() as Promise<void>;
  },
};

const MIB = 1024 ** 2;

/** Full of what nobody may throw away, in a container that has hardly more memory than that. */
export const stateFull: Fault = {
  tells: [
    ["StoreMemoryHigh", "valkey-state"],
    ["MemoryCritical", "valkey-state"],
  ],
  make: async (operator) => {
    const key = (number: number): string => `e2e:filler:${number}`;
    const filled = await operator.valkeyState(async (client) => {
      const number = async (word: string): Promise<number> =>
        Number(new RegExp(`^${word}:(\\d+)`, "m").exec(await client.info())?.[1] ?? NaN);
      const wanted = 0.93 * (await number("maxmemory"));
      let count = 0;
      while ((await number("used_memory")) < wanted) await client.set(key(count++), Buffer.alloc(MIB));
      // it writes its log anew beside it, which takes memory too
      await until(
        "its log is written",
        120,
        () => number("aof_rewrite_in_progress"),
        (left) => left === 0,
      );
      return count;
    });
    const { HostConfig } = await operator.container("valkey-state").inspect();
    const limit = (bytes: number): Promise<void> => operator.limitMemory("valkey-state", bytes);
    // what was counted before is older than what was filled in
    await sleep(30_000);
    const used = await operator.number('max(container_memory_working_set_bytes{service="valkey-state"})');
    await limit(Math.ceil(used / 0.93));
    return async () => {
      await limit(HostConfig.Memory ?? 0);
      await operator.valkeyState(
        async (client) =>
          void (await client.unlink(...Array.from({ length: filled }, (_, each) => key(each)))),
      );
    };
  },
};

/** Its file on the host takes nothing more, as that of a disk that is full or gone. */
export const stateNotSaved: Fault = {
  tells: [["ValkeyCannotSave", "valkey-state"]],
  make: async (operator) => {
    const { Mountpoint } = await operator.docker.getVolume(physical("valkey-state-data")).inspect();
    const folder = join(Mountpoint, "appendonlydir");
    const log = readdirSync(folder).find((file) => file.endsWith(".incr.aof"));
    if (log === undefined) throw new Error(`no append-only file in ${folder}`);
    return immutable(join(folder, log));
  },
};

/** A table whose folder takes no new days. */
export const tableSuspended: Fault = {
  tells: [["TableSuspended", "questdb"]],
  make: async (operator) => {
    const table = `e2e_suspended_${Date.now()}`;
    await operator.questdb(`CREATE TABLE ${table} (at TIMESTAMP, n LONG) TIMESTAMP(at) PARTITION BY DAY WAL`);
    await operator.questdb(`INSERT INTO ${table} VALUES (now(), 1)`);
    await sleep(2000);
    const { Mountpoint } = await operator.docker.getVolume(physical("questdb-data")).inspect();
    const folder = readdirSync(join(Mountpoint, "db")).find((name) =>
      new RegExp(`^${table}~\\d+$`).test(name),
    );
    if (folder === undefined) throw new Error(`no folder of ${table}`);
    const undo = immutable(join(Mountpoint, "db", folder));
    await operator.questdb(`INSERT INTO ${table} VALUES ('2026-01-01T00:00:00Z', 2)`);
    return async () => {
      await undo();
      await operator.questdb(`ALTER TABLE ${table} RESUME WAL`);
      await operator.questdb(`DROP TABLE ${table}`);
    };
  },
};

/** A file or folder that the kernel lets nobody write to, whoever has it open. */
function immutable(path: string): Undo {
  const set = (flag: string): Buffer => execFileSync("chattr", [flag, path]);
  set("+i");
  return async () => void set("-i");
}

export const exporterShutOut: Fault = {
  tells: [["StoreUnreachable", "postgres"]],
  make: async (operator) => {
    const role = '"postgres-exporter"';
    await operator.postgres(`ALTER ROLE ${role} NOLOGIN`);
    await operator.postgres(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres-exporter'",
    );
    return () => operator.postgres(`ALTER ROLE ${role} LOGIN`);
  },
};

/** A statement that does not come to an end. */
export const slowStatement: Fault = {
  tells: [["SlowQueries", "postgres"]],
  make: async (operator) => {
    const running = operator.postgres("SELECT pg_sleep(300)").catch(() => undefined);
    return async () => {
      await operator.postgres(
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(300)'",
      );
      await running;
    };
  },
};

/** Two transactions that each wait for what the other has. */
export const deadlock: Fault = {
  tells: [["Deadlocks", "postgres"]],
  make: async (operator) => {
    const side = (first: number, second: number): Promise<void> =>
      operator.postgres(
        `BEGIN; SELECT pg_advisory_xact_lock(${first}); SELECT pg_sleep(3); SELECT pg_advisory_xact_lock(${second})`,
      );
    // the server ends one of them
    await Promise.allSettled([side(2026, 2027), side(2027, 2026)]);
    return async () => undefined;
  },
};

/** Clients that come and do not go. */
export const connectionsTaken: Fault = {
  tells: [["StoreConnectionsHigh", "postgres"]],
  make: async (operator) => {
    const most = await operator.number('max(pg_settings_max_connections{service="postgres"})');
    const taken = await operator.number('sum(pg_stat_activity_count{service="postgres"})');
    const clients = await Promise.all(
      Array.from({ length: Math.ceil(0.87 * most - taken) }, () => operator.postgresClient()),
    );
    return async () => void (await Promise.all(clients.map((client) => client.end())));
  },
};
