import { leave } from "../../kit/exit";
import { ConfigError, readConfig, wholeNumber } from "../../kit/config";
import { initBuckets } from "./buckets";
import { initClickHouse } from "./clickhouse";
import { initOpenSearch } from "./opensearch";
import { initQuestDB } from "./questdb";
import type { JobContext } from "./job";
import { initStreams } from "./streams";

const jobs: Readonly<Record<string, (context: JobContext) => Promise<void>>> = {
  streams: initStreams,
  buckets: initBuckets,
  questdb: initQuestDB,
  clickhouse: initClickHouse,
  opensearch: initOpenSearch,
};

/** One job a run: makes what is missing in one store, reads it back, ends. 0 done, 1 failed, 2 asked wrongly. */
async function main(args: readonly string[]): Promise<number> {
  const [name = "", ...rest] = args;
  const job = jobs[name];
  if (!job) {
    console.error(
      `datainit: unknown job ${JSON.stringify(name)}; there are: ${Object.keys(jobs).join(", ")}`,
    );
    return 2;
  }
  const say = (line: string) => console.log(`${name}: ${line}`);
  try {
    const { CONNECT_TIMEOUT_SECONDS: seconds } = readConfig(
      { CONNECT_TIMEOUT_SECONDS: wholeNumber(1, 3600).default(60) },
      process.env,
    );
    await job({ args: rest, env: process.env, connectTimeoutMs: seconds * 1000, say });
    say("done");
    return 0;
  } catch (error) {
    console.error(`datainit ${name}: ${error instanceof Error ? error.message : String(error)}`);
    return error instanceof ConfigError ? 2 : 1;
  }
}

void main(process.argv.slice(2)).then(leave);
