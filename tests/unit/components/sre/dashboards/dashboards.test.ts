import { dashboardsOf, knownMetrics, queriesOf } from "../../../../../components/sre/dashboards";
import { settings } from "../../../../support/model";
import { dashboardOf, isRow, made, panelsOf, service, services, titlesOf } from "./given";
import { metricsIn } from "../../../../support/promql";

const all = made();
const uids = all.map(({ uid }) => uid ?? "");

it("makes the platform's dashboards and a page for each service, under uids that stay", () => {
  const groups = dashboardsOf({ services, settings: settings() });
  expect(groups.platform.map(({ uid, title }) => [uid, title])).toEqual([
    ["system-overview", "System Overview"],
    ["trading-performance", "Trading Performance"],
    ["infrastructure-health", "Infrastructure Health"],
    ["backend-services", "Backend Services"],
    ["market-data", "Market Data"],
    ["slos", "SLOs"],
  ]);
  expect(groups.service.map(({ uid }) => uid)).toEqual(services.map(({ name }) => `service-${name}`));
  expect(new Set(uids).size).toBe(uids.length);
  // Grafana's limits of a uid
  expect(uids.filter((uid) => !/^[a-zA-Z0-9_-]{1,40}$/.test(uid))).toEqual([]);
});

it("makes the same twice: no date, no random id", () => {
  expect(JSON.stringify(made())).toBe(JSON.stringify(all));
});

