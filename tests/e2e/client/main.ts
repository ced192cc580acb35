import { readFileSync } from "node:fs";
import { clickhouseChecks } from "./clickhouse";
import { natsChecks } from "./nats";
import { opaChecks } from "./opa";
import { opensearchChecks } from "./opensearch";
import { postgresChecks } from "./postgres";
import { questdbChecks } from "./questdb";
import { s3Checks } from "./s3";
import { messageOf, type AccessFile, type Outcome, type StoreChecks } from "./store";
import { valkeyChecks } from "./valkey";

/**
 * A client of every store, run on the lanes with credentials from a file. `check` tries everything, `write MARK`
 * leaves a sentinel in each store, `read` reads them back. Prints one JSON object, store → check → outcome.
 */
function stores(access: AccessFile): Readonly<Record<string, StoreChecks>> {
  const { nats, postgres, questdb, s3, opensearch, opa, clickhouse } = access;
  const platform = access["platform-db"];
  const state = access["valkey-state"];
  const cache = access["valkey-cache"];
  return {
    ...(nats ? { nats: natsChecks(nats) } : {}),
    ...(state ? { "valkey-state": valkeyChecks(state, true) } : {}),
    ...(cache ? { "valkey-cache": valkeyChecks(cache, false) } : {}),
    ...(postgres && platform ? { postgres: postgresChecks(postgres, platform) } : {}),
    ...(questdb ? { questdb: questdbChecks(questdb) } : {}),
    ...(clickhouse ? { clickhouse: clickhouseChecks(clickhouse) } : {}),
    ...(s3 ? { s3: s3Checks(s3) } : {}),
    ...(opensearch ? { opensearch: opensearchChecks(opensearch) } : {}),
    ...(opa ? { opa: opaChecks(opa) } : {}),
  };
}

async function outcome(attempt: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { ok: true, value: (await attempt()) ?? null };
  } catch (error) {
    return { ok: false, value: messageOf(error) };
  }
}

async function tryStore(
  store: StoreChecks,
  [command, mark = ""]: readonly string[],
): Promise<Readonly<Record<string, Outcome>>> {
  switch (command) {
    case "check": {
      const outcomes: Record<string, Outcome> = {};
      for (const [name, check] of Object.entries(store.checks)) outcomes[name] = await outcome(check);
      return outcomes;
    }
    case "write":
      return { write: await outcome(() => store.write(mark)) };
    case "read":
      return { read: await outcome(() => store.read()) };
    default:
      throw new Error(`no such command: ${command ?? "(none)"}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const access = JSON.parse(readFileSync("/run/secrets/access.json", "utf8")) as AccessFile;
  const results = await Promise.all(
    Object.entries(stores(access)).map(async ([name, store]) => [name, await tryStore(store, args)] as const),
  );
  process.stdout.write(`${JSON.stringify(Object.fromEntries(results))}\n`, () => process.exit(0));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(messageOf(error));
  process.exit(1);
});
