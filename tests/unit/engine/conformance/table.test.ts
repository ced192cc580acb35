import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CASES } from "../../../../engine/conformance/cases";
import { unspoken, type Recording } from "../../../../engine/conformance/record";
import { objectName, resourcesOf, type Case, type Resources } from "../../../../engine/conformance/spec";

const recorded = JSON.parse(
  readFileSync(join(__dirname, "../../../../engine/conformance/official.json"), "utf8"),
) as Recording;
const steps = (one: Case): Resources[] => [resourcesOf(one, 1), resourcesOf(one, 2)];
const texts = (value: unknown): string[] =>
  typeof value === "string"
    ? [value]
    : typeof value === "object" && value !== null
      ? Object.values(value).flatMap(texts)
      : [];

describe("the table", () => {
  it("names each case once", () => {
    const names = CASES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
  });

  it("is recorded in full, and nothing else is", () => {
    expect(Object.keys(recorded.cases).sort()).toEqual(CASES.map(({ name }) => name).sort());
  });

  it("has in its recording every phrase it promises", () => {
    expect(unspoken(CASES, recorded.cases)).toEqual([]);
  });

  it("looks only at resources that a case has", () => {
    for (const one of CASES) {
      const known = new Set(steps(one).flatMap((resources) => Object.keys(resources)));
      const named = [one.look, one.outputs, one.says].flatMap((facts) => Object.keys(facts ?? {}));
      expect([one.name, [...named, ...(one.ends ?? [])].filter((name) => !known.has(name))]).toEqual([
        one.name,
        [],
      ]);
    }
  });

  it("keeps to its own subnets", () => {
    const addresses = CASES.flatMap((one) => texts([one.one, one.two, one.given])).filter((text) =>
      /\/\d+$/.test(text),
    );
    const subnets = addresses.filter((text) => /^\d+\.\d+\.\d+\.\d+\/\d+$/.test(text));
    expect(subnets.length).toBeGreaterThan(20);
    expect(subnets.filter((subnet) => !subnet.startsWith("10.213."))).toEqual([]);
  });

  it("gives no subnet and no published port to two cases", () => {
    const owners = new Map<string, string>();
    for (const one of CASES) {
      const mine = new Set([
        ...steps(one).flatMap((resources) => claims(resources)),
        ...(one.given ?? []).flatMap((given) => claims({ given })),
      ]);
      for (const claim of mine) {
        expect([claim, owners.get(claim) ?? one.name]).toEqual([claim, one.name]);
        owners.set(claim, one.name);
      }
    }
    expect([...owners.keys()].filter((claim) => claim.startsWith("port")).length).toBeGreaterThan(5);
    expect([...owners.keys()].filter((claim) => /^port (?!29\d{3}$)/.test(claim))).toEqual([]);
  });

  it("leaves room in the names for what the provider adds", () => {
    const names = CASES.flatMap((one) =>
      steps(one).flatMap((all) => Object.keys(all).map((name) => objectName(one.name, name))),
    );
    expect(names.filter((name) => name.length > 60)).toEqual([]);
  });
});

/** Subnets and ports of the host that some resources take. */
function claims(value: unknown): string[] {
  if (typeof value !== "object" || value === null) {
    return [];
  }
  const own = Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    key === "subnet"
      ? [`subnet ${String(item)}`]
      : (key === "external" || key === "port") && item !== undefined
        ? [`port ${String(item)}`]
        : [],
  );
  return [...own, ...Object.values(value).flatMap(claims)];
}
