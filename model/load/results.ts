import { z } from "zod";
import { COUNTED_STATUSES, type Windows } from "./run";
import { ERRORS, LATENCY } from "./protocol";
import { expressionOf, type Threshold } from "./thresholds";

const metric = z.object({
  values: z.record(z.string(), z.number()),
  thresholds: z.record(z.string(), z.object({ ok: z.boolean() })).optional(),
});
const checked = z.object({ name: z.string(), passes: z.number(), fails: z.number() });
const summarySchema = z.object({
  state: z.object({ testRunDurationMs: z.number() }),
  metrics: z.record(z.string(), metric),
  root_group: z.object({ checks: z.array(checked).nullish() }),
});
export type Summary = z.infer<typeof summarySchema>;

/** @throws Error when it is not what k6 hands to a script's handleSummary */
export function parseSummary(text: string): Summary {
  const parsed = summarySchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`k6's summary is not as expected: ${where.slice(0, 3).join("; ")}`);
}

/** Milliseconds. */
export interface Percentiles {
  readonly count: number;
  readonly avg: number;
  readonly min: number;
  readonly med: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface Verdict {
  readonly threshold: Threshold;
  /** Undefined where nothing was measured. */
  readonly found: number | undefined;
  readonly ok: boolean;
}

/** One of the equal parts that the time of a test is cut in. */
export interface Part {
  /** Seconds from the beginning. */
  readonly from: number;
  readonly to: number;
  /** Answers, a second. */
  readonly rate: number;
  readonly errors: number;
  /** Undefined where nothing was answered. */
  readonly latency: Percentiles | undefined;
}

/** What came of a test, as the report shows it. */
export interface Results {
  readonly seconds: number;
  readonly requests: number;
  readonly dropped: number;
  readonly verdicts: readonly Verdict[];
  readonly endpoints: readonly { readonly name: string; readonly latency: Percentiles }[];
  readonly parts: readonly Part[];
  /** Answers that were not the wanted ones, by status; 0 is no answer. */
  readonly statuses: readonly { readonly status: number; readonly count: number }[];
  readonly checks: readonly { readonly name: string; readonly passes: number; readonly fails: number }[];
}

export interface ResultsInput {
  readonly thresholds: readonly Threshold[];
  /** Names of requests that are measured apart, with what they are for people. */
  readonly names: readonly { readonly name: string; readonly title: string }[];
  readonly windows: Windows;
}

export function resultsOf(summary: Summary, { thresholds, names, windows }: ResultsInput): Results {
  const values = (name: string): Readonly<Record<string, number>> => summary.metrics[name]?.values ?? {};
  return {
    seconds: summary.state.testRunDurationMs / 1000,
    requests: values(LATENCY)["count"] ?? 0,
    dropped: values("dropped_iterations")["count"] ?? 0,
    verdicts: thresholds.map((threshold) => verdictOn(threshold, summary)),
    endpoints: names.flatMap(({ name, title }) => {
      const latency = percentilesIn(values(`http_req_duration{name:${name}}`));
      return latency ? [{ name: title, latency }] : [];
    }),
    parts: Array.from({ length: windows.count }, (_, index): Part => {
      const latency = percentilesIn(values(`${LATENCY}{window:${index}}`));
      return {
        from: (index * windows.ms) / 1000,
        to: ((index + 1) * windows.ms) / 1000,
        rate: ((latency?.count ?? 0) * 1000) / windows.ms,
        // a rate's "passes" are what it was told to be true: errors
        errors: values(`${ERRORS}{window:${index}}`)["passes"] ?? 0,
        latency,
      };
    }),
    statuses: COUNTED_STATUSES.flatMap((status) => {
      const count = values(`${ERRORS}{status:${status}}`)["passes"] ?? 0;
      return count > 0 ? [{ status, count }] : [];
    }),
    checks: (summary.root_group.checks ?? []).map(({ name, passes, fails }) => ({ name, passes, fails })),
  };
}

/** k6's own word where it has one. What was not measured has not been kept; only what is never dropped is not counted. */
function verdictOn(threshold: Threshold, { metrics }: Summary): Verdict {
  const measured = metrics[threshold.metric];
  const found = measured?.values[threshold.value];
  const said = measured?.thresholds?.[expressionOf(threshold)]?.ok;
  return { threshold, found, ok: said ?? threshold.metric === "dropped_iterations" };
}

function percentilesIn(values: Readonly<Record<string, number>>): Percentiles | undefined {
  const { count = 0, avg, min, med, max } = values;
  const [p90, p95, p99] = [values["p(90)"], values["p(95)"], values["p(99)"]];
  if (count === 0 || avg === undefined || min === undefined || med === undefined || max === undefined)
    return undefined;
  if (p90 === undefined || p95 === undefined || p99 === undefined) return undefined;
  return { count, avg, min, med, p90, p95, p99, max };
}

/** One sentence a threshold that was passed: what was found, what is allowed. */
export function failureSentences(results: Pick<Results, "verdicts">): readonly string[] {
  return results.verdicts
    .filter(({ ok }) => !ok)
    .map(({ threshold, found }) => {
      const side = threshold.compare === "<=" ? "at most" : "at least";
      return `${threshold.title}: ${found === undefined ? "not measured" : withUnit(found, threshold.unit)}, allowed ${side} ${withUnit(threshold.bound, threshold.unit)}`;
    });
}

export function withUnit(value: number, unit: Threshold["unit"]): string {
  switch (unit) {
    case "share":
      return `${trimmed(value * 100, 3)} %`;
    case "ms":
      return `${trimmed(value, value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
    case "count":
      return trimmed(value, 0);
  }
}

function trimmed(value: number, digits: number): string {
  return value
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, "$1")
    .replace(/\.$/, "");
}
