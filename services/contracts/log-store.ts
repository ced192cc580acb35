import type { LogRecord } from "./log-record";

/** Every index of logs; there is one for each day, in UTC. */
export const LOG_INDICES = "logs-*";

/** What stands in the store for a line. */
export type LogDocument = Omit<LogRecord, "time"> & {
  readonly "@timestamp": string;
  /** The first twelve digits of the engine's id: which of a service's containers it was. */
  readonly container: string;
};

/** @param time RFC 3339, UTC */
export const indexOf = (time: string): string => `logs-${time.slice(0, 10).replaceAll("-", ".")}`;

/** When the day of an index is over, milliseconds since 1970; undefined for what is no index of logs. */
export function endOfIndex(index: string): number | undefined {
  const [, year, month, day] = /^logs-(\d{4})\.(\d\d)\.(\d\d)$/.exec(index) ?? [];
  if (year === undefined) return undefined;
  return Date.UTC(Number(year), Number(month) - 1, Number(day) + 1);
}

/** So many lines a search finds at most, the newest ones. */
export const MOST_FOUND = 2000;

/**
 * How the shipper is started, and a search beside it: both within one container's memory, so that each is bounded well
 * below its limit; and without source maps, which take more than all the rest when something fails.
 */
export const SHIPPER_PROGRAM = [
  "node",
  "--max-old-space-size=64",
  "--max-semi-space-size=2",
  "/app/main.js",
] as const;
