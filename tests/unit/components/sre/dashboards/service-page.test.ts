import { queriesOf } from "../../../../../components/sre/dashboards";
import { dashboardOf, panelsOf, service, services, titlesOf } from "./given";

const exprsOf = (uid: string) => queriesOf(dashboardOf(uid)).map(({ expr }) => expr);

it("shows of an in-house service what it answers, what users get, what only it measures, and its process", () => {
  expect(titlesOf(dashboardOf("service-oms"))).toEqual(
    expect.arrayContaining([
      ...["Now", "Alerts", "Around it", "Requests, by route", "Answers to users, by status"],
      ...["Orders, by outcome", "Fills, by outcome", "Error budget left", "CPU", "Event loop lag"],
    ]),
  );
  expect(exprsOf("service-oms")).toEqual(
    expect.arrayContaining([
      'container_healthy{service="oms"}',
      'sum by (code) (rate(traefik_service_requests_total{job="gateway",exported_service="oms@file"}[1m]))',
      'sum by (outcome) (rate(oms_fills_total{job="oms"}[1m]))',
    ]),
  );
});

it("draws a line where the spec's promise ends", () => {
  const panel = panelsOf(dashboardOf("service-risk")).find(({ title }) => title === "How long answers take");
  // slo.latency.p95 of risk: 5ms
  expect(panel?.fieldConfig?.defaults.thresholds?.steps).toEqual([
    { value: null, color: "green" },
    { value: 0.005, color: "red" },
  ]);
  expect(panel?.description).toContain("95 within 5ms");
});

it.each([
  ["nats", 'nats_connections{service="nats"}'],
  ["valkey-state", 'redis_connected_clients{service="valkey-state"}'],
  ["postgres", 'max by (datname) (pg_database_size_bytes{service="postgres",datname!~"template.*|"})'],
  ["questdb", 'questdb_suspended_tables{service="questdb"}'],
  ["opensearch", 'elasticsearch_jvm_memory_used_bytes{service="opensearch",area="heap"}'],
  ["s3", 'sum(SeaweedFS_volumeServer_volumes{service="s3"})'],
  ["gateway", 'sum by (entrypoint) (traefik_open_connections{job="gateway"})'],
])("shows of %s what its program or its exporter measures, and no requests of the kit's", (name, expr) => {
  const exprs = exprsOf(`service-${name}`);
  expect(exprs).toContain(expr);
  expect(exprs.filter((one) => one.includes("nodejs_"))).toEqual([]);
});

it("shows of what is not measured only what the engine knows", () => {
  const silent = service({ name: "silent", metrics: { kind: "none", reason: "a test" } });
  const exprs = queriesOf(dashboardOf("service-silent", [...services, silent])).map(({ expr }) => expr);
  expect(exprs.length).toBeGreaterThan(8);
  // the two shares are recorded from the engine's numbers
  expect(exprs.filter((expr) => !/container_|service:(memory|cpu):ratio/.test(expr))).toEqual([]);
});

it("leads to what a service needs and to what needs it, both ways", () => {
  const around = (name: string) =>
    (
      panelsOf(dashboardOf(`service-${name}`)).find(({ title }) => title === "Around it")?.options as {
        content: string;
      }
    ).content;
  expect(around("oms")).toMatch(/\*\*Needs\*\* .*\[risk\]\(\/d\/service-risk\)/);
  expect(around("risk")).toMatch(/\*\*Needed by\*\* .*\[oms\]\(\/d\/service-oms\)/);
  expect(around("oms")).toContain("docs/operations/runbooks/<alert>.md");
  // a job has no page
  expect(around("oms")).not.toContain("nats-streams");
});
