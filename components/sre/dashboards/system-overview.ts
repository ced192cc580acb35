import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Tier } from "../../../model/service";
import { HEALTHY, SHARE_LIMITS } from "./containers";
import { dashboard, dashboardUrl, pageUid, type Platform, type Section } from "./dashboard";
import { metrics } from "./metrics";
import type { Link, Unplaced } from "./panel";
import { alertList, stat, text, timeseries } from "./panels";
import { isKitService } from "./programs";
import { count, max, min, rate, series, sum } from "./promql";
import { ERROR_LIMITS } from "./requests";
import { RUNBOOKS } from "./runbooks";
import { hostPanels, probePanels } from "./sre-panels";
import { table } from "./table";

const { containers, rules, traefik, prometheus } = metrics;

/** A series of a service leads to its page. */
export const TO_PAGE: Link = {
  title: "Page of ${__field.labels.service}",
  url: dashboardUrl(pageUid("${__field.labels.service}")),
};

const TIERS: readonly { readonly tier: Tier; readonly title: string }[] = [
  { tier: "P0", title: "P0: without it no trading" },
  { tier: "P1", title: "P1: trading goes on, poorer" },
  { tier: "P2", title: "P2: tools and pages" },
  { tier: "P3", title: "P3: nobody waits for it" },
];

/** Is everything well, and if not, where to look: health, load and requests of every service, tier by tier. */
export function systemOverview(platform: Platform): Dashboard {
  const { services, settings } = platform;
  return dashboard({
    uid: "system-overview",
    title: "System Overview",
    description: `Is everything well, and if not, where? The platform ${settings.prefix}, every service that it runs.`,
    kind: "platform",
    sections: [
      { title: "Now", panels: now() },
      { title: "Services", panels: [serviceTable()] },
      ...TIERS.map(({ tier, title }) => tierSection(platform, tier, title)),
      {
        title: "Requests of users",
        panels: services.some(({ name }) => name === "gateway") ? usersRequests() : [],
      },
      { title: "Host", panels: hostPanels("node-exporter").slice(0, 4) },
    ],
  });
}

function now(): readonly Unplaced[] {
  const [running, healthy] = [series(containers.running), series(containers.healthy)];
  return [
    stat({
      title: "Running",
      description: "Containers of services that the engine runs.",
      unit: "none",
      queries: [{ expr: sum(running), legend: "running" }],
    }),
    stat({
      title: "Not running",
      description: "Containers of services that have stopped.",
      unit: "none",
      queries: [{ expr: `${count(running)} - ${sum(running)}`, legend: "stopped" }],
      limits: [
        { from: 0, color: "green" },
        { from: 1, color: "red" },
      ],
    }),
    stat({
      title: "Unwell",
      description: "Containers whose health check fails.",
      unit: "none",
      queries: [{ expr: `${count(healthy)} - ${sum(healthy)}`, legend: "unwell" }],
      limits: [
        { from: 0, color: "green" },
        { from: 1, color: "red" },
      ],
    }),
    stat({
      title: "Firing alerts",
      description:
        "By severity. One of them always fires: the dead man's switch, which says that alerting works.",
      unit: "none",
      queries: [
        {
          expr: count(series(prometheus.alerts, { alertstate: "firing" }), ["severity"]),
          legend: "{{severity}}",
        },
      ],
      named: true,
      width: 12,
    }),
    alertList({
      title: "Alerts",
      description: "Everything that is pending or firing.",
      labels: "",
      width: 16,
      height: 8,
    }),
    text({
      title: "What to do",
      description: "From an alert to its remedy.",
      markdown: [
        "A click on a service, in the table or on a line, opens its page.",
        RUNBOOKS,
        "`./trade2026 status` says what does not run, `./trade2026 logs <service>` why.",
      ].join("\n\n"),
      height: 8,
    }),
  ];
}

function serviceTable(): Unplaced {
  const by = ["service"];
  return table({
    title: "Every service",
    description:
      "Health, share of its limits, requests and errors. The first column leads to a service's page.",
    label: "service",
    link: { title: "Page of ${__value.text}", url: dashboardUrl(pageUid("${__value.text}")) },
    columns: [
      { title: "Health", expr: min(series(containers.healthy), by), unit: "none", words: HEALTHY },
      {
        title: "Up for",
        expr: `time() - ${max(series(containers.started), by)}`,
        unit: "dtdurations",
      },
      { title: "CPU", expr: max(series(rules.cpu), by), unit: "percentunit", limits: SHARE_LIMITS },
      { title: "Memory", expr: max(series(rules.memory), by), unit: "percentunit", limits: SHARE_LIMITS },
      { title: "Requests", expr: sum(series(rules.requests), by), unit: "reqps" },
      { title: "Errors", expr: max(series(rules.errors), by), unit: "percentunit", limits: ERROR_LIMITS },
      { title: "p95", expr: max(series(rules.p95), by), unit: "s" },
    ],
    height: 14,
  });
}

/** Requests, errors and time of what answers requests; CPU and memory of everything. */
function tierSection({ services }: Platform, tier: Tier, title: string): Section {
  const members = services.filter((service) => service.tier === tier);
  if (members.length === 0) return { title, panels: [] };
  const line = (expr: string) => [{ expr: max(expr, ["service"]), legend: "{{service}}" }];
  const of = (text: string): string => `${text} Each service of tier ${tier}.`;
  const links = [TO_PAGE];
  const answering = [
    timeseries({
      title: `${tier}: requests`,
      description: of("Answered a second."),
      unit: "reqps",
      queries: [{ expr: sum(series(rules.requests, { tier }), ["service"]), legend: "{{service}}" }],
      links,
    }),
    timeseries({
      title: `${tier}: errors`,
      description: of("Share of answers that are the service's own fault."),
      unit: "percentunit",
      queries: line(series(rules.errors, { tier })),
      limits: ERROR_LIMITS,
      links,
    }),
    timeseries({
      title: `${tier}: p95`,
      description: of("95 of 100 answers come within this time."),
      unit: "s",
      queries: line(series(rules.p95, { tier })),
      links,
    }),
  ];
  return {
    title,
    panels: [
      ...(members.some(isKitService) ? answering : []),
      timeseries({
        title: `${tier}: CPU`,
        description: of("Share of its limit."),
        unit: "percentunit",
        queries: line(series(rules.cpu, { tier })),
        links,
        width: 12,
      }),
      timeseries({
        title: `${tier}: memory`,
        description: of("Share of its limit."),
        unit: "percentunit",
        queries: line(series(rules.memory, { tier })),
        links,
        width: 12,
      }),
    ],
  };
}

function usersRequests(): readonly Unplaced[] {
  const labels = { job: "gateway" };
  return [
    timeseries({
      title: "Through the gateway, by service",
      description: "Answers to users a second.",
      unit: "reqps",
      queries: [
        {
          expr: sum(rate(traefik.serviceRequests, labels), ["exported_service"]),
          legend: "{{exported_service}}",
        },
      ],
      stacked: true,
      width: 12,
    }),
    timeseries({
      title: "Through the gateway, by status",
      description: "Answers to users a second, refusals and errors of the gateway's own among them.",
      unit: "reqps",
      queries: [{ expr: sum(rate(traefik.entryRequests, labels), ["code"]), legend: "{{code}}" }],
      stacked: true,
      width: 12,
    }),
    ...probePanels("blackbox-exporter"),
  ];
}
