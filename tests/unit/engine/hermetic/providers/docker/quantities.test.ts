import * as fc from "fast-check";
import {
  formatDuration,
  parseDuration,
} from "../../../../../../engine/hermetic/providers/docker/container/durations";
import {
  formatCpus,
  parseCpus,
  parseGpus,
} from "../../../../../../engine/hermetic/providers/docker/container/quantities";

describe("durations", () => {
  it.each([
    ["60s", 60e9, "1m0s"],
    ["90s", 90e9, "1m30s"],
    ["1.5h", 5400e9, "1h30m0s"],
    ["500ms", 5e8, "500ms"],
    ["0s", 0, "0s"],
    ["0", 0, "0s"],
    ["1h", 3600e9, "1h0m0s"],
    ["2µs", 2000, "2µs"],
    ["1500ms", 1.5e9, "1.5s"],
  ])("%s is %d ns and prints as %s", (text, nanoseconds, printed) => {
    expect(parseDuration(text)).toBe(nanoseconds);
    expect(formatDuration(nanoseconds)).toBe(printed);
  });

  it.each(["", "5", "s", "1x", "1 s", "soon"])("%j is none", (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  it("what is printed reads as the same", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 }), (n) => expect(parseDuration(formatDuration(n))).toBe(n)),
    );
  });
});

describe("cpus", () => {
  it.each([
    ["0.5", 5e8, "0.5"],
    ["0.50", 5e8, "0.5"],
    ["1", 1e9, "1.0"],
    ["2", 2e9, "2.0"],
    ["1.5", 1.5e9, "1.5"],
    ["0.25", 2.5e8, "0.25"],
    ["0.05", 5e7, "0.1"],
    ["0.01", 1e7, "0.0"],
    ["10", 1e10, "10."],
    [".5", 5e8, "0.5"],
  ])("%s is %d billionths, and the plugin reads it back as %s", (text, nano, printed) => {
    expect(parseCpus(text)).toBe(nano);
    expect(formatCpus(nano)).toBe(printed);
  });
  it.each(["", "x", "-1", "0.0000000001"])("%j is refused", (text) =>
    expect(() => parseCpus(text)).toThrow("Error setting cpus"),
  );
});

describe("gpus", () => {
  it("takes all", () => expect(parseGpus("all")).toMatchObject([{ Count: -1, Capabilities: [["gpu"]] }]));
  it("loses all devices but the first, as the official plugin does", () =>
    expect(parseGpus("device=0,1")).toMatchObject([{ DeviceIDs: ["0"], Count: 1 }]));
});