describe.each(all.map((dashboard) => [dashboard.uid ?? "", dashboard] as const))("%s", (_, dashboard) => {
  const { panels = [] } = dashboard;

  it("has the schema of Grafana 12, cannot be edited, and has no id of a database", () => {
    expect(dashboard).toMatchObject({ schemaVersion: 42, editable: false });
    expect(dashboard).not.toHaveProperty("id");
  });

  it("says what it shows, and lets the data source be chosen", () => {
    expect((dashboard.description ?? "").length).toBeGreaterThan(20);
    expect(dashboard.templating.list).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: "datasource", name: "datasource" })]),
    );
  });

  it("has panels that do not overlap, within 24 columns, each with a number of its own", () => {
    const taken = new Map<string, string>();
    const wrong = panels.flatMap(({ title = "", gridPos }) => {
      const { x, y, w, h } = gridPos ?? { x: -1, y: -1, w: 0, h: 0 };
      if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > 24) return [`${title} is outside`];
      const cells = Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`);
      const others = new Set(cells.flatMap((cell) => taken.get(cell) ?? []));
      cells.forEach((cell) => taken.set(cell, title));
      return [...others].map((other) => `${title} lies on ${other}`);
    });
    expect(wrong).toEqual([]);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels[0]?.type).toBe("row");
    // a heading stands over something
    panels.forEach((panel, index) => {
      const next = panels[index + 1];
      if (isRow(panel))
        expect([panel.title, next !== undefined && !isRow(next)]).toEqual([panel.title, true]);
    });
  });

  it("gives each panel a title of its own, a description, a unit and the data source that was chosen", () => {
    const shown = panelsOf(dashboard);
    expect(shown.length).toBeGreaterThan(3);
    expect(new Set(shown.map(({ title }) => title)).size).toBe(shown.length);
    for (const { title, type, description, fieldConfig, datasource, targets } of shown) {
      expect([title, (title ?? "").trim() !== "", (description ?? "").length > 5]).toEqual([
        title,
        true,
        true,
      ]);
      if (type === "text") continue;
      expect([title, datasource?.uid]).toEqual([title, "${datasource}"]);
      if (type === "alertlist") continue;
      expect([title, (fieldConfig?.defaults.unit ?? "") !== ""]).toEqual([title, true]);
      expect([title, (targets ?? []).length > 0]).toEqual([title, true]);
      const refIds = (targets ?? []).map((target) => (target as { refId?: string }).refId);
      expect([title, new Set(refIds).size]).toEqual([title, refIds.length]);
    }
  });

  it("asks only for what somebody produces, and rates by Grafana's own window", () => {
    const known = new Set(Object.values(knownMetrics).flat());
    for (const { panel, expr } of queriesOf(dashboard)) {
      const names = metricsIn(expr);
      expect([panel, expr, names.length > 0]).toEqual([panel, expr, true]);
      expect([panel, names.filter((name) => !known.has(name))]).toEqual([panel, []]);
      expect([panel, /\b(vector|absent|absent_over_time)\s*\(/.test(expr)]).toEqual([panel, false]);
    }
    const raw = JSON.stringify(dashboard);
    expect(raw.match(/rate\([^[]*\[(?!\$__rate_interval\])/g)).toBeNull();
  });

  it("leads only to dashboards that there are", () => {
    const raw = JSON.stringify(dashboard);
    const targets = [...raw.matchAll(/\/d\/([^"\\)?\s]+)/g)].map(([, uid = ""]) => uid);
    // by a label of the series, or by the cell: a service's name
    const byName = ["service-${__field.labels.service}", "service-${__value.text}"];
    expect(targets.filter((uid) => !uids.includes(uid) && !byName.includes(uid))).toEqual([]);
  });
});

it("asks for every metric that it knows, somewhere: the table holds no names that nobody looks at", () => {
  const asked = new Set(
    all.flatMap((dashboard) => queriesOf(dashboard).flatMap(({ expr }) => metricsIn(expr))),
  );
  const families = new Set([...asked].map((name) => name.replace(/_(bucket|sum|count)$/, "")));
  const unasked = Object.values(knownMetrics)
    .flat()
    .filter((name) => !asked.has(name) && !families.has(name.replace(/_(bucket|sum|count)$/, "")));
  expect(unasked).toEqual([]);
});

describe("follows from the services", () => {
  const fresh = service({ name: "fresh", title: "Fresh thing", tier: "P3", slo: { availability: 99.5 } });

  it("a new one has its page, its tier's row, and a place in the menus", () => {
    const page = dashboardOf("service-fresh", [...services, fresh]);
    expect(page.title).toBe("Service: Fresh thing");
    expect(page.tags).toContain("service-page");
    expect(titlesOf(page)).toEqual(expect.arrayContaining(["Now", "Promise", "Resources", "CPU", "Memory"]));
    expect(titlesOf(dashboardOf("system-overview", [...services, fresh]))).toContain("P3: CPU");
    const without = services.filter(({ tier }) => tier !== "P3");
    expect(titlesOf(dashboardOf("system-overview", without))).not.toContain("P3: CPU");
  });

  it.each(["oms", "prism", "nats", "welcome", "questdb-writer", "valkey-state"])(
    "%s leaves no trace when it goes",
    (name) => {
      const gone = services
        .filter((one) => one.name !== name)
        .map((one) => ({ ...one, needs: one.needs.filter(({ target }) => target.name !== name) }));
      const left = made(gone);
      expect(left.map(({ uid }) => uid)).not.toContain(`service-${name}`);
      const traces = left.flatMap((dashboard) =>
        queriesOf(dashboard)
          .filter(({ expr }) => new RegExp(`(job|service)=~?"([^"]*\\|)?${name}(\\|[^"]*)?"`).test(expr))
          .map(({ panel }) => `${dashboard.uid}: ${panel}`),
      );
      expect(traces).toEqual([]);
      expect(left.filter((dashboard) => JSON.stringify(dashboard).includes(`/d/service-${name}"`))).toEqual(
        [],
      );
    },
  );

  it("a platform that trades nothing has no dashboards about trading", () => {
    const only = services.filter(({ capability }) => capability !== "trading");
    const left = made(only).map(({ uid }) => uid);
    expect(left).not.toContain("trading-performance");
    expect(left).toContain("infrastructure-health");
  });
});
