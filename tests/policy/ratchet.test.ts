import type { ContainerScore, StackScore } from "../../model/hardening";
import { percent, recordOf, stale, table, worse } from "./ratchet";

const container = (name: string, passes: number, more: Partial<ContainerScore> = {}): ContainerScore => ({
  name,
  role: "service",
  passes,
  applicable: 10,
  findings: [],
  ...more,
});
const score = (...containers: ContainerScore[]): StackScore => ({
  passes: containers.reduce((sum, { passes }) => sum + passes, 0),
  applicable: containers.reduce((sum, { applicable }) => sum + applicable, 0),
  containers,
  problems: [],
});
const before = recordOf(score(container("b", 9), container("a", 8)));

it("records every container, by name, and the total", () => {
  expect(before).toEqual({ total: "17/20", containers: { a: "8/10", b: "9/10" } });
  expect(percent(score(container("b", 9), container("a", 8)))).toBe("17/20 (85.0 %)");
});

describe("worse", () => {
  it("is a container that falls, even if another rises", () => {
    expect(worse(score(container("a", 7), container("b", 10)), before)).toEqual(["a has 7/10, it had 8/10"]);
  });

  it("is judged by the share: a control that no longer applies is no loss", () => {
    expect(worse(score(container("a", 8, { applicable: 9 }), container("b", 9)), before)).toEqual([]);
    expect(worse(score(container("a", 8, { applicable: 11 }), container("b", 9)), before)).toEqual([
      "a has 8/11, it had 8/10",
    ]);
  });

  it("is a new container below everything of its role", () => {
    const grown = (passes: number): readonly string[] =>
      worse(score(container("a", 8), container("b", 9), container("c", passes)), before);
    expect(grown(8)).toEqual([]);
    expect(grown(7)).toEqual(["c is new and has 7/10, less than any service before"]);
  });

  it("is nothing for the first of its role, for one that is gone, and without a record", () => {
    expect(worse(score(container("a", 8), container("c", 1, { role: "job" })), before)).toEqual([]);
    expect(worse(score(container("a", 1)), undefined)).toEqual([]);
  });
});

it("names records that are not as it is: better, new, gone", () => {
  expect(stale(score(container("a", 9), container("c", 9)), before)).toEqual(["a", "b", "c"]);
  expect(stale(score(container("a", 8), container("b", 9)), before)).toEqual([]);
});

it("prints one line a container, services first", () => {
  const waiver = { control: "D5", reason: "a test of the table", expires: "2027-01-01" };
  const failed = [
    { control: "D5", outcome: "fail", evidence: "", waiver },
    { control: "D9", outcome: "fail", evidence: "" },
    { control: "D1", outcome: "pass", evidence: "" },
  ] as const;
  expect(
    table(score(container("writer", 10, { role: "writer" }), container("a", 8, { findings: failed }))),
  ).toBe(`  a       service  8/10  (D5 until 2027-01-01) D9\n  writer  writer   10/10  `);
});
