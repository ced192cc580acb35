import { sources } from "../support/sources";

const all = sources().filter(({ path }) => !path.startsWith("docs/generated/"));
const isTest = (path: string): boolean => path.startsWith("tests/") || /\.test\.ts$/.test(path);

it("has no file over 450 lines", () => {
  expect(all.filter(({ lines }) => lines > 450).map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
});

it("has nine files of ten within 300 lines", () => {
  const lines = all
    .filter(({ path }) => !isTest(path))
    .map((source) => source.lines)
    .sort((a, b) => a - b);
  const percentile = (share: number): number => lines[Math.floor(share * (lines.length - 1))] ?? 0;
  const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
  const tests = sum(all.filter(({ path }) => isTest(path)).map((source) => source.lines));
  process.stdout.write(
    `\nSize: ${lines.length} files, median ${percentile(0.5)}, p90 ${percentile(0.9)}, largest ${percentile(1)} lines; ${(tests / sum(lines)).toFixed(2)} lines of tests for each\n`,
  );
  expect(percentile(0.9)).toBeLessThanOrEqual(300);
});
