import { BURNS, sloAlerts } from "../../../../components/sre/alerts/slo";
import { isAlert } from "../../../../components/sre/rule";
import { sloGroups, slosOf, WINDOWS } from "../../../../components/sre/slo";
import type { ServiceSpec } from "../../../../model/service";
import { parseDuration } from "../../../../model/units";
import { service } from "../../../support/model";
import { platformWorkloads } from "../../../../stacks/catalogue";

const promised = service({
  name: "quotes",
  title: "Quotes",
  lanes: ["backend"],
  tier: "P0",
  slo: { availability: 99.9, latency: { p95: "50ms" } },
});

it("reads a p95 as 95 of 100 within it", () => {
  expect(slosOf(promised)).toEqual([
    { name: "availability", objective: 0.999, promise: "quotes is there in 99.9 % of all minutes" },
    {
      name: "latency",
      objective: 0.95,
      promise: "95 % of what quotes is asked is answered within 50ms",
      histogram: "http_request_duration_seconds",
      within: 0.05,
    },
  ]);
  expect(slosOf(service({ name: "silent" }))).toEqual([]);
});

it("computes every window of both, often enough not to go stale", () => {
  const groups = sloGroups([promised]);
  const records = groups.flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule])));
  for (const window of WINDOWS) {
    const ofWindow = records.filter(({ record }) => record === `slo:sli_error:ratio_rate${window}`);
    expect(ofWindow.map(({ labels }) => labels?.slo)).toEqual(["availability", "latency"]);
  }
  for (const { interval = "15s" } of groups)
    expect(parseDuration(interval.replace(/m$/, "m0s"))).toBeLessThan(300_000);
});

it("burns at 14.4 and 6 times the budget for those who are woken, at 3 and 1 for the others", () => {
  expect(BURNS.fast.map(({ rate }) => rate)).toEqual([14.4, 6]);
  const [fast, slow] = sloAlerts(promised);
  expect(fast).toMatchObject({ alert: "ErrorBudgetBurnsFast", severity: "critical" });
  expect(fast?.expr).toBe(
    '(slo:sli_error:ratio_rate1h{service="quotes",slo="availability"} > 0.0144 and slo:sli_error:ratio_rate5m{service="quotes",slo="availability"} > 0.0144' +
      ' and on (service) count_over_time(service:available:1m{service="quotes"}[10m]) > 36)' +
      ' or (slo:sli_error:ratio_rate6h{service="quotes",slo="availability"} > 0.006 and slo:sli_error:ratio_rate30m{service="quotes",slo="availability"} > 0.006' +
      ' and on (service) count_over_time(service:available:1m{service="quotes"}[40m]) > 144)',
  );
  expect(slow).toMatchObject({ alert: "ErrorBudgetBurnsSlowly", severity: "warning" });
  expect(sloAlerts({ ...promised, tier: "P3" })[0]?.severity).toBe("warning");
});

it("promises only what a histogram can answer: its bounds are those of the kit", () => {
  const kit = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
  const services = platformWorkloads.filter(
    (workload): workload is ServiceSpec => workload.kind === "service",
  );
  for (const spec of services)
    for (const slo of slosOf(spec))
      if (slo.name === "latency" && slo.histogram === "http_request_duration_seconds")
        expect([spec.name, kit.includes(slo.within)]).toEqual([spec.name, true]);
});
