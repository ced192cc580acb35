import { withUnit } from "../../model/load/results";
import { SCENARIOS, type Scenario } from "../../model/load/scenarios";
import { peakRate, plannedRequests, totalSeconds } from "../../model/load/shape";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { chosenTest, type Chosen, type LoadOptions } from "../load-test/choose";
import { readPlatform } from "../load-test/platform";
import { assertPaperSettings } from "../load-test/refusals";
import { tablesOf, verdictText, type Report } from "../load-test/report";
import { runLoad } from "../load-test/run";
import { environmentOf, writeReport } from "../load-test/write";
import { INTERRUPTED, untilInterrupted } from "../signals";
import { formatSeconds } from "../ui/format";
import { DEFAULT_STACK } from "../ui/invocation";
import { Output } from "../ui/output";
import type { Style } from "../ui/style";
import { table } from "../ui/table";

const STOPPING =
  "Stopping: k6 ends its clients and sums up. Once more ends it at once; the next load, up or down clears up.";

/**
 * Runs a load test against the platform that is up, on paper alone, and writes its report.
 * @returns 0 when every limit was kept, 1 when one was not, 130 when it was interrupted
 */
export async function load(
  context: Context,
  name: string | undefined,
  options: LoadOptions,
  out = new Output(),
): Promise<number> {
  if (options.list) {
    scenarioLines(out.style).forEach((line) => out.line(line));
    return 0;
  }
  const chosen = chosenTest(name, options);
  const config = readStackConfig(context);
  assertPaperSettings(config.settings);
  const { docker } = await connectDocker(config.settings);
  const say = (line: string): void => out.line(line);
  const abort = untilInterrupted(say, STOPPING);
  try {
    const { scenario, seed } = chosen;
    const platform = await readPlatform(context, config, docker, scenario, say, abort.signal);
    say(
      `${out.style.strong(scenario.name)}: ${scenario.about}. ${planText(scenario)}, seed ${seed}, on ${platform.prefix}.`,
    );
    const began = new Date().toISOString();
    const outcome = await runLoad(docker, { ...platform, scenario, seed }, out, abort.signal);
    const report: Report = {
      ...{ scenario, seed, began, stack: context.stack, prefix: platform.prefix },
      ...{ how: outcome.how, results: outcome.results, again: commandOf(context, chosen) },
      environment: await environmentOf(docker, context.root, platform.image),
    };
    const folder = writeReport(context, report, outcome.summary);
    resultLines(report, out.style).forEach((line) => out.line(line));
    out.line(`\nReport: ${folder}/report.html, report.md, summary.json`);
    return { passed: 0, failed: 1, interrupted: INTERRUPTED }[outcome.how];
  } finally {
    abort.done();
  }
}

/** What runs the same test again. */
export function commandOf({ stack }: Pick<Context, "stack">, { scenario, seed, stretched }: Chosen): string {
  const time = stretched ? ` --duration ${totalSeconds(scenario.shape)}s` : "";
  return `./trade2026 load ${scenario.name}${time} --seed ${seed}${stack === DEFAULT_STACK ? "" : ` --stack ${stack}`}`;
}

export function resultLines(report: Report, style: Style): readonly string[] {
  const [limits, times] = tablesOf(report);
  const verdict = { passed: style.good, failed: style.bad, interrupted: style.caution }[report.how];
  const shown = (rows: readonly (readonly string[])[] = []): readonly (readonly string[])[] =>
    rows.map((cells) => cells.map((cell) => (cell === "broken" ? style.bad(cell) : cell)));
  const columns = (head: readonly string[] = []) =>
    head.map(
      (title, column) => ({ title: title.toUpperCase(), align: column === 0 ? "left" : "right" }) as const,
    );
  return [
    "",
    ...table(columns(times?.head), shown(times?.rows)),
    "",
    ...table(columns(limits?.head), shown(limits?.rows)),
    ...(report.scenario.sends === "checks" ? failedChecks(report, style) : []),
    "",
    verdict(verdictText(report)),
  ];
}

function failedChecks({ results }: Report, style: Style): readonly string[] {
  const failed = results.checks.filter(({ fails }) => fails > 0);
  return failed.map(
    ({ name, passes, fails }) => `${style.bad("✗")} ${name}: not so in ${fails} of ${passes + fails}`,
  );
}

export function scenarioLines(style: Style): readonly string[] {
  return [
    ...table(
      [
        { title: "SCENARIO" },
        { title: "A SECOND", align: "right" },
        { title: "TIME", align: "right" },
        { title: "REQUESTS", align: "right" },
        { title: "ERRORS", align: "right" },
        { title: "WHAT IT IS FOR" },
      ],
      SCENARIOS.map(({ name, shape, limits, about, sends }) => [
        style.strong(name),
        sends === "checks" ? "" : `${shape.kind === "ramping" ? "to " : ""}${peakRate(shape)}`,
        formatSeconds(totalSeconds(shape)),
        sends === "checks" ? "" : String(plannedRequests(shape)),
        withUnit(limits.errors, "share"),
        about,
      ]),
    ),
    "",
    "Requests come at their rate whatever the answers take: of ten, eight are orders of the paper account load, one is a",
    "quote, one asks for positions. ERRORS is the share of answers that may be wrong; answer times and requests that could",
    "not be sent have limits too, which the report names. --duration gives a scenario another length.",
  ];
}

function planText({ shape, sends }: Scenario): string {
  const requests = `${plannedRequests(shape)} ${sends === "mix" ? "requests" : "rounds"}`;
  return `${requests} in ${formatSeconds(totalSeconds(shape))}`;
}
