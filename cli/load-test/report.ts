import { failureSentences, withUnit, type Percentiles, type Results } from "../../model/load/results";
import type { Scenario } from "../../model/load/scenarios";
import { peakRate, plannedRequests, totalSeconds } from "../../model/load/shape";
import { formatBytes, formatSeconds } from "../ui/format";
import type { Outcome } from "./run";

/** The machine and the programs that a test was run on. */
export interface Environment {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly docker: string;
  readonly k6: string;
  readonly image: string;
  /** Of this checkout; empty where it is none. */
  readonly commit: string;
}

/** What a report tells, whatever it is written in. */
export interface Report {
  readonly scenario: Scenario;
  readonly how: Outcome["how"];
  readonly results: Results;
  readonly stack: string;
  readonly prefix: string;
  readonly seed: number;
  /** ISO time of its beginning. */
  readonly began: string;
  /** The command that runs it again. */
  readonly again: string;
  readonly environment: Environment;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Said in place of rows. */
  readonly empty?: string;
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  0: "no answer",
  400: "not understood",
  401: "token refused",
  403: "not allowed",
  404: "not there",
  409: "in conflict",
  413: "too large",
  422: "refused by risk or rules",
  429: "too many requests",
  500: "error of a service",
  502: "service not reached",
  503: "not ready",
  504: "service too slow",
};

/** `passed` in words, with what failed. */
export function verdictText({ how, results }: Pick<Report, "how" | "results">): string {
  const failures = failureSentences(results);
  switch (how) {
    case "passed":
      return "Passed: every limit was kept.";
    case "failed":
      return failures.length === 0
        ? "Failed: k6 says that a limit was broken."
        : `Failed: ${failures.join("; ")}.`;
    case "interrupted":
      return `Interrupted: ${failures.length === 0 ? "until then every limit was kept" : `until then ${failures.join("; ")}`}.`;
  }
}

export function factsOf({
  scenario,
  results,
  stack,
  prefix,
  seed,
  began,
}: Report): readonly (readonly [string, string])[] {
  const { seconds, requests, dropped } = results;
  const total = totalSeconds(scenario.shape);
  return [
    ["scenario", `${scenario.name}: ${scenario.about}`],
    [
      "planned",
      `${shapeText(scenario)}, ${plannedRequests(scenario.shape)} ${scenario.sends === "mix" ? "requests" : "rounds"}`,
    ],
    ["ran", `${formatSeconds(seconds)} with setting up and ending, of ${formatSeconds(total)} planned`],
    [
      "answered",
      `${requests} requests, ${(requests / Math.max(1, Math.min(seconds, total))).toFixed(1)} a second`,
    ],
    ["not sent", String(dropped)],
    ["platform", prefix === stack ? prefix : `${prefix} (stack ${stack})`],
    ["seed", String(seed)],
    ["began", began],
  ];
}

function shapeText({ shape }: Scenario): string {
  const time = formatSeconds(totalSeconds(shape));
  return shape.kind === "constant"
    ? `${shape.rate} a second for ${time}`
    : `up to ${peakRate(shape)} a second, ${time} in all`;
}

export function tablesOf({ results, scenario }: Report): readonly Table[] {
  return [
    {
      title: "Limits",
      head: ["limit", "found", "allowed", "verdict"],
      rows: results.verdicts.map(({ threshold, found, ok }) => [
        threshold.title,
        found === undefined
          ? threshold.metric === "dropped_iterations"
            ? "0"
            : "not measured"
          : withUnit(found, threshold.unit),
        `${threshold.compare === "<=" ? "at most" : "at least"} ${withUnit(threshold.bound, threshold.unit)}`,
        ok ? "kept" : "broken",
      ]),
    },
    {
      title: "Answer times, ms",
      head: ["request", "count", "average", "p50", "p90", "p95", "p99", "max"],
      rows: results.endpoints.map(({ name, latency }) => [name, ...latencyCells(latency)]),
      empty: "Nothing was answered.",
    },
    ...(scenario.sends === "checks"
      ? [
          {
            title: "Checks",
            head: ["check", "held", "did not"],
            rows: results.checks.map(({ name, passes, fails }) => [name, String(passes), String(fails)]),
          },
        ]
      : []),
    {
      title: "Answers that were not the wanted ones",
      head: ["status", "what", "count"],
      rows: results.statuses.map(({ status, count }) => [
        status === 0 ? "none" : String(status),
        STATUS_WORDS[status] ?? "",
        String(count),
      ]),
      empty: "None.",
    },
  ];
}

function latencyCells({ count, avg, med, p90, p95, p99, max }: Percentiles): readonly string[] {
  return [
    String(count),
    ...[avg, med, p90, p95, p99, max].map((value) => value.toFixed(value < 100 ? 1 : 0)),
  ];
}

export function environmentRows({ environment }: Report): readonly (readonly [string, string])[] {
  const { cpus, memoryBytes, system, docker, k6, image, commit } = environment;
  return [
    ["processors", `${cpus}, of the platform and the load generator together`],
    ["memory", formatBytes(memoryBytes)],
    ["system", system],
    ["Docker", docker],
    ["k6", `${k6}, image ${image}`],
    ...(commit === "" ? [] : ([["Trade2026", commit]] as const)),
  ];
}

export function markdownReport(report: Report): string {
  const { scenario, again } = report;
  const lines = [
    `# Load test ${scenario.name}`,
    "",
    `**${verdictText(report)}**`,
    "",
    ...factsOf(report).map(([name, value]) => `- ${name}: ${value}`),
    "",
    ...tablesOf(report).flatMap(({ title, head, rows, empty }) => [
      `## ${title}`,
      "",
      ...(rows.length === 0 && empty !== undefined
        ? [empty]
        : [row(head), row(head.map(() => "---")), ...rows.map(row)]),
      "",
    ]),
    "## Environment",
    "",
    ...environmentRows(report).map(([name, value]) => `- ${name}: ${value}`),
    "",
    "Again, with the same orders:",
    "",
    "```sh",
    again,
    "```",
    "",
  ];
  return lines.join("\n");
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
