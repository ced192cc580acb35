import { readFileSync } from "node:fs";
import { clickhouseChecks } from "./clickhouse";
import { natsChecks } from "./nats";
import { opaChecks } from "./opa";
import { opensearchChecks } from "./opensearch";
import { postgresChecks } from "./postgres";
import { questdbChecks } from "./questdb";
import { s3Checks } from "./s3";
import { messageOf, type AccessFile, type Outcome, type StoreChecks } from "./store";
import { storedRows, venueBook } from "./trading";
import { valkeyChecks } from "./valkey";

/**
 * A client of every store, run on the lanes with credentials from a file. `check` tries everything, `write MARK`
 * leaves a sentinel in each store, `read` reads them back; `trading PREFIX` reads what the venue and QuestDB have of the
 * accounts that begin so. Prints one JSON object, store → check → outcome.
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

async function tradingBooks({ prism, questdb }: AccessFile, prefix: string): Promise<Results> {
  const books = {
    ...(prism ? { prism: venueBook(prism, prefix) } : {}),
    ...(questdb ? { questdb: storedRows(questdb, prefix) } : {}),
  };
  return resultsOf(Object.entries(books), async (checks) => {
    const outcomes: Record<string, Outcome> = {};
    for (const [name, check] of Object.entries(checks)) outcomes[name] = await outcome(check);
    return outcomes;
  });
}

type Results = Readonly<Record<string, Readonly<Record<string, Outcome>>>>;

async function resultsOf<Each>(
  all: readonly (readonly [string, Each])[],
  work: (each: Each) => Promise<Readonly<Record<string, Outcome>>>,
): Promise<Results> {
  return Object.fromEntries(
    await Promise.all(all.map(async ([name, each]) => [name, await work(each)] as const)),
  );
}

async function main(args: readonly string[]): Promise<void> {
  const access = JSON.parse(readFileSync("/run/secrets/access.json", "utf8")) as AccessFile;
  const [command, prefix = ""] = args;
  const results =
    command === "trading"
      ? await tradingBooks(access, prefix)
      : await resultsOf(Object.entries(stores(access)), (store) => tryStore(store, args));
  process.stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(messageOf(error));
  process.exit(1);
});
