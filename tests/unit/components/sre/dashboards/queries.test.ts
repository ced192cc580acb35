import { queriesOf } from "../../../../../components/sre/dashboards";
import { dashboardOf, made } from "./given";

const all = made().flatMap(queriesOf);

it("replaces every variable of Grafana's", () => {
  expect(all.filter(({ expr }) => expr.includes("$"))).toEqual([]);
  expect(all.filter(({ expr }) => /\[1m\]/.test(expr)).length).toBeGreaterThan(100);
});

it("asks of all services where a dashboard lets one choose", () => {
  const [first] = queriesOf(dashboardOf("backend-services"));
  expect(first).toMatchObject({ dashboard: "backend-services", panel: "Requests, by service" });
  expect(first?.expr).toMatch(
    /^sum by \(job\) \(rate\(http_request_duration_seconds_count\{job=~"api-docs\|authn\|[a-z|-]+\|welcome"\}\[1m\]\)\)$/,
  );
});

it("has every query of every panel, headings and words aside", () => {
  const overview = dashboardOf("system-overview");
  const targets = (overview.panels ?? []).flatMap((panel) =>
    "targets" in panel ? (panel.targets ?? []) : [],
  );
  expect(queriesOf(overview)).toHaveLength(targets.length);
  expect(targets.length).toBeGreaterThan(20);
});
