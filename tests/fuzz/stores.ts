import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { Policy } from "../services/ledgers/world";
import { startMeasurements } from "../services/status/given";
import { startNats, startPostgres, startQuestdb, startValkey } from "../services/stores";

const NAME = "fuzz";
/** Databases of the services that keep tables, which would be in each other's way in one. */
const DATABASES = ["authn", "status"] as const;

/** Real stores of all services, files for their settings, and what stands in for the programs that are not ours. */
export interface Stores {
  readonly nats: string;
  readonly valkey: string;
  readonly questdb: string;
  readonly postgres: Readonly<Record<(typeof DATABASES)[number], string>>;
  /** Decides as OPA does when its policy allows everything. */
  readonly policy: string;
  readonly prometheus: string;
  /** Writes a file. @returns its path */
  readonly file: (name: string, content: unknown) => string;
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export async function startStores(): Promise<Stores> {
  const folder = mkdtempSync(join(tmpdir(), "t26-fuzz-"));
  const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
  const close = async (): Promise<void> => {
    for (const end of ends.reverse()) await end();
  };
  try {
    const nats = await startNats(NAME);
    ends.push(nats.close);
    const valkey = await startValkey(NAME);
    ends.push(valkey.close);
    const questdb = await startQuestdb(NAME);
    ends.push(questdb.close);
    const postgres = await startPostgres(NAME);
    ends.push(postgres.close);
    await createDatabases(postgres.port);
    const policy = await Policy.start();
    ends.push(() => policy.stop());
    const prometheus = await startMeasurements();
    ends.push(prometheus.close);
    const databases = DATABASES.map(
      (name) => [name, `postgres://127.0.0.1:${postgres.port}/${name}`] as const,
    );
    return {
      nats: `nats://127.0.0.1:${nats.port}`,
      valkey: `redis://127.0.0.1:${valkey.port}`,
      questdb: questdb.url,
      postgres: Object.fromEntries(databases) as Stores["postgres"],
      policy: `http://127.0.0.1:${policy.port}`,
      prometheus: prometheus.url,
      file: (name, content) => {
        const path = join(folder, name);
        writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
        return path;
      },
      folder,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function createDatabases(port: number): Promise<void> {
  const client = new Client({ host: "127.0.0.1", port, user: "test", password: "test", database: "test" });
  await client.connect();
  for (const name of DATABASES) await client.query(`CREATE DATABASE ${name}`);
  await client.end();
}
