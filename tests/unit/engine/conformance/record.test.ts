import {
  compare,
  describe as describeAll,
  unspoken,
  type CaseRecord,
} from "../../../../engine/conformance/record";
import { idle, type Case } from "../../../../engine/conformance/spec";

const one: Case = { name: "a", why: "", one: { c: idle() }, says: { c: "in use" } };
const differing = (want: CaseRecord, have: CaseRecord): string[] =>
  compare([one], { a: want }, { a: have }).map(({ at, expected, got }) => `${at}: ${expected} | ${got}`);

describe("compare", () => {
  it("finds nothing between equal records", () => {
    const record: CaseRecord = { verdicts: { again: { c: "update: cpus" } }, ids: { changed: { c: "new" } } };
    expect(differing(record, record)).toEqual([]);
  });

  it("treats a verdict that is left out as `same`", () => {
    const phantom: CaseRecord = { verdicts: { again: { c: "replace delete-first: cpus" } } };
    expect(differing(phantom, { verdicts: {} })).toEqual([
      'verdicts · again · c: "replace delete-first: cpus" | "same"',
    ]);
    expect(differing({ verdicts: {} }, phantom)).toEqual([
      'verdicts · again · c: "same" | "replace delete-first: cpus"',
    ]);
  });

  it("holds an update without names to the operation alone, but nothing else", () => {
    expect(
      differing({ verdicts: { change: { c: "update: memory" } } }, { verdicts: { change: { c: "update" } } }),
    ).toEqual([]);
    expect(
      differing({ verdicts: { change: { c: "update" } } }, { verdicts: { change: { c: "update: memory" } } }),
    ).toHaveLength(1);
    expect(
      differing(
        { verdicts: { change: { c: "update: memory" } } },
        { verdicts: { change: { c: "update: cpus" } } },
      ),
    ).toHaveLength(1);
  });

  it("points at the fact that differs", () => {
    const looks = (memory: number): CaseRecord => ({
      verdicts: {},
      looks: { changed: { c: { "HostConfig.Memory": memory, "HostConfig.Init": null } } },
    });
    expect(differing(looks(1), looks(2))).toEqual(["looks · changed · c · HostConfig.Memory: 1 | 2"]);
    expect(differing(looks(1), { verdicts: {} })).toEqual([
      "looks · changed · c · HostConfig.Memory: 1 | nothing",
      "looks · changed · c · HostConfig.Init: null | nothing",
    ]);
  });

  it("compares ids and exit codes", () => {
    expect(differing({ verdicts: {}, ended: { c: 0 } }, { verdicts: {}, ended: { c: 137 } })).toEqual([
      "ended · c: 0 | 137",
    ]);
    expect(differing({ verdicts: {} }, { verdicts: {}, ids: { changed: { c: "new" } } })).toEqual([
      'ids · changed · c: nothing | "new"',
    ]);
  });

  it("asks of an error only the phrase of the table", () => {
    const errors = (c: string): CaseRecord => ({
      verdicts: { created: { c: "create failed" } },
      errors: { created: { c } },
    });
    expect(differing(errors("Conflict: in use by x"), errors("it is in use"))).toEqual([]);
    expect(differing(errors("Conflict: in use by x"), errors("no"))).toEqual([
      "errors · created · c: … in use … | no",
    ]);
  });

  it("says when a case was not run or never recorded", () => {
    expect(compare([one], {}, { a: { verdicts: {} } })).toHaveLength(1);
    expect(compare([one], { a: { verdicts: {} } }, {})).toHaveLength(1);
    expect(compare([], { a: { verdicts: {} } }, {})).toHaveLength(0);
  });
});

it("names the errors in which the table's phrase is missing", () => {
  expect(unspoken([one], { a: { verdicts: {}, errors: { created: { c: "is in use" } } } })).toEqual([]);
  expect(unspoken([one], { a: { verdicts: {} } })).toEqual(['a · c: "in use"']);
});

it("prints the case once over its differences", () => {
  const text = describeAll([
    { case: "a", at: "x", expected: "1", got: "2" },
    { case: "a", at: "y", expected: "3", got: "4" },
  ]);
  expect(text.match(/^a$/gm)).toHaveLength(1);
  expect(text).toContain("expected 3");
});
