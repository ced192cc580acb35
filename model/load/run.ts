import type { LOAD_CLIENT } from "./client";
import { ERRORS, LATENCY } from "./protocol";
import type { Scenario } from "./scenarios";
import { peakRate, totalSeconds } from "./shape";
import type { Goals, RouteCheck } from "./targets";
import { expressionOf, measuredNames, thresholdsOf } from "./thresholds";

/** Parts of a run that are shown in a chart, at most. */
const MOST_WINDOWS = 60;
/** Clients for each request a second: those that are there from the beginning, and those that may be added. */
const CLIENTS = { first: 0.2, most: 0.5 };
const FEWEST_CLIENTS = 10;
/** As many requests as the gateway lets be under way on a route. */
const MOST_CLIENTS = 1000;
/** Statuses that are counted apart when they are not the wanted one; 0 is no answer at all. */
export const COUNTED_STATUSES = [0, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504] as const;

/** What k6's script is told; it reads it as a file. */
export interface LoadRun {
  readonly scenario: string;
  readonly sends: Scenario["sends"];
  /** https://<host name>:<port> of the gateway, as the lane has it. */
  readonly base: string;
  readonly client: typeof LOAD_CLIENT.id;
  readonly account: typeof LOAD_CLIENT.account;
  /** Beginning of the orders' own ids: another one each time, since the same id is the same order. */
  readonly run: string;
  readonly seed: number;
  readonly windows: Windows;
  readonly checks: readonly RouteCheck[];
  readonly options: Readonly<Record<string, unknown>>;
}

export interface Windows {
  readonly count: number;
  readonly ms: number;
}

export function windowsOf(scenario: Scenario): Windows {
  const seconds = totalSeconds(scenario.shape);
  const count = Math.max(1, Math.min(MOST_WINDOWS, Math.floor(seconds)));
  return { count, ms: (seconds * 1000) / count };
}

export function clientsOf(scenario: Scenario): { readonly first: number; readonly most: number } {
  const rate = peakRate(scenario.shape);
  const within = (number: number): number =>
    Math.min(MOST_CLIENTS, Math.max(FEWEST_CLIENTS, Math.ceil(number)));
  const first = within(rate * CLIENTS.first);
  return { first, most: Math.max(first, within(rate * CLIENTS.most)) };
}

export interface OptionsInput {
  readonly scenario: Scenario;
  readonly goals: Goals;
  readonly checks: readonly RouteCheck[];
  /** `host:port` → address of the gateway: its certificate is for the name. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** k6's options, https://grafana.com/docs/k6/latest/using-k6/k6-options/reference/ */
export function k6Options({ scenario, goals, checks, hosts }: OptionsInput): LoadRun["options"] {
  const { first, most } = clientsOf(scenario);
  const clients = { preAllocatedVUs: first, maxVUs: most, timeUnit: "1s", gracefulStop: "5s" };
  const { shape } = scenario;
  const shown = [
    ...measuredNames(scenario, checks).map((name) => `http_req_duration{name:${name}}`),
    ...Array.from({ length: windowsOf(scenario).count }, (_, index) => `{window:${index}}`).flatMap((tag) => [
      `${LATENCY}${tag}`,
      `${ERRORS}${tag}`,
    ]),
    ...COUNTED_STATUSES.map((status) => `${ERRORS}{status:${status}}`),
  ];
  return {
    scenarios: {
      [scenario.name]:
        shape.kind === "constant"
          ? { executor: "constant-arrival-rate", rate: shape.rate, duration: shape.duration, ...clients }
          : {
              executor: "ramping-arrival-rate",
              startRate: shape.startRate,
              stages: shape.stages,
              ...clients,
            },
    },
    thresholds: {
      // without a limit: k6 tells of a metric's part only when it is named here
      ...Object.fromEntries(shown.map((metric) => [metric, [] as readonly unknown[]])),
      ...Object.fromEntries(
        thresholdsOf(scenario, goals).map((threshold) => [
          threshold.metric,
          [
            threshold.abortAfterMs === undefined
              ? expressionOf(threshold)
              : {
                  threshold: expressionOf(threshold),
                  abortOnFail: true,
                  delayAbortEval: `${threshold.abortAfterMs}ms`,
                },
          ],
        ]),
      ),
    },
    hosts,
    discardResponseBodies: true,
    setupTimeout: "60s",
    teardownTimeout: "30s",
    summaryTrendStats: ["avg", "min", "med", "p(90)", "p(95)", "p(99)", "max", "count"],
    systemTags: ["status", "method", "name", "scenario", "expected_response", "error_code", "check", "group"],
    userAgent: "trade2026-load",
  };
}
