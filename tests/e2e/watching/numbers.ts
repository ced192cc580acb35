import { alertGroups } from "../../../components/sre/alerts";
import {
  appearsWith,
  dashboardsOf,
  queriesOf,
  type DashboardQuery,
} from "../../../components/sre/dashboards";
import { isAlert } from "../../../components/sre/rule";
import { scrapesOf } from "../../../components/sre/scrape";
import type { ServiceSpec } from "../../../model/service";
import { until } from "../../harness/docker";
import { metricsIn } from "../../support/promql";
import { verb } from "../harness/command";
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

  const asked = (): readonly DashboardQuery[] => {
    const { platform, service } = dashboardsOf({ services, settings: settings() });
    const queries = [...platform, ...service].flatMap(queriesOf);
    expect(queries.length).toBeGreaterThan(500);
    return queries.filter(({ expr }) => !metricsIn(expr).some((metric) => metric in appearsWith));
  };

  it("has data for every query of every dashboard", async () => {
    const queries = asked();
    // what has just been asked for the first time has no rate yet; and promises are worked out every minute
    const empty = await until(
      "every query has data",
      360,
      () => prometheus().withoutData(queries),
      (found) => found.length === 0,
      10_000,
    );
    expect(empty).toEqual([]);
  });

  it("moves on every panel under load", async () => {
    const since = Date.now() - 60_000;
    // every route is asked, then orders for a minute
    expect(await verb("load", ["smoke"])).toMatchObject({ code: 0 });
    expect(await verb("load", ["baseline", "--duration", "1m"])).toMatchObject({ code: 0 });
    const all = asked();
    const queries = all.filter(({ dashboard, panel }) => !mayStand(dashboard, panel));
    expect(queries.length).toBeGreaterThan(all.length / 2);
    const still = await until(
      "every panel moves",
      120,
      () => prometheus().still(queries, since),
      (found) => found.length === 0,
      10_000,
    );
    expect(still).toEqual([]);
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

/** Titles of panels that a platform without trouble may leave as they are, whatever it carries, and why. */
const STILL: Readonly<Record<string, readonly string[]>> = {
  "how something is": [
    "Answers Prometheus",
    "Browsers",
    "Clients",
    "Clock",
    "Cluster's own word",
    "Configuration",
    "Configurations read",
    "Connections",
    "Container",
    "Health check",
    "HTTP connections",
    "In flight",
    "Keys",
    "Not running",
    "On disk",
    "Open files",
    "Orders that count",
    "Probe of its route",
    "Routes that answer",
    "Running",
    "Series",
    "Silences",
    "Symbols known",
    "Symbols with fresh ticks",
    "Targets",
    "Trading, as risk has it",
    "Trading, at the way to venues",
  ],
  "what goes wrong or waits, and what is promised of that": [
    "Burn rate",
    "Connections and slow consumers",
    "CPU throttled",
    "Deadlocks, last minutes",
    "Delivered again",
    "Error budget left",
    "Error budget now",
    "errors",
    "Firing alerts",
    "Keys that went",
    "Longest transaction",
    "Not written yet",
    "Processes and kills",
    "Profit and loss behind its stream",
    "Refused",
    "Restarts, last hour",
    "Risk behind its streams",
    "Rules that fail",
    "Suspended tables",
    "Unwell",
    "Waiting for a consumer",
    "Waiting for readers of the market stream",
    "Waiting on the bus",
    "What went wrong",
    "What went wrong in 5 minutes",
    "What went wrong in 6 hours",
  ],
  "what an order has no need of": [
    "Algorithms at work",
    "Blocks found in memory",
    "How long a search takes",
    "Lookups that hit",
    "Orders at the paper venue",
  ],
};

/** Whom a load test asks nothing. */
const IDLE = ["tools-gateway", "alertmanager", "s3"].map((service) => `service-${service}`);

/** Some titles begin with the store that they are about. */
const mayStand = (dashboard: string, panel: string): boolean =>
  IDLE.includes(dashboard) ||
  Object.values(STILL).some((titles) =>
    [panel, panel.replace(/^[^:]+: /, "")].some((title) => titles.includes(title)),
  );
