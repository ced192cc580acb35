import type { LaneName } from "../../model/lanes";
import { platformWorkloads } from "../../stacks/catalogue";

/**
 * Who is on which lane, written by hand from the platform's design, also for services that are still to come.
 * A service that needs the outside joins frontend besides, and says why.
 */
const DESIGN: readonly (readonly [readonly LaneName[], string])[] = [
  [["frontend", "lowlatency", "backend"], "gateway tools-gateway jupyterlab"],
  [["frontend"], "ui console-web k6"],
  // nothing is measured on frontend alone: without it no program that holds every number has a route out
  [["backend", "lowlatency"], "prometheus"],
  [["lowlatency"], "nats prism"],
  [
    ["lowlatency", "backend"],
    `oms risk exeq live-gateway market-data-gateway data-ingestion normalizer hot-cache questdb-writer sinks pnl api-docs ptrc
     execution-quality feast-pipeline library authn opa live-updates feast-online model-serving console-bff parca nats-exporter`,
  ],
  [
    ["backend"],
    `valkey-state valkey-cache postgres questdb clickhouse s3 opensearch grafana status-api status-web optuna mlflow feast-offline
     alertmanager engine-proxy engine-exporter node-exporter valkey-exporter postgres-exporter opensearch-exporter blackbox-exporter log-shipper
     marquez governance pnl-service exeq-enhanced treasury orchestrator ray qdrant embedder welcome
     portfolio rl backtest factors simulation fracdiff metalabel screener`,
  ],
];
const lanesOf = new Map(
  DESIGN.flatMap(([lanes, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, lanes] as const),
  ),
);

it("puts every service where the design has it", () => {
  const services = platformWorkloads.filter(({ kind }) => kind === "service");
  const placed = services.map((service) => {
    const lanes =
      service.kind === "service" && service.egress !== undefined
        ? service.lanes.filter((lane) => lane !== "frontend")
        : service.lanes;
    return [service.name, lanes];
  });
  expect(placed).toEqual(
    services.map(({ name }) => [
      name,
      lanesOf.get(name) ?? `the design has no place for it: add it to the table`,
    ]),
  );
});

it("gives a job no lane that none of its needs is on", () => {
  for (const job of platformWorkloads.filter(({ kind }) => kind === "job")) {
    const reachable = new Set(
      job.needs.flatMap(({ target }) => {
        const host = platformWorkloads.find(({ name }) => name === (target.endpoint?.host ?? target.name));
        return target.endpoint ? (host?.lanes ?? target.lanes) : [];
      }),
    );
    expect([job.name, job.lanes.filter((lane) => !reachable.has(lane))]).toEqual([job.name, []]);
  }
});
