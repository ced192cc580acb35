import { access, defineJob, inHouse, type JobSpec, type ServiceSpec } from "../../model/service";
import { clickhouse } from "./clickhouse";
import { nats } from "./nats";
import { opensearch } from "./opensearch";
import { questdb } from "./questdb";
import { BUCKETS, s3 } from "./s3";

/** Streams, and the consumers of them that services read. */
export const natsStreams = setup(nats, "streams", "JetStream streams", ["streams"]);
export const questdbTables = setup(questdb, "tables", "QuestDB tables", ["questdb"]);
/** What a stored line of log is. */
export const logTemplates = setup(opensearch, "templates", "OpenSearch index templates", ["opensearch"]);

/** Jobs of services/datainit, one a store: idempotent, as its operator, each reads back what it made. */
export const setupJobs: readonly JobSpec[] = [
  natsStreams,
  setup(s3, "buckets", "S3 buckets", ["buckets", ...BUCKETS]),
  questdbTables,
  setup(clickhouse, "tables", "ClickHouse tables", ["clickhouse"]),
  logTemplates,
];

function setup(store: ServiceSpec, what: string, title: string, command: readonly string[]): JobSpec {
  return defineJob({
    name: `${store.name}-${what}`,
    title,
    capability: "data",
    image: inHouse("datainit"),
    lanes: store.lanes.slice(0, 1),
    command,
    needs: [access(store, { as: "operator" })],
    resources: { memory: "192MiB", cpus: 1 },
    user: "65532:65532",
  });
}
