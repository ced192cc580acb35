import { ProblemsError, type Problem } from "../../model/problems";
import { logLevels, type LogLevel } from "../../services/contracts/log-record";
import type { OwnContainer } from "../docker/containers";

/** As the command line has them. */
export interface LogsOptions {
  readonly follow: boolean;
  /** Lines, or `all`. */
  readonly tail: string;
  /** `10m`, `2h`, or an ISO time. */
  readonly since?: string;
  readonly until?: string;
  readonly lane: readonly string[];
  readonly capability: readonly string[];
  /** At least that level. */
  readonly level?: string;
  /** A regular expression. */
  readonly grep?: string;
  /** Words for OpenSearch. */
  readonly search?: string;
  readonly json: boolean;
}

/** What is asked for, checked. */
export interface LogQuery {
  /** Names; none: all. So it is with lanes and capabilities. */
  readonly services: readonly string[];
  readonly lanes: readonly string[];
  readonly capabilities: readonly string[];
  readonly level?: LogLevel;
  readonly grep?: RegExp;
  /** Seconds since 1970, both. */
  readonly since?: number;
  readonly until?: number;
  /** Infinity for all. */
  readonly tail: number;
}

/** A service or job of the platform; a writer never says anything. */
export type Speaker = Pick<OwnContainer, "name" | "role" | "capability" | "lanes">;

/** @param speakers what there is on this platform @throws ProblemsError with every problem of the arguments */
export function parseQuery(
  services: readonly string[],
  options: LogsOptions,
  speakers: readonly Speaker[],
  nowMs: number,
): LogQuery {
  const problems: Problem[] = [];
  const known = {
    service: speakers.map(({ name }) => name),
    "--lane": unique(speakers.flatMap(({ lanes }) => lanes)),
    "--capability": unique(speakers.map(({ capability }) => capability)),
  };
  const given = { service: services, "--lane": options.lane, "--capability": options.capability };
  for (const path of ["service", "--lane", "--capability"] as const)
    problems.push(
      ...given[path]
        .filter((one) => !known[path].includes(one))
        .map((one) => unknown(path, one, known[path])),
    );
  if (services.length === 0 && speakers.length === 0)
    problems.push({ path: "service", what: "has no container", allowed: NOTHING, fix: "./trade2026 up" });
  const take = <T>(text: string | undefined, read: (text: string) => T | Problem): T | undefined => {
    const value = text === undefined ? undefined : read(text);
    if (!isProblem(value)) return value;
    problems.push(value);
    return undefined;
  };
  const since = take(options.since, (text) => moment("--since", text, nowMs));
  const until = take(options.until, (text) => moment("--until", text, nowMs));
  const level = take(options.level, levelOf);
  const grep = take(options.grep, pattern);
  if (since !== undefined && until !== undefined && since > until)
    problems.push({
      path: "--until",
      what: "is before --since",
      value: options.until,
      allowed: `a time after ${options.since}`,
      fix: "exchange them, or leave one out",
    });
  if (options.follow && (options.until !== undefined || options.search !== undefined))
    problems.push({
      path: "--follow",
      what: `does not go with ${options.search === undefined ? "--until" : "--search"}`,
      allowed:
        "lines that are still to come are followed; those of a time, and those that were stored, are there already",
      fix: "leave one of them out",
    });
  if (options.search?.trim() === "")
    problems.push({
      path: "--search",
      what: "is empty",
      value: options.search,
      allowed: "words",
      fix: "say what to look for",
    });
  if (problems.length > 0) throw new ProblemsError("The arguments", problems);
  return {
    services,
    lanes: options.lane,
    capabilities: options.capability,
    ...(level === undefined ? {} : { level }),
    ...(grep === undefined ? {} : { grep }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    tail: options.tail === "all" ? Infinity : Number(options.tail),
  };
}

/** Whether a container is among those that are asked for. */
export function isAsked(
  { services, lanes, capabilities }: Pick<LogQuery, "services" | "lanes" | "capabilities">,
  { name, capability, lanes: own }: Speaker,
): boolean {
  return (
    (services.length === 0 || services.includes(name)) &&
    (lanes.length === 0 || own.some((lane) => lanes.includes(lane))) &&
    (capabilities.length === 0 || capabilities.includes(capability))
  );
}

const NOTHING = "nothing: the platform is not up";

const unknown = (path: string, value: string, allowed: readonly string[]): Problem => ({
  path,
  what: path === "service" ? "has no container" : "has no containers",
  value,
  allowed: allowed.join(", ") || NOTHING,
  fix: allowed.length === 0 ? "./trade2026 up" : "choose one of them",
});

const isProblem = (value: unknown): value is Problem =>
  typeof value === "object" && value !== null && "path" in value && "what" in value;

const unique = (names: readonly string[]): readonly string[] =>
  [...new Set(names)].filter((name) => name !== "").sort();

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** @returns seconds since 1970 */
export function moment(path: "--since" | "--until", text: string, nowMs: number): number | Problem {
  const match = /^(\d{1,9})([smhd])$/.exec(text);
  const unit = match?.[2] as keyof typeof UNITS | undefined;
  if (match && unit) return Math.floor(nowMs / 1000) - Number(match[1]) * UNITS[unit];
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return Math.floor(time / 1000);
  return {
    path,
    what: "is no time",
    value: text,
    allowed: "30s, 10m, 2h, 1d, or a time such as 2026-11-23T12:00:00Z",
    fix: "write one of these",
  };
}

function levelOf(text: string): LogLevel | Problem {
  return (
    logLevels.find((level) => level === text) ?? {
      path: "--level",
      what: "is no level",
      value: text,
      allowed: logLevels.join(", "),
      fix: "choose one of them: lines of that level and of those after it are shown",
    }
  );
}

function pattern(text: string): RegExp | Problem {
  try {
    return new RegExp(text, "u");
  } catch (error) {
    return {
      path: "--grep",
      what: "is no regular expression",
      value: text,
      allowed: "JavaScript's regular expressions; a sign with a meaning of its own has a \\ before it",
      fix: (error as Error).message,
    };
  }
}
