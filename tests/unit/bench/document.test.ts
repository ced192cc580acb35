import { readFileSync } from "node:fs";
import { join } from "node:path";
import { benchmarksDocument } from "../../bench/document";
import { medianOf } from "../../bench/markdown";
import type { Run } from "../../bench/measure";
import { DOCUMENT } from "../../bench/places";
import { allResults } from "../../bench/results";
import type { Acts, EngineResults, OurActs, Provenance } from "../../bench/results";

const from: Provenance = {
  commit: "abc1234567",
  date: "2026-01-02 03:04",
  host: {
    cpus: 2,
    model: "Some CPU",
    memoryGiB: 16,
    system: "Linux 6.1",
    node: "24.9.0",
    docker: "20.10.24",
    compose: "2.26.1",
    pulumi: "3.259.0",
    busy: 0.03,
  },
};
const run = (seconds: number, waiting = 0): Run => ({
  seconds,
  phases: { preparing: 1, creating: seconds - waiting - 1, waiting, ending: 0 },
  hostCpu: 1,
});
const compose: Acts = { up: [run(20, 5)], again: [run(1)], down: [run(10)] };
const ours = (up: number, preview: number): OurActs => ({
  up: [run(up, 5)],
  again: [run(4)],
  preview: [run(preview)],
  down: [run(12)],
});
const all: EngineResults = {
  platform: { from, containers: 40, services: 11, ours: ours(25, 2), compose },
  growth: {
    from,
    rows: [
      { containers: 10, ours: ours(8, 2), compose },
      { containers: 80, rest: { without: 0.1, with: 0.9 }, ours: ours(40, 3.5), compose },
    ],
  },
  anatomy: {
    from,
    runs: [
      {
        verb: "preview",
        containers: 80,
        resources: 173,
        seconds: 3.5,
        steps: [["Node starts", 0.5]],
        cpu: [["Node", 2.5]],
        parts: [["idle", 1]],
      },
    ],
  },
};
const document = (results: Readonly<Record<string, EngineResults>>): string =>
  benchmarksDocument(new Map(Object.entries(results)), "## What was found\n\nThis.\n");
const rowOf = (text: string, start: string): readonly string[] =>
  (text.split("\n").find((line) => line.startsWith(`| ${start}`)) ?? "")
    .split("|")
    .map((cell) => cell.trim())
    .slice(1, -1);

it("names commit, host and date of each part", () => {
  const lines = document({ hermetic: all })
    .split("\n")
    .filter((line) => line.startsWith("Commit"));
  expect(lines).toHaveLength(3);
  for (const line of lines)
    expect(line).toMatch(
      /abc1234567, 2026-01-02 03:04 UTC. 2 × Some CPU, 16 GiB, .*Docker 20\.10\.24, Compose 2\.26\.1.*Before it began, 0\.03 processors were busy\./,
    );
});

it("has creating and waiting apart for both tools, and their ratio", () => {
  expect(rowOf(document({ hermetic: all }), "`up` from nothing")).toEqual([
    "`up` from nothing",
    "25.0",
    "1.0",
    "19.0",
    "5.0",
    "20.0",
    "1.0",
    "14.0",
    "5.0",
    "1.25",
  ]);
});

it("has a row for each number of containers", () => {
  const text = document({ hermetic: all });
  expect(rowOf(text, "        80")).toEqual(["80", "40.0", "34.0", "5.0", "20.0", "14.0", "5.0", "2.00"]);
});

it("says whether the aims are met", () => {
  const text = document({ hermetic: all });
  expect(text).toContain("1.5 times Compose. met: 1.25 times");
  expect(text).toContain(
    "within 1.5 times Compose, not met (2.00); a no-change preview within 3 s, not met (3.5 s)",
  );
});

it("says when the host was not quiet", () => {
  const busy = { ...from, host: { ...from.host, busy: 1.5 } };
  const text = document({ hermetic: { growth: { rows: [], from: busy } } });
  expect(text).toContain("Before it began, 1.50 processors were busy. **The host was busy");
  expect(document({ hermetic: all })).not.toContain("busy with other things");
});

it("says what the probes cost", () =>
  expect(document({ hermetic: all })).toContain(
    "0.10 processors busy without them, and 0.90 with 80 containers",
  ));

it("keeps engines apart, shows only what there is, and ends with the findings", () => {
  const text = document({
    hermetic: all,
    official: { platform: { from, containers: 1, services: 1, ours: ours(9, 1), compose } },
  });
  expect(text.match(/^##+ .*$/gm)).toEqual([
    "## Hermetic engine",
    "### The platform",
    "### Growth",
    "### Where the time goes",
    "#### No-change `preview`, 80 containers, 173 resources: 3.5 s",
    "## Official engine",
    "### The platform",
    "## What was found",
  ]);
  expect(text.endsWith("## What was found\n\nThis.\n")).toBe(true);
});

it.each([
  [[3], 3],
  [[3, 1], 2],
  [[9, 1, 2], 2],
  [[], 0],
])("the median of %j is %d", (values, wanted) => expect(medianOf(values, (value) => value)).toBe(wanted));

it("docs/benchmarks.md is what the results and the findings say (tests/bench/run.ts --document)", () => {
  const findings = readFileSync(join(__dirname, "../../bench/findings.md"), "utf8");
  expect(readFileSync(DOCUMENT, "utf8")).toBe(benchmarksDocument(allResults(), findings));
});
