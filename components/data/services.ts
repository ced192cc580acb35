import type { Workload } from "../../model/service";
import { clickhouse } from "./clickhouse";
import { nats } from "./nats";
import { opa } from "./opa";
import { opensearch } from "./opensearch";
import { platformDatabase, postgres } from "./postgres";
import { questdb } from "./questdb";
import { s3 } from "./s3";
import { setupJobs } from "./setup";
import { valkeyCache, valkeyState } from "./valkey";

/** The stores, and the jobs that set them up. */
export const dataWorkloads: readonly Workload[] = [
  nats,
  valkeyState,
  valkeyCache,
  postgres,
  platformDatabase,
  questdb,
  clickhouse,
  s3,
  opensearch,
  opa,
  ...setupJobs,
];
