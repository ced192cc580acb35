import fc from "fast-check";
import { lineChart, niceTicks, timeText } from "../../../../cli/load-test/chart";

test("ticks are round, from 0 to the highest, and not too many", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-3, max: 1e7, noNaN: true }),
      fc.integer({ min: 2, max: 8 }),
      (highest, about) => {
        const ticks = niceTicks(highest, about);
        expect(ticks[0]).toBe(0);
        expect((ticks.at(-1) ?? 0) * (1 + 1e-6)).toBeGreaterThanOrEqual(highest);
        expect(ticks.length).toBeLessThanOrEqual(about + 2);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
        const step = (ticks[1] ?? 0).toExponential();
        expect(step).toMatch(/^[125]e/);
      },
    ),
  );
});

test.each([0, -1, NaN])("nothing to show, %d, still has an axis", (highest) => {
  expect(niceTicks(highest, 4)).toEqual([0, 1]);
});

const chart = (points: Parameters<typeof lineChart>[0]["series"][number]["points"]): string =>
  lineChart({ title: "T", unit: "ms", seconds: 10, series: [{ name: "a", style: "line-1", points }] });
const pathIn = (svg: string): string => /<path class="line line-1" d="([^"]*)"/.exec(svg)?.[1] ?? "none";

test("a line goes from the left to the right, and higher is further up", () => {
  const [first, last] = pathIn(
    chart([
      [0, 0],
      [10, 10],
    ]),
  ).split("L");
  expect([first, last]).toEqual(["M56 212", "748 12"]);
});

test("a gap is left open, and what stands alone is a dot", () => {
  const path = pathIn(chart([[0, 1], [1, 1], undefined, [3, 1], undefined, [5, 1], [6, 1]]));
  expect(path.match(/M/g)).toHaveLength(3);
  const [, alone = ""] = path.split("M").slice(1);
  const [from, to] = alone.split("L");
  expect(from).toBe(to);
});

test("every point is within the picture", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 40 }),
      (values) => {
        const seconds = 60;
        const svg = lineChart({
          ...{ title: "T", unit: "ms", seconds },
          series: [
            {
              name: "a",
              style: "line-1",
              points: values.map((value, index) => [(index * seconds) / values.length, value]),
            },
          ],
        });
        for (const [, x = "", y = ""] of pathIn(svg).matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)) {
          expect(Number(x)).toBeGreaterThanOrEqual(56);
          expect(Number(x)).toBeLessThanOrEqual(748);
          expect(Number(y)).toBeGreaterThanOrEqual(11.9);
          expect(Number(y)).toBeLessThanOrEqual(212.1);
        }
      },
    ),
  );
});

test.each([
  [0, "0 s"],
  [10, "10 s"],
  [90, "1.5 min"],
  [7200, "2 h"],
])("%d seconds are %s on the axis", (seconds, text) => {
  expect(timeText(seconds)).toBe(text);
});
