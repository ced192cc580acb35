import fc from "fast-check";
import {
  canonicalCpus,
  canonicalDuration,
  durationSeconds,
  formatMiB,
  goMemoryLimit,
  goProcessors,
  memoryMiB,
  parseDuration,
} from "../../../model/units";

describe("durations", () => {
  it.each([
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5s", 1_500],
    ["1m30s", 90_000],
    ["2h", 7_200_000],
    ["1h30m", 5_400_000],
    ["1h1m1s1ms", 3_661_001],
    ["0s", 0],
  ])("%s is %d ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(["", "5", "s", "5 s", "-5s", "1m1h", "5sec", "1e3s", "5S", "1s2s"])("refuses %p", (text) => {
    expect(() => parseDuration(text)).toThrow(
      new RangeError(`not a duration: "${text}" (write 500ms, 30s, 1m30s or 2h)`),
    );
  });

  // Second column: what Go's time.ParseDuration(...).String() prints (go 1.24).
  it.each([
    ["60s", "1m0s"],
    ["90s", "1m30s"],
    ["3600s", "1h0m0s"],
    ["1h30m", "1h30m0s"],
    ["1500ms", "1.5s"],
    ["90.5s", "1m30.5s"],
    ["999ms", "999ms"],
    ["1.001s", "1.001s"],
    ["0ms", "0s"],
    ["0.1h", "6m0s"],
    ["25h", "25h0m0s"],
  ])("%s reads back as %s", (text, canonical) => {
    expect(canonicalDuration(text)).toBe(canonical);
  });

  it.each(["0.5ms", "1.5ms", "1.0005s"])(
    "refuses %p: the engine's own resolution for probes is a millisecond",
    (text) => {
      expect(() => canonicalDuration(text)).toThrow(new RangeError(`finer than a millisecond: "${text}"`));
    },
  );

  it("keeps the length and is a fixed point, however whole milliseconds are written", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400_000_000 }),
        fc.constantFrom("ms", "s", "m", "h"),
        (ms, unit) => {
          const canonical = canonicalDuration(written(ms, unit));
          expect(goMilliseconds(canonical)).toBe(ms);
          expect(canonicalDuration(canonical)).toBe(canonical);
        },
      ),
    );
  });

  it("has Go's shape: descending units, minutes and seconds whenever there are hours", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 400_000_000 }), (ms) => {
        expect(canonicalDuration(`${ms}ms`)).toMatch(
          /^(\d+h[1-5]?\dm|[1-5]?\dm)?[1-5]?\d(\.\d{0,2}[1-9])?s$/,
        );
      }),
    );
  });

  it("counts whole seconds upwards, as Docker's stop timeouts want them", () => {
    expect([
      durationSeconds("1ms"),
      durationSeconds("1s"),
      durationSeconds("1.2s"),
      durationSeconds("1m0s"),
    ]).toEqual([1, 1, 2, 60]);
  });
});

/** `ms` in some unit, with as many decimals as it takes. */
function written(ms: number, unit: "ms" | "s" | "m" | "h"): string {
  return `${(ms / { ms: 1, s: 1e3, m: 6e4, h: 3.6e6 }[unit]).toFixed(12).replace(/\.?0+$/, "")}${unit}`;
}

/** A reader of Go's format of its own, to check ours against. */
function goMilliseconds(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3.6e6, m: 6e4, s: 1e3, ms: 1 };
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  expect(parts.map(([part]) => part).join("")).toBe(text);
  return (
    Math.round(
      parts.reduce((sum, [, value, unit]) => sum + Number(value) * (units[unit ?? ""] ?? NaN), 0) * 1e6,
    ) / 1e6
  );
}

describe("memory", () => {
  it.each([
    ["256MiB", 256],
    ["1GiB", 1024],
    ["1.5GiB", 1536],
    ["0.1GiB", 102],
  ])("%s is %d MiB", (text, mib) => {
    expect(memoryMiB(text)).toBe(mib);
  });

  it.each(["256MB", "1G", "256", "-1GiB", "", "0MiB", "0.2MiB"])("refuses %p", (text) => {
    expect(() => memoryMiB(text)).toThrow(RangeError);
  });

  it("is shown in the unit that people would use", () => {
    expect([formatMiB(64), formatMiB(1024), formatMiB(1536), formatMiB(10_000)]).toEqual([
      "64 MiB",
      "1 GiB",
      "1.5 GiB",
      "9.8 GiB",
    ]);
  });
});

it("writes CPUs as the provider reads them back", () => {
  const read = [0.5, 1, 1.25, 0.1, 12, 10, 1.5].map(canonicalCpus);
  expect(read).toEqual(["0.5", "1.0", "1.25", "0.1", "12.0", "10.", "1.5"]);
});

it("lets a Go program's collector work before its limit is met", () => {
  expect([goMemoryLimit(768), goMemoryLimit(1280)]).toEqual(["691MiB", "1152MiB"]);
});

test("a Go program runs on as many processors as its limit allows, and on one at the least", () => {
  expect([0.25, 1, 1.5, 2].map(goProcessors)).toEqual(["1", "1", "2", "2"]);
});
