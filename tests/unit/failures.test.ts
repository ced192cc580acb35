import { failures } from "../failures";

describe("what a failed step's end says", () => {
  it("is jest's report of each failed test, not the logs around it", () => {
    const output = [
      '{"level":"error","msg":"noise"}',
      "FAIL services tests/services/nats.test.ts",
      "  ✓ starts (3 ms)",
      "  ✕ stops (5 ms)",
      "",
      "  ● stops",
      "",
      "    expected 1",
      '{"level":"error","msg":"noise"}',
      "PASS services tests/services/opa.test.ts",
      "  ✓ answers (3 ms)",
      "FAIL services tests/services/risk.test.ts",
      "  ● Test suite failed to run",
      "    cannot find module",
      "",
      "Test Suites: 2 failed, 1 passed, 3 total",
    ].join("\n");
    expect(failures(output).split("\n")).toEqual([
      "      ● stops",
      "",
      "        expected 1",
      "      ● Test suite failed to run",
      "        cannot find module",
      "",
    ]);
  });

  it("cuts a long one, and says so", () => {
    const output = ["  ● compares", ...Array.from({ length: 100 }, (_, line) => `    - ${line}`)].join("\n");
    const lines = failures(output).split("\n");
    expect(lines).toHaveLength(41);
    expect(lines.at(-1)).toBe("      … 61 more lines in the log");
  });

  it("is the end of what another program says", () => {
    const lines = Array.from({ length: 90 }, (_, line) => `line ${line}`);
    expect(failures(`${lines.join("\n")}\n`).split("\n")).toEqual(
      lines.slice(10).map((line) => `    ${line}`),
    );
  });
});
