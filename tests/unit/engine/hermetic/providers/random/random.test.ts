import * as fc from "fast-check";
import { bcrypt } from "../../../../../../engine/hermetic/providers/random/bcrypt";
import { bytesType } from "../../../../../../engine/hermetic/providers/random/bytes";
import { generatePassword, passwordType } from "../../../../../../engine/hermetic/providers/random/password";
import { Secret } from "../../../../../../engine/hermetic/providers/protocol/values";
import type { ValueMap } from "../../../../../../engine/hermetic/providers/protocol/values";

const check = (inputs: ValueMap) =>
  passwordType.check({ name: "p", oldInputs: {}, inputs, seed: new Uint8Array() });
const timing = { signal: new AbortController().signal, status: () => undefined };

describe("bcrypt", () => {
  const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const salt = (text: string): Buffer => {
    const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(6, "0")).join("");
    return Buffer.from(
      Array.from({ length: 16 }, (_, index) => parseInt(bits.slice(index * 8, index * 8 + 8), 2)),
    );
  };
  // The first is a published vector; the others come from libxcrypt.
  it.each([
    ["", 6, "DCq7YPn5Rq63x1Lad4cll.", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."],
    [
      "pässwörd-" + "x".repeat(80),
      10,
      "N9qo8uLOickgx2ZMRZoMye",
      "$2a$10$N9qo8uLOickgx2ZMRZoMyeI3SMxWxW5x/DLsNo3SxLpP9ue/mlO9S",
    ],
  ])("of %j", async (password, cost, text, hash) =>
    expect(await bcrypt(password, salt(text), cost)).toBe(hash),
  );
});

describe("a password", () => {
  it("has its length, its minimums and no other characters", () => {
    const kinds = fc.record({
      lower: fc.nat(4),
      upper: fc.nat(4),
      numeric: fc.nat(4),
      special: fc.nat(4),
      more: fc.nat(40),
    });
    fc.assert(
      fc.property(kinds, ({ lower, upper, numeric, special, more }) => {
        const length = lower + upper + numeric + special + more;
        const text = generatePassword({
          length,
          minLower: lower,
          minUpper: upper,
          minNumeric: numeric,
          minSpecial: special,
          overrideSpecial: "_-",
        });
        const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/);
        expect(text).toHaveLength(length);
        expect(count(/[a-z]/g)).toBeGreaterThanOrEqual(lower);
        expect(count(/[A-Z]/g)).toBeGreaterThanOrEqual(upper);
        expect(count(/[0-9]/g)).toBeGreaterThanOrEqual(numeric);
        expect(count(/[_-]/g)).toBeGreaterThanOrEqual(special);
      }),
    );
  });
  it("is refused when its minimums do not fit", async () =>
    expect((await check({ length: 4, minLower: 5 })).problems).toHaveLength(1));
  it("needs one kind of character", () =>
    expect(() =>
      generatePassword({ length: 4, lower: false, upper: false, numeric: false, special: false }),
    ).toThrow("empty"));
  it("keeps only what was given in its inputs", async () =>
    expect((await check({ length: 8, keepers: { a: "1" } })).inputs).toEqual({
      length: 8,
      keepers: { a: "1" },
    }));

  it("and its hash are secret", async () => {
    const { state, id } = await passwordType.create(undefined, { length: 8, special: false }, timing);
    expect(id).toBe("none");
    expect([state["result"], state["bcryptHash"]].every((value) => value instanceof Secret)).toBe(true);
    expect(state).toMatchObject({
      length: 8,
      special: false,
      lower: true,
      numeric: true,
      number: true,
      minLower: 0,
    });
  });

  it("notes the form of its state as the official plugin does, which else makes another hash in a refresh", async () => {
    const noted = { __meta: '{"schema_version":"3"}' };
    const { state } = await passwordType.create(undefined, { length: 8 }, timing);
    expect(state).toMatchObject(noted);
    const { __meta: _, ...older } = state;
    expect((await passwordType.read(undefined, "none", older, {}))?.state).toMatchObject(noted);
  });

  it.each([
    [{ length: 8 }, { length: 8 }, []],
    [{ length: 8 }, { length: 9 }, ["length"]],
    [{ length: 8 }, { length: 8, lower: true }, []],
    [{ length: 8, keepers: { a: "1" } }, { length: 8, keepers: { a: "2" } }, ["keepers.a"]],
    [{ length: 8 }, { length: 8, special: false }, ["special"]],
  ])("%j to %j replaces for %j, making the new one first", async (before, after, paths) => {
    const { state } = await passwordType.create(undefined, before as ValueMap, timing);
    const diff = await passwordType.diff({ state, oldInputs: {}, inputs: after as ValueMap });
    expect(diff.deleteBeforeReplace).toBe(false);
    expect(diff.changes.map(({ path, replace }) => (replace ? path : "in place"))).toEqual(paths);
  });
});

describe("random bytes", () => {
  it("have their value as id", async () => {
    const { id, state } = await bytesType.create(undefined, { length: 32 }, timing);
    expect(Buffer.from(id, "base64")).toHaveLength(32);
    expect((state["base64"] as Secret).value).toBe(id);
  });
});
