import type { Waiver } from "../../../../model/service";
import type { Plan } from "../../../../model/plan";
import { failures, platform, scoreOf, TODAY } from "./sample";

/** The sample with a writable root, and waivers for it. */
const writable = (...waivers: Waiver[]): ReturnType<typeof scoreOf> => {
  const waived: Plan = {
    ...platform,
    containers: platform.containers.map((one) => (one.name === "store" ? { ...one, waivers } : one)),
  };
  return scoreOf(waived, {
    view: (view, name) => (name === "store" ? { ...view, readOnlyRoot: false } : view),
  });
};
const waiver: Waiver = {
  control: "D5",
  reason: "the program rewrites its own configuration",
  expires: "2027-06-30",
};

describe("a failing hard control", () => {
  it("is a problem as long as nobody waives it", () => {
    expect(writable().problems).toEqual([
      {
        path: "store: D5",
        what: "the root is writable",
        allowed: "read-only root, named and bounded tmpfs",
        fix: "mend it, or give its spec a waiver with a reason and an expiry",
      },
    ]);
  });

  it("is none with a waiver, and stays a failure in the score", () => {
    const [waived, unwaived] = [writable(waiver), writable()];
    expect(waived.problems).toEqual([]);
    expect(failures(waived, "store")).toEqual(["D5", "D9", "D11", "D28"]);
    expect([waived.passes, waived.applicable]).toEqual([unwaived.passes, unwaived.applicable]);
    expect(
      waived.containers
        .find(({ name }) => name === "store")
        ?.findings.find(({ control }) => control === "D5"),
    ).toEqual({
      control: "D5",
      outcome: "fail",
      evidence: "the root is writable",
      waiver,
    });
  });
});

describe("a waiver", () => {
  it.each<[string, Partial<Waiver>, string]>([
    ["is good until its last day", { expires: TODAY }, ""],
    ["expires", { expires: "2026-05-31" }, "has expired"],
    ["has an ISO date", { expires: "next year" }, "has no ISO date as its expiry"],
    ["has a reason", { reason: "" }, "has no reason"],
    ["has a reason that says something", { reason: "needed" }, "has no reason"],
    ["names a control", { control: "D30" }, "waives no control"],
    ["is needed", { control: "D6" }, "is not needed: 1000:1000"],
  ])("%s", (_, change, expected) => {
    const problems = writable({ ...waiver, ...change }).problems.filter(({ path }) =>
      path.startsWith("store: waiver"),
    );
    expect(problems.map(({ what }) => what).join()).toBe(expected);
  });

  it("can stand for several workloads at once", () => {
    const score = scoreOf(platform, {
      view: (view, name) => (name === "store" ? { ...view, readOnlyRoot: false } : view),
      waivers: ({ name }) => (name === "store" ? [waiver] : []),
    });
    expect(score.problems).toEqual([]);
  });
});

it("adds up: passes of what applies, container by container", () => {
  const score = scoreOf(platform);
  expect(
    score.containers.map(({ name, role, passes, applicable }) => [name, role, passes, applicable]),
  ).toEqual([
    ["store-data-owner", "job", 24, 27],
    ["toolbox", "job", 25, 27],
    ["store", "service", 25, 28],
  ]);
  expect([score.passes, score.applicable]).toEqual([74, 82]);
});

it("misses a container that is planned and not there", () => {
  const views = new Map<string, never>();
  expect(scoreOf(platform, { views }).problems.map(({ path, what }) => `${path} ${what}`)).toEqual([
    "store-data-owner is planned, and there is no such container",
    "toolbox is planned, and there is no such container",
    "store is planned, and there is no such container",
  ]);
});
