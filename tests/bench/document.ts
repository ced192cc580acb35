import { tradingSection } from "./load/section";
import { medianOf, provenance, table, verdict } from "./markdown";
import type { Run } from "./measure";
import type { Acts, Anatomy, EngineResults, GrowthRow, Measured, OurActs, PlatformResult } from "./results";

/** What is aimed at: times of Compose's `up`, and seconds of a no-change preview of so many containers. */
export const AIMS = { upRatio: 1.5, previewSeconds: 3, previewContainers: 80 } as const;

/**
 * docs/benchmarks.md from raw results.
 * @param findings what people make of the figures, as Markdown; stands at the end as it is
 */
export function benchmarksDocument(results: ReadonlyMap<string, EngineResults>, findings: string): string {
  return [
    INTRODUCTION,
    ...[...results].flatMap(([engine, parts]) => engineSection(engine, parts)),
    findings.trim(),
    "",
  ]
    .join("\n\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/\n*$/, "\n");
}

const INTRODUCTION = `<!-- Written by \`./trade2026 test bench\` from tests/bench/results and tests/bench/findings.md. Do not edit. -->

# Benchmarks

How long the platform takes to come up, to say that nothing changes, and to go, against \`docker compose\` with the same
definitions (\`./trade2026 export compose\`) on the same engine, in the same run. The ratios are what to look at: they
mean something on another machine, the seconds do not. All images are there already. Both tools start from nothing and
end when every service is healthy; Compose's \`up\` is \`up -d\`, then \`up -d --wait\` with the services' names, because
\`--wait\` takes a job that has ended for one that failed.

The time of an \`up\` is split by what the Docker engine itself reports, the same way for both: **preparing** until it
makes its first thing; **waiting** while it makes nothing and something that was started is not healthy yet (or, a job,
not at its end); **creating** is the rest. With several runs the median is shown; the raw results have all.`;

function engineSection(
  engine: string,
  { platform, growth, anatomy, trading }: EngineResults,
): readonly string[] {
  return [
    `## ${engine[0]?.toUpperCase() ?? ""}${engine.slice(1)} engine`,
    ...(platform ? platformSection(platform) : []),
    ...(growth ? growthSection(growth) : []),
    ...(anatomy ? anatomySection(anatomy) : []),
    ...(trading ? tradingSection(trading) : []),
  ];
}

function platformSection(platform: Measured<PlatformResult>): readonly string[] {
  const { ours, compose, containers, services, from } = platform;
  const ratio = median(ours.up) / median(compose.up);
  return [
    "### The platform",
    `${services} services; with their jobs and writers ${containers} containers. By the commands that users type.`,
    provenance(from),
    table(
      [
        "",
        "ours, s",
        "preparing",
        "creating",
        "waiting",
        "Compose, s",
        "preparing",
        "creating",
        "waiting",
        "ratio",
      ],
      [
        ["`up` from nothing", ...sides(ours.up, compose.up)],
        ["`up` again, no change", ...sides(ours.again, compose.again, false)],
        ["`preview`, no change", ...sides(ours.preview, undefined, false)],
        ["`down`, data and all", ...sides(ours.down, compose.down, false)],
      ],
    ),
    `Aim for \`up\`: ${AIMS.upRatio} times Compose. ${verdict(ratio <= AIMS.upRatio)}: ${ratio.toFixed(2)} times.`,
  ];
}

/** Both tools' figures of one act, and their ratio. */
function sides(ours: readonly Run[], compose: readonly Run[] | undefined, phased = true): readonly string[] {
  const phases = (runs: readonly Run[]): readonly string[] =>
    phased
      ? (["preparing", "creating", "waiting"] as const).map((phase) =>
          number(medianOf(runs, (run) => run.phases[phase])),
        )
      : ["", "", ""];
  return [
    number(median(ours)),
    ...phases(ours),
    ...(compose ? [number(median(compose)), ...phases(compose)] : ["", "", "", ""]),
    compose ? (median(ours) / median(compose)).toFixed(2) : "",
  ];
}

function growthSection({ rows, from }: Measured<{ readonly rows: readonly GrowthRow[] }>): readonly string[] {
  const last = rows.find(({ containers }) => containers === AIMS.previewContainers);
  const ups = (acts: Acts): readonly string[] => [
    number(median(acts.up)),
    number(medianOf(acts.up, ({ phases }) => phases.creating)),
    number(medianOf(acts.up, ({ phases }) => phases.waiting)),
  ];
  const ratio = last ? median(last.ours.up) / median(last.compose.up) : 0;
  return [
    "### Growth",
    "Services that do nothing, on the three lanes, hardened, limited and probed like the platform's; planned and made by the same code. None waits for another.",
    provenance(from),
    table(
      ["containers", "`up`, s", "creating", "waiting", "Compose, s", "creating", "waiting", "ratio"],
      rows.map(({ containers, ours, compose }) => [
        String(containers),
        ...ups(ours),
        ...ups(compose),
        (median(ours.up) / median(compose.up)).toFixed(2),
      ]),
    ),
    table(
      [
        "containers",
        "`preview`, no change, s",
        "`up` again, s",
        "Compose again, s",
        "`destroy`, s",
        "Compose down, s",
        "ratio",
      ],
      rows.map(({ containers, ours, compose }) => [
        String(containers),
        number(median(ours.preview)),
        number(median(ours.again)),
        number(median(compose.again)),
        number(median(ours.down)),
        number(median(compose.down)),
        (median(ours.down) / median(compose.down)).toFixed(2),
      ]),
    ),
    ...(last ? [growthVerdict(last.ours, ratio)] : []),
    ...(last?.rest ? [probesLine(last.containers, last.rest)] : []),
  ];
}

function growthVerdict({ preview }: OurActs, ratio: number): string {
  const { upRatio, previewSeconds, previewContainers } = AIMS;
  const seconds = median(preview);
  return (
    `Aims at ${previewContainers}: \`up\` within ${upRatio} times Compose, ${verdict(ratio <= upRatio)} (${ratio.toFixed(2)}); ` +
    `a no-change preview within ${previewSeconds} s, ${verdict(seconds <= previewSeconds)} (${number(seconds)} s).`
  );
}

/** What containers cost that do nothing but answer their probes. */
function probesLine(containers: number, rest: NonNullable<GrowthRow["rest"]>): string {
  const [before, after] = [rest.without.toFixed(2), rest.with.toFixed(2)];
  return `At rest the host keeps ${before} processors busy without them, and ${after} with ${containers} containers: their probes.`;
}

function anatomySection({ runs, from }: Measured<{ readonly runs: readonly Anatomy[] }>): readonly string[] {
  return [
    "### Where the time goes",
    provenance(from),
    ...runs.flatMap((run) => [
      `#### ${run.verb === "preview" ? "No-change `preview`" : "`up`"}, ${run.containers} containers, ${run.resources} resources: ${number(run.seconds)} s`,
      table(["one after the other", "s"], pairs(run.steps)),
      table(["processor time", "s"], pairs(run.cpu)),
      table(["in the Node process, with a profiler running", "s"], pairs(run.parts)),
    ]),
  ];
}

const pairs = (rows: readonly (readonly [string, number])[]): readonly (readonly string[])[] =>
  rows.map(([what, seconds]) => [what, seconds.toFixed(2)]);
const number = (seconds: number): string => seconds.toFixed(1);
const median = (runs: readonly Run[]): number => medianOf(runs, ({ seconds }) => seconds);
