import type { ComponentState, IncidentImpact, IncidentStatus, StatusDay } from "../../contracts/status";

export const STATE_WORDS: Readonly<Record<ComponentState, string>> = {
  operational: "Operational",
  degraded: "Degraded",
  down: "Down",
  maintenance: "Maintenance",
  unknown: "Unknown",
};

export const IMPACT_WORDS: Readonly<Record<IncidentImpact, string>> = {
  degraded: "Degraded",
  down: "Outage",
};

export const STATUS_WORDS: Readonly<Record<IncidentStatus, string>> = {
  investigating: "Investigating",
  identified: "Identified",
  monitoring: "Monitoring",
  resolved: "Resolved",
};

const LANES: Readonly<Record<string, { readonly title: string; readonly order: number }>> = {
  frontend: { title: "Entrance", order: 0 },
  lowlatency: { title: "Order path and market data", order: 1 },
  backend: { title: "Stores and supporting services", order: 2 },
};

export const laneTitle = (lane: string): string => LANES[lane]?.title ?? lane;
export const laneOrder = (lane: string): number => LANES[lane]?.order ?? 9;

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const two = (value: number): string => String(value).padStart(2, "0");

/** "3 Mar 2026" of "2026-03-03…". */
export function dateWords(iso: string): string {
  const date = new Date(iso);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ""} ${date.getUTCFullYear()}`;
}

export function timeWords(iso: string): string {
  const date = new Date(iso);
  return `${dateWords(iso)}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
}

/** Milliseconds as "2 h 5 min". */
export function durationWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "less than a minute";
  const parts = [
    [Math.floor(minutes / 1440), "d"],
    [Math.floor(minutes / 60) % 24, "h"],
    [minutes % 60, "min"],
  ] as const;
  return parts
    .filter(([value]) => value > 0)
    .slice(0, 2)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(" ");
}

/** Rounded down, so that 100 % means that nothing was missing. */
export function percentWords(ratio: number | null): string {
  if (ratio === null) return "not measured";
  if (ratio === 1) return "100 %";
  return `${(Math.floor(ratio * 10_000) / 100).toFixed(2)} %`;
}

export function countWords(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "14 min down, 3 min degraded"; nothing for a day that was well throughout. */
export function dayWords(day: StatusDay): string {
  return [
    [day.down, "down"],
    [day.degraded, "degraded"],
    [day.maintenance, "in maintenance"],
    [day.unknown, "not measured"],
  ]
    .filter(([minutes]) => Number(minutes) > 0)
    .map(([minutes, what]) => `${durationWords(Number(minutes) * 60_000)} ${what}`)
    .join(", ");
}
