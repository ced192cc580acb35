export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Steps that must have run before. */
  readonly needs: readonly string[];
  /** When this step fails, what needs it cannot run. */
  readonly blocks?: boolean;
  /** Not part of the default run. */
  readonly long?: boolean;
  /** Ended when it takes longer, in minutes.  @default 35 */
  readonly limit?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Reads the numbers off the step's output. @default the exit code is one check */
  readonly count?: (output: string, code: number) => Counts;
}

const tsx = (file: string, ...args: readonly string[]): readonly [string, ...string[]] => [
  "node",
  "--import",
  "tsx",
  file,
  ...args,
];
const npx = (...args: readonly string[]): readonly [string, ...string[]] => ["npx", "--no-install", ...args];

const endToEnd = (path: string): readonly [string, ...string[]] =>
  npx("jest", "--ci", "--config", "jest.engine.config.cjs", "--runInBand", path);

/** Slow builds first, beside the quick checks. */
export const steps: readonly Step[] = [
  { name: "docker", command: tsx("tests/ensure-docker.ts"), needs: [], blocks: true },
  { name: "engine", command: tsx("tests/ensure-engine.ts"), needs: [], blocks: true },
  { name: "types", command: npx("tsc", "--noEmit"), needs: [] },
  { name: "lint", command: npx("eslint", "--max-warnings", "0", "."), needs: [] },
  { name: "format", command: npx("prettier", "--check", "--log-level", "warn", "."), needs: [] },
  { name: "unit", command: npx("jest", "--ci"), needs: [], count: jestCounts },
  { name: "toolbox", command: ["go", "test", "-C", "services/toolbox", "./..."], needs: [] },
  { name: "images", command: tsx("cli/main.ts", "images", "build"), needs: ["docker"], blocks: true },
  {
    name: "configs",
    command: npx("jest", "--ci", "--config", "jest.engine.config.cjs", "tests/config"),
    needs: ["images"],
    count: jestCounts,
  },
  {
    name: "services",
    command: npx("jest", "--ci", "--config", "jest.engine.config.cjs", "tests/services"),
    needs: ["images"],
    count: jestCounts,
  },
  {
    name: "conformance",
    command: tsx("engine/conformance/run.ts", "--stand-ins", "--path", ".trade2026/engine/pulumi-3.259.0"),
    needs: ["engine", "docker"],
  },
  {
    name: "gpu",
    command: tsx("tests/gpu/unstarted.ts"),
    needs: ["engine", "images", "configs"],
    count: tally,
  },
  // What every API's document says, held against what its service answers: a few cases for each operation.
  { name: "fuzz", command: tsx("tests/fuzz/run.ts"), needs: ["images"], count: tally },
  // Last, and with the machine to itself: what is measured in it is how the platform behaves, not how busy we are.
  {
    name: "e2e",
    command: endToEnd("tests/e2e"),
    needs: ["engine", "images", "configs", "services", "conformance", "gpu", "fuzz", "unit"],
    // half an hour with the machine to itself
    limit: 60,
    count: jestCounts,
  },
  // A hundred containers of the order's path die, some for longer than the bus recognises a message, and trading is
  // stopped twenty times in a flood of orders, and five thousand browsers listen: more than an hour.
  {
    name: "kills",
    command: endToEnd("tests/e2e/02-trading"),
    needs: ["engine", "images"],
    env: { E2E_KILLS: "100", E2E_STOPS: "20", E2E_SOCKETS: "5000" },
    limit: 120,
    long: true,
    count: jestCounts,
  },
  // Every fault that can be made on a platform, and half an hour of ordinary trading that must wake nobody.
  {
    name: "watching",
    command: endToEnd("tests/e2e/02-watching"),
    needs: ["engine", "images"],
    env: { E2E_FAULTS: "all", E2E_QUIET_MINUTES: "30" },
    limit: 120,
    long: true,
    count: jestCounts,
  },
  // Hundreds of cases for each operation.
  {
    name: "fuzz-long",
    command: tsx("tests/fuzz/run.ts", "--long"),
    needs: ["images"],
    limit: 180,
    long: true,
    count: tally,
  },
  // Measures; fails only when a command does. Wants a quiet machine.
  { name: "bench", command: tsx("tests/bench/run.ts"), needs: ["engine", "images"], long: true },
];

/** The last line of our own scripts: `N passed, N failed`. */
function tally(output: string): Counts {
  const [, passed = "0", failed = "0"] = /^(\d+) passed, (\d+) failed$/m.exec(output) ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}

function jestCounts(output: string): Counts {
  const line = /^Tests:\s+(.*)$/m.exec(output)?.[1] ?? "";
  const number = (word: string): number => Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
  const suites = /^Test Suites:\s+.*?(\d+) failed/m.exec(output)?.[1];
  return { passed: number("passed"), failed: Math.max(number("failed"), Number(suites ?? 0)) };
}
