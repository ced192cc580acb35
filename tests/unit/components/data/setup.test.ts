import { setupJobs } from "../../../../components/data/setup";
import { dataWorkloads } from "../../../../components/data/services";

it("sets every store up as its operator, on one of its lanes, with a command of its own", () => {
  expect(
    setupJobs.map(({ name, command, lanes, needs }) => [
      name,
      command,
      lanes,
      needs.map(({ target, grant }) => [target.name, grant]),
    ]),
  ).toEqual([
    ["nats-streams", ["streams"], ["lowlatency"], [["nats", { as: "operator" }]]],
    [
      "s3-buckets",
      ["buckets", "mlflow-artifacts", "feast-registry", "backups"],
      ["backend"],
      [["s3", { as: "operator" }]],
    ],
    ["questdb-tables", ["questdb"], ["backend"], [["questdb", { as: "operator" }]]],
    ["clickhouse-tables", ["clickhouse"], ["backend"], [["clickhouse", { as: "operator" }]]],
    ["opensearch-templates", ["opensearch"], ["backend"], [["opensearch", { as: "operator" }]]],
  ]);
});

it("has the data core of the design, with valkey twice", () => {
  expect(dataWorkloads.filter(({ kind }) => kind === "service").map(({ name }) => name)).toEqual([
    ...[
      "nats",
      "valkey-state",
      "valkey-cache",
      "postgres",
      "questdb",
      "clickhouse",
      "s3",
      "opensearch",
      "opa",
    ],
  ]);
});

it("waits for every store: what needs one starts after it is healthy", () => {
  for (const store of dataWorkloads)
    if (store.kind === "service") expect([store.name, store.gate]).toEqual([store.name, true]);
});
