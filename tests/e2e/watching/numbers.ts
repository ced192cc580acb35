import { alertGroups } from "../../../components/sre/alerts";
import { appearsWith, dashboardsOf, queriesOf } from "../../../components/sre/dashboards";
import { isAlert } from "../../../components/sre/rule";
import { scrapesOf } from "../../../components/sre/scrape";
import type { ServiceSpec } from "../../../model/service";
import { until } from "../../harness/docker";
import { metricsIn } from "../../support/promql";
import { settings } from "../harness/planned";
import { say } from "../harness/progress";
import { BTC } from "../trading/market";
import { TradingRun } from "../trading/run";
import type { Prometheus } from "./prometheus";

/** What the platform says of itself: everything that is asked answers, and every question over it has an answer. */
export function numberCases(prometheus: () => Prometheus, services: readonly ServiceSpec[]): void {
  const named = async (): Promise<ReadonlySet<string>> =>
    new Set(await prometheus().get<readonly string[]>("label/__name__/values"));

  beforeAll(async () => {
    // what is counted by order is there from the first one on
    const run = new TradingRun();
    await run.open();
    await run.desk("orders").done({ symbol: BTC, side: "BUY", order_type: "MARKET", quantity: "0.001" });
    await run.close();
  });

  it("has every target, and each of them is up", async () => {
    const targets = await until(
      "every target is up",
      90,
      () => prometheus().targets(),
      (all) => all.length > 0 && all.every(({ health }) => health === "up"),
    );
    const of = targets.map(({ labels }) => `${labels["job"]} ${labels["service"]}`);
    const routes = services.flatMap(({ route, name }) => (route ? [`blackbox ${name}`] : []));
    const expected = [...scrapesOf(services).map(({ job, service }) => `${job} ${service}`), ...routes];
    expect([...of].sort()).toEqual([...expected].sort());
  });

  it("evaluates every rule without an error", async () => {
    const rules = await prometheus().rules();
    expect(rules.length).toBeGreaterThan(services.length * 10);
    expect(rules.filter(({ health }) => health === "err")).toEqual([]);
  });

  it("has what every alert is about", async () => {
    const alerts = alertGroups(services).flatMap(({ rules }) => rules.filter(isAlert));
    const missing = async (): Promise<readonly string[]> => {
      const known = await named();
      const lacking = alerts.flatMap(({ alert, expr }) =>
        metricsIn(expr)
          .filter((metric) => !known.has(metric) && !(metric in appearsWith))
          .map((metric) => `${alert}: ${metric}`),
      );
      return [...new Set(lacking)];
    };
    // a platform that has just come up: what is worked out every few minutes is not there yet
    expect(
      await until("every metric of an alert", 360, missing, (lacking) => lacking.length === 0, 10_000),
    ).toEqual([]);
  });

  it("has data for every query of every dashboard", async () => {
    const { platform, service } = dashboardsOf({ services, settings: settings() });
    const queries = [...platform, ...service].flatMap(queriesOf);
    expect(queries.length).toBeGreaterThan(500);
    const asked = queries.filter(({ expr }) => !metricsIn(expr).some((metric) => metric in appearsWith));
    // what has just been asked for the first time has no rate yet; and promises are worked out every minute
    const empty = await until(
      "every query has data",
      360,
      () => prometheus().withoutData(asked),
      (found) => found.length === 0,
      10_000,
    );
    expect(empty).toEqual([]);
  });

  it("costs little itself", async () => {
    const one = async (expr: string): Promise<number> =>
      Number((await prometheus().query(expr))[0]?.value[1] ?? NaN);
    const series = await one("prometheus_tsdb_head_series");
    const memory = await one('process_resident_memory_bytes{job="prometheus"}');
    const cpu = await one('rate(process_cpu_seconds_total{job="prometheus"}[2m])');
    say(`Prometheus: ${series} series, ${Math.round(memory / 1024 ** 2)} MiB, ${cpu.toFixed(3)} processors`);
    expect(series).toBeLessThan(40_000);
    expect(memory).toBeLessThan(600 * 1024 ** 2);
  });
}
