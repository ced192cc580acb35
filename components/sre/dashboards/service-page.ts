import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { ServiceSpec } from "../../../model/service";
import { containerNow, containerResources } from "./containers";
import { dashboard, dashboardUrl, pageUid, type Platform, type Section } from "./dashboard";
import { metrics } from "./metrics";
import type { Unplaced } from "./panel";
import { alertList, text, timeseries } from "./panels";
import { isKitService, ownPanels } from "./programs";
import { series } from "./promql";
import { atTheGateway, kitProcess, kitRequests } from "./requests";
import { RUNBOOKS } from "./runbooks";
import { budgetStat, sloPanels } from "./slo-panels";

/** The generated page of one service: everything about it that is measured, from its spec alone. */
export function servicePage(service: ServiceSpec, platform: Platform): Dashboard {
  const { name, title, slo } = service;
  const labels = { service: name };
  const sections: readonly Section[] = [
    {
      title: "Now",
      panels: [
        ...containerNow(labels),
        alertList({
          title: "Alerts",
          description: "Of this service, pending or firing.",
          labels: `{service="${name}"}`,
        }),
        around(service, platform),
        ...(slo === undefined ? [] : [budgetStat(labels)]),
      ],
    },
    { title: "Requests", panels: isKitService(service) ? kitRequests(name, slo?.latency?.p95) : [] },
    { title: "As its users see it", panels: hasRoute(service, platform) ? atTheGateway(name) : [] },
    { title: title, panels: ownPanels(service) },
    { title: "Promise", panels: slo === undefined ? [] : sloPanels(labels, "{{slo}}") },
    { title: "Resources", panels: containerResources(labels) },
    { title: "Process", panels: isKitService(service) ? kitProcess(name) : [] },
    { title: "Measuring it", panels: service.metrics.kind === "endpoint" ? scrape(name) : [] },
  ];
  return dashboard({
    uid: pageUid(name),
    title: `Service: ${title}`,
    description: `${name}: tier ${service.tier}, on ${service.lanes.join(", ")}.`,
    kind: "service",
    sections,
  });
}

/** Where to go on: what it needs, what needs it, and what to do about an alert. */
function around(service: ServiceSpec, { services }: Platform): Unplaced {
  const names = new Set(services.map(({ name }) => name));
  const needs = service.needs.map(({ target }) => target.name).filter((name) => names.has(name));
  const neededBy = services
    .filter(({ needs: others }) => others.some(({ target }) => target.name === service.name))
    .map(({ name }) => name);
  return text({
    title: "Around it",
    description: "What it stands on, and what stands on it.",
    markdown: [
      `**Needs** ${pages(needs)}`,
      `**Needed by** ${pages(neededBy)}`,
      `**Log** \`./trade2026 logs ${service.name}\``,
      RUNBOOKS,
    ].join("\n\n"),
  });
}

function pages(names: readonly string[]): string {
  if (names.length === 0) return "nothing";
  return [...new Set(names)]
    .sort()
    .map((name) => `[${name}](${dashboardUrl(pageUid(name))})`)
    .join(", ");
}

/** A route is the gateway's to measure, where there is one. */
function hasRoute({ route }: ServiceSpec, { services }: Platform): boolean {
  return route !== undefined && services.some(({ name }) => name === "gateway");
}

function scrape(job: string): readonly Unplaced[] {
  const { prometheus } = metrics;
  return [
    timeseries({
      title: "Answers Prometheus",
      description: "1 while its metrics can be read. At 0 everything else on this page is old.",
      unit: "none",
      queries: [{ expr: series(prometheus.up, { job }), legend: "answers" }],
      max: 1,
    }),
    timeseries({
      title: "How long its metrics take",
      description: "Of each reading. Long: there are very many, or the service is busy.",
      unit: "s",
      queries: [{ expr: series(prometheus.scrapeDuration, { job }), legend: "reading" }],
    }),
  ];
}
