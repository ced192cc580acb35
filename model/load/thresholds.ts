import { parseDuration } from "../units";
import type { Scenario } from "./scenarios";
import { plannedRequests } from "./shape";
import { ENDPOINTS, KINDS, type Goals, type RouteCheck } from "./targets";

/** A limit that fails the run when it is passed. */
export interface Threshold {
  /** k6's name of what is measured, with its tags. */
  readonly metric: string;
  /** Of the metric's values: `rate`, `count`, `p(95)`. */
  readonly value: string;
  readonly compare: "<=" | ">=";
  readonly bound: number;
  readonly unit: "share" | "ms" | "count";
  /** What it is, for people. */
  readonly title: string;
  /** Ends the run when it is passed after this many milliseconds. */
  readonly abortAfterMs?: number;
}

/** An answer that takes longer is as good as none, whatever the scenario. */
const SMOKE_P95_MS = 2000;

export const expressionOf = ({ value, compare, bound }: Threshold): string => `${value}${compare}${bound}`;

/** @param goals milliseconds of the services' own goals */
export function thresholdsOf(scenario: Scenario, goals: Goals): readonly Threshold[] {
  const { limits, shape, sends } = scenario;
  const abort = limits.abortAfter === undefined ? {} : { abortAfterMs: parseDuration(limits.abortAfter) };
  const latency = (metric: string, title: string, bound: number): Threshold => ({
    ...{ metric, title, bound, value: "p(95)", compare: "<=", unit: "ms" },
    ...abort,
  });
  return [
    {
      ...{ metric: "http_req_failed", value: "rate", compare: "<=", bound: limits.errors, unit: "share" },
      title: "requests that failed",
      ...abort,
    },
    {
      ...{ metric: "checks", value: "rate", compare: ">=", bound: 1 - limits.errors, unit: "share" },
      title: "answers as wanted",
      ...abort,
    },
    {
      ...{ metric: "dropped_iterations", value: "count", compare: "<=", unit: "count" },
      bound: Math.floor(plannedRequests(shape) * limits.dropped),
      title: "requests not sent, because no client was free",
      ...abort,
    },
    ...(sends === "checks"
      ? [latency("http_req_duration", "95th percentile of every answer", SMOKE_P95_MS)]
      : KINDS.map((kind) =>
          latency(
            `http_req_duration{name:${kind}}`,
            `95th percentile of ${ENDPOINTS[kind].title}`,
            goals[kind] * limits.latencyFactor,
          ),
        )),
  ];
}

/** Names by which requests are measured apart. */
export function measuredNames(scenario: Scenario, checks: readonly RouteCheck[]): readonly string[] {
  if (scenario.sends === "mix") return KINDS;
  return checks.flatMap(({ service, kind }) =>
    kind === "api" ? [`${service} health`, `${service} read`] : [`${service} answers`],
  );
}
