import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { jetstream, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { streams } from "../../../../services/contracts/streams";
import { say } from "../../harness/progress";
import { physical } from "../../harness/platform";
import type { Fault } from "./fault";
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

export const busFull: Fault = {
  tells: [["BusStorageCritical", "nats"]],
  make: async (operator) => {
    const of = '{service="nats"}';
    const limit = await operator.number(`nats_jetstream_storage_limit_bytes${of}`);
    const used = await operator.number(`nats_jetstream_storage_used_bytes${of}`);
    await operator.nats(async (nats) =>
      (await jetstreamManager(nats)).streams.add({
        name: FILLER,
        subjects: ["e2e.filler"],
        storage: StorageType.File,
      }),
    );
    const undo = async (): Promise<void> =>
      operator.nats(async (nats) => void (await (await jetstreamManager(nats)).streams.delete(FILLER)));
    try {
      await flood(operator, "e2e.filler", limit * 0.96 - used);
    } catch (error) {
      await undo();
      throw error;
    }
    return undo;
  },
};

const AUDIT = "audit.e2e.filler";

export const streamFull: Fault = {
  tells: [["StreamAlmostFull", "nats"]],
  make: async (operator) => {
    const limit = streams.find(({ name }) => name === "AUDIT")?.maxBytes ?? NaN;
    await flood(operator, AUDIT, limit * 0.93);
    return () =>
      operator.nats(
        async (nats) => void (await (await jetstreamManager(nats)).streams.purge("AUDIT", { filter: AUDIT })),
      );
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

export const stateFull: Fault = {
  tells: [["StoreMemoryHigh", "valkey-state"]],
  make: async (operator) => {
    const key = (number: number): string => `e2e:filler:${number}`;
    const filled = await operator.valkeyState(async (client) => {
      const number = async (word: string): Promise<number> =>
        Number(new RegExp(`^${word}:(\\d+)`, "m").exec(await client.info("memory"))?.[1] ?? NaN);
      const wanted = 0.93 * (await number("maxmemory"));
      let count = 0;
      while ((await number("used_memory")) < wanted) await client.set(key(count++), Buffer.alloc(MIB));
      return count;
    });
    return () =>
      operator.valkeyState(
        async (client) =>
          void (await client.unlink(...Array.from({ length: filled }, (_, each) => key(each)))),
      );
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
    const set = (flag: string): Buffer => execFileSync("chattr", [flag, join(folder, log)]);
    set("+i");
    return async () => void set("-i");
  },
};

export const tableSuspended: Fault = {
  tells: [["TableSuspended", "questdb"]],
  make: async (operator) => {
    await operator.questdb("DROP TABLE IF EXISTS e2e_suspended");
    await operator.questdb(
      "CREATE TABLE e2e_suspended (at TIMESTAMP, n LONG) TIMESTAMP(at) PARTITION BY DAY WAL",
    );
    await operator.questdb("ALTER TABLE e2e_suspended SUSPEND WAL");
    return async () => {
      await operator.questdb("ALTER TABLE e2e_suspended RESUME WAL");
      await operator.questdb("DROP TABLE e2e_suspended");
    };
  },
};

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
