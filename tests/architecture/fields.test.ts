import { declaredFields, readNames } from "../support/fields";
import { sources } from "../support/sources";

/** Declared with a service today, read by stacks that are still to come. An entry goes when somebody reads it. */
const AWAITED: Readonly<Record<string, string>> = {
  "DataVolumeSpec.method": "backups",
  "DataVolumeSpec.none": "backups",
  "VolumePlan.method": "backups",
  "VolumePlan.none": "backups",
  "DashboardQuery.panel": "tests that ask the running Prometheus",
};

const program = sources().filter(
  ({ path }) => !path.startsWith("tests/") && !/\.test\.ts$/.test(path) && !path.startsWith("services/"),
);
const read = new Set(program.flatMap((source) => [...readNames(source)]));
const contract = program.filter(
  ({ path }) => path === "model/service.ts" || path === "model/plan.ts" || path.startsWith("components/"),
);

it("reads every field that a spec, a plan or a component's arguments declare", () => {
  const unread = contract.flatMap(declaredFields).filter((field) => !read.has(field.split(".")[1] ?? ""));
  expect(unread.sort()).toEqual(Object.keys(AWAITED).sort());
});

describe("the search", () => {
  const source = (text: string): { path: string; text: string; lines: number } => ({
    path: "a.ts",
    text,
    lines: 1,
  });

  it("finds fields, also nested ones and those of unions", () => {
    expect(
      declaredFields(
        source(
          "export interface A { readonly b: string; c?: { readonly d: 1 } }\ntype E = { f: 1 } | { g: 2 };",
        ),
      ),
    ).toEqual(["A.b", "A.c", "A.d", "E.f", "E.g"]);
  });

  it("tells reading from writing", () => {
    expect(
      [...readNames(source('const { a, b: c } = x; y.d(); const z = { e: 1 }; if ("f" in z) {}'))].sort(),
    ).toEqual(["a", "b", "d", "f"]);
  });
});
