/** Longer ones say at the beginning what is wrong. */
const LINES_OF_ONE = 40;
const LINES_OF_OTHERS = 80;

/**
 * What to read of a failed step's output: jest's report of each failed test, wherever among the logs of the tests
 * it stands, and of other programs the end.
 */
export function failures(output: string): string {
  const reports = jestReports(output.trimEnd().split("\n"));
  const kept =
    reports.length > 0
      ? reports.flatMap((report) => cut(report, LINES_OF_ONE))
      : output.trimEnd().split("\n").slice(-LINES_OF_OTHERS);
  return kept.map((line) => `    ${line}`.trimEnd()).join("\n");
}

/** jest begins each with a bullet, two spaces in, and ends them with the next file or its summary. */
function jestReports(lines: readonly string[]): readonly (readonly string[])[] {
  const reports: string[][] = [];
  let inside = false;
  for (const line of lines) {
    if (/^ {2}● /.test(line)) {
      inside = true;
      reports.push([]);
    } else if (/^(?:PASS|FAIL|Test Suites:|Summary of all|\{"level":)/.test(line)) inside = false;
    if (inside) reports.at(-1)?.push(line);
  }
  return reports;
}

function cut(lines: readonly string[], most: number): readonly string[] {
  return lines.length <= most
    ? lines
    : [...lines.slice(0, most), `  … ${lines.length - most} more lines in the log`];
}
