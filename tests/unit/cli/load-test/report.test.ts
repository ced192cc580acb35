import { commandOf, resultLines, scenarioLines } from "../../../../cli/commands/load";
import { chosenTest } from "../../../../cli/load-test/choose";
import { htmlReport } from "../../../../cli/load-test/html";
import { markdownReport, verdictText } from "../../../../cli/load-test/report";
import { styleFor } from "../../../../cli/ui/style";
import { SCENARIOS } from "../../../../model/load/scenarios";
import { sampleReport } from "./sample";

const report = sampleReport("baseline");
const BROKEN = "95th percentile of POST /api/orders: 150 ms, allowed at most 100 ms";

describe("Markdown", () => {
  const text = markdownReport(report);

  test("says first how it went, and why", () => {
    expect(text.split("\n").slice(0, 3)).toEqual(["# Load test baseline", "", `**Failed: ${BROKEN}.**`]);
  });

  test("has limits with values and verdicts, and percentiles of each request", () => {
    expect(text).toContain("| 95th percentile of POST /api/orders | 150 ms | at most 100 ms | broken |");
    expect(text).toContain("| requests that failed | 0.1 % | at most 0.1 % | kept |");
    expect(text).toContain("| POST /api/orders | 480 | 18.8 | 16.9 | 33.8 | 37.5 | 52.5 | 93.8 |");
    expect(text).toContain("| 503 | not ready | 3 |");
  });

  test("has what it takes to run it again: seed, command, machine", () => {
    expect(text).toContain("- seed: 42");
    expect(text).toContain("```sh\n./trade2026 load baseline --seed 42\n```");
    expect(text).toContain("- memory: 16 GiB");
    expect(text).toContain("- k6: 1.8.1, image trade2026/k6:dcb9962e11ea");
  });

  test("has its checks where it is of checks", () => {
    expect(markdownReport(sampleReport("smoke"))).toContain("| oms health | 10 | 0 |");
    expect(text).not.toContain("oms health");
  });

  test("every table has as many cells in each of its lines as in its head", () => {
    const tables = text.split("\n\n").filter((block) => block.startsWith("|"));
    expect(tables.length).toBeGreaterThanOrEqual(3);
    for (const block of tables) {
      const widths = block.split("\n").map((line) => line.split("|").length);
      expect(new Set(widths).size).toBe(1);
    }
  });
});

describe("HTML", () => {
  const page = htmlReport(report);

  test("is one page that asks nobody for anything", () => {
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import|<script|https?:\/\//);
    expect(page).toContain("default-src 'none'");
  });

  test("knows light and dark, and has both charts with their lines", () => {
    expect(page).toContain("prefers-color-scheme:dark");
    expect(page.match(/<svg /g)).toHaveLength(2);
    expect(page).toMatch(/aria-label="Answer time, ms: p50, p95, p99"/);
    expect(page).toMatch(/aria-label="Requests, a second: planned, answered, errors"/);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("takes no text for markup", () => {
    expect(page).toContain("Debian &quot;13&quot; &lt;trixie&gt; &amp; more");
  });

  test("has no chart where there was no time for a course", () => {
    const { results } = report;
    const page1 = htmlReport({ ...report, results: { ...results, parts: results.parts.slice(0, 1) } });
    expect(page1).not.toContain("<svg");
  });
});

describe("the verdict", () => {
  test("of a test that kept all", () => {
    const verdicts = report.results.verdicts.map((verdict) => ({ ...verdict, ok: true }));
    const results = { ...report.results, verdicts };
    expect(verdictText({ how: "passed", results })).toBe("Passed: every limit was kept.");
    expect(verdictText({ how: "interrupted", results })).toBe(
      "Interrupted: until then every limit was kept.",
    );
    expect(verdictText({ how: "failed", results })).toMatch(/^Failed: k6 says/);
  });

  test("of one that was interrupted has what was broken until then", () => {
    expect(verdictText({ ...report, how: "interrupted" })).toBe(`Interrupted: until then ${BROKEN}.`);
  });
});

describe("on the command line", () => {
  const plain = styleFor({}, {});

  test("the end says which limit was broken, in the last line", () => {
    const lines = resultLines(report, plain);
    expect(lines.at(-1)).toBe(`Failed: ${BROKEN}.`);
    expect(lines.join("\n")).toMatch(/POST \/api\/orders +480 +18\.8/);
  });

  test("the list has every scenario with its rate, time and purpose", () => {
    const text = scenarioLines(plain).join("\n");
    for (const { name, about } of SCENARIOS) expect(text).toMatch(new RegExp(`^${name} .*${about}$`, "m"));
    expect(text).toMatch(/^soak +100 +4 h +1440000 /m);
  });

  test.each([
    [{}, "dev", "./trade2026 load baseline --seed 42"],
    [{ duration: "20s" }, "dev", "./trade2026 load baseline --duration 20s --seed 42"],
    [{ duration: "1h30m" }, "second", "./trade2026 load baseline --duration 5400s --seed 42 --stack second"],
  ])("the command for %j on %s is %s", (options, stack, command) => {
    const chosen = chosenTest("baseline", { ...options, seed: "42" });
    expect(commandOf({ stack }, chosen)).toBe(command);
    // and reads back as the same test
    const duration = /--duration (\S+)/.exec(command)?.[1];
    const again = chosenTest("baseline", { ...(duration === undefined ? {} : { duration }), seed: "42" });
    expect(again).toEqual(chosen);
  });
});
