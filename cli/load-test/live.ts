import { parse } from "yaml";
import { ERRORS, LATENCY } from "../../model/load/protocol";

/** Where a running test is, as k6 itself counts. */
export interface LiveStats {
  /** Requests, or rounds of checks, that are over. */
  readonly done: number;
  /** Share of answers that were not the wanted ones. */
  readonly errors: number;
  /** Milliseconds, over the whole test so far; undefined before the first answer. */
  readonly p95: number | undefined;
  readonly dropped: number;
  readonly clients: number;
}

interface Listed {
  readonly name?: unknown;
  readonly sample?: Readonly<Record<string, unknown>>;
}

/** @param text what `k6 stats` prints: a YAML list of metrics, each with its sample @returns undefined for anything else */
export function liveStatsOf(text: string): LiveStats | undefined {
  const metrics = listIn(text);
  if (metrics === undefined) return undefined;
  const value = (name: string, key: string): number | undefined => {
    const found = metrics.find((metric) => metric.name === name)?.sample?.[key];
    return typeof found === "number" ? found : undefined;
  };
  return {
    done: value("iterations", "count") ?? 0,
    errors: value(ERRORS, "rate") ?? 0,
    p95: value(LATENCY, "p(95)"),
    dropped: value("dropped_iterations", "count") ?? 0,
    clients: value("vus", "value") ?? 0,
  };
}

function listIn(text: string): readonly Listed[] | undefined {
  try {
    const parsed: unknown = parse(text);
    return Array.isArray(parsed) ? (parsed as readonly Listed[]) : undefined;
  } catch {
    return undefined;
  }
}
