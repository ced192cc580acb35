import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, type Platform } from "./dashboard";
import { metrics } from "./metrics";
import type { Unplaced } from "./panel";
import { timeseries } from "./panels";
import { isKitService } from "./programs";
import { quantile, rate, series, sum } from "./promql";

const { kit, nats } = metrics;

/** Of the chosen services: their scrape job has their name. */
const CHOSEN = { job: { like: "$service" } };

/** In-house services side by side: requests by endpoint, times, errors, and what waits for them. */
export function backendServices({ services }: Platform): Dashboard {
  const chosen = services.filter(isKitService).map(({ name }) => name);
  return dashboard({
    uid: "backend-services",
    title: "Backend Services",
    description:
      "In-house services side by side: requests by endpoint, times, errors, and what waits for them.",
    kind: "platform",
    choice: { name: "service", label: "Service", options: [...chosen].sort() },
    sections:
      chosen.length === 0
        ? []
        : [
            { title: "Requests", panels: requests() },
            { title: "Times", panels: times() },
            { title: "Errors", panels: errors() },
            { title: "Queues", panels: queues(services.some(({ name }) => name === "nats")) },
          ],
  });
}

function requests(): readonly Unplaced[] {
  return [
    timeseries({
      title: "Requests, by service",
      description: "Answered a second, health checks and scrapes among them.",
      unit: "reqps",
      queries: [{ expr: sum(rate(kit.requests.count, CHOSEN), ["job"]), legend: "{{job}}" }],
      stacked: true,
      width: 12,
    }),
    timeseries({
      title: "Requests, by endpoint",
      description: "The twenty endpoints that are asked most, a second.",
      unit: "reqps",
      queries: [
        {
          expr: `topk(20, ${sum(rate(kit.requests.count, CHOSEN), ["job", "method", "route"])})`,
          legend: "{{job}} {{method}} {{route}}",
        },
      ],
      width: 12,
    }),
  ];
}

function times(): readonly Unplaced[] {
  const by = (share: number, title: string, description: string) =>
    timeseries({
      title,
      description,
      unit: "s",
      queries: [{ expr: quantile(share, kit.requests.bucket, CHOSEN, ["job"]), legend: "{{job}}" }],
    });
  return [
    by(0.5, "Half of the answers", "50 of 100 answers come within this time."),
    by(0.95, "95 of 100 answers", "Come within this time."),
    by(0.99, "99 of 100 answers", "Come within this time: the slow ones, which somebody notices."),
    timeseries({
      title: "Slowest endpoints",
      description: "The ten endpoints with the longest p95.",
      unit: "s",
      queries: [
        {
          expr: `topk(10, ${quantile(0.95, kit.requests.bucket, CHOSEN, ["job", "route"])})`,
          legend: "{{job}} {{route}}",
        },
      ],
      width: 24,
    }),
  ];
}

function errors(): readonly Unplaced[] {
  return [
    timeseries({
      title: "Answers, by status",
      description: "A second, of all chosen services.",
      unit: "reqps",
      queries: [{ expr: sum(rate(kit.requests.count, CHOSEN), ["status"]), legend: "{{status}}" }],
      stacked: true,
      width: 12,
    }),
    timeseries({
      title: "Answers, by service and status",
      description: "A second. 5xx are faults of the service, 4xx of its callers.",
      unit: "reqps",
      queries: [
        { expr: sum(rate(kit.requests.count, CHOSEN), ["job", "status"]), legend: "{{job}} {{status}}" },
      ],
      width: 12,
    }),
  ];
}

function queues(bus: boolean): readonly Unplaced[] {
  const onTheBus = [
    timeseries({
      title: "Waiting on the bus",
      description: "Messages that a service's consumer has not been given. A climb: it is behind.",
      unit: "none",
      queries: [
        { expr: sum(series(nats.pending, { service: "nats" }), ["consumer"]), legend: "{{consumer}}" },
      ],
    }),
    timeseries({
      title: "At work on the bus",
      description: "Messages that a service has been given and has not acknowledged.",
      unit: "none",
      queries: [
        { expr: sum(series(nats.unacknowledged, { service: "nats" }), ["consumer"]), legend: "{{consumer}}" },
      ],
    }),
  ];
  return [
    timeseries({
      title: "In flight",
      description:
        "Requests received and not yet answered. A steady climb is a dependency that does not answer.",
      unit: "none",
      queries: [{ expr: series(kit.inFlight, CHOSEN), legend: "{{job}}" }],
    }),
    ...(bus ? onTheBus : []),
    timeseries({
      title: "Event loop lag",
      description:
        "99 of 100 turns begin no later than this. High: the process computes for too long at a time.",
      unit: "s",
      queries: [{ expr: series(kit.lagP99, CHOSEN), legend: "{{job}}" }],
    }),
  ];
}
