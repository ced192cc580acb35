import { BAR, barPaths, barsOf, groundPath } from "../../../../services/status-web/src/bars";
import { dayWords, durationWords, percentWords, timeWords } from "../../../../services/status-web/src/words";
import { day, NOW } from "./given";

describe("the bars of the days", () => {
  it.each([
    ["good", {}],
    ["some", { operational: 1430, down: 10 }],
    ["some", { operational: 1430, degraded: 10 }],
    ["bad", { operational: 1400, down: 40 }],
    ["maintenance", { operational: 0, maintenance: 1440 }],
    ["good", { operational: 1000, maintenance: 440 }],
  ] as const)("%s: %j", (kind, minutes) => {
    expect(barsOf([day(1, minutes)], 90, NOW)).toEqual([{ index: 88, kind, measured: 1 }]);
  });

  it("are as high as the day was measured; of today nothing is missing yet", () => {
    expect(barsOf([day(1, { operational: 360 }), day(0)], 90, NOW).map(({ measured }) => measured)).toEqual([
      0.25, 1,
    ]);
    expect(barsOf([day(0, { operational: 360, unknown: 360 })], 90, NOW)[0]?.measured).toBe(0.5);
  });

  it("leave out days without a measurement, too old ones and those to come", () => {
    expect(barsOf([day(1, { operational: 0, unknown: 1440 }), day(90), day(-1)], 90, NOW)).toEqual([]);
  });

  it("are one path a colour", () => {
    const paths = barPaths(barsOf([day(89), day(1, { down: 700 }), day(0)], 90, NOW));
    expect(paths).toEqual([
      { kind: "good", d: `M0 0h3v28h-3zM${89 * BAR.step} 0h3v28h-3z` },
      { kind: "bad", d: `M${88 * BAR.step} 0h3v28h-3z` },
    ]);
    expect(groundPath(90).match(/M/g)).toHaveLength(90);
  });
});

it.each([
  [null, "not measured"],
  [1, "100 %"],
  [0.999999, "99.99 %"],
  [0.5, "50.00 %"],
  [0, "0.00 %"],
])("%p is %s: nothing is rounded up", (ratio, words) => expect(percentWords(ratio)).toBe(words));

it.each([
  [10_000, "less than a minute"],
  [60_000, "1 min"],
  [3_900_000, "1 h 5 min"],
  [86_400_000 + 60_000, "1 d 1 min"],
  [200_000_000, "2 d 7 h"],
])("%d ms is %s", (ms, words) => expect(durationWords(ms)).toBe(words));

it("tells a day and a time", () => {
  expect(dayWords(day(1))).toBe("");
  expect(dayWords(day(1, { down: 75, unknown: 3 }))).toBe("1 h 15 min down, 3 min not measured");
  expect(timeWords("2026-12-03T04:05:00Z")).toBe("3 Dec 2026, 04:05 UTC");
});
