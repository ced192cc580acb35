import type { Case } from "../spec";
import { password } from "../spec";

export const randomCases: readonly Case[] = [
  {
    name: "password",
    why: "result and hash are secret, and stable",
    one: { p: password({ length: 32, special: false }) },
    outputs: { p: ["result", "bcryptHash", "length", "special", "lower", "minLower", "numeric", "number"] },
  },
  {
    name: "password-special",
    why: "special characters, from a list",
    one: {
      p: password({
        length: 32,
        overrideSpecial: "-_",
        minSpecial: 2,
        minNumeric: 2,
        minUpper: 2,
        minLower: 2,
      }),
    },
    outputs: { p: ["result"] },
  },
  {
    name: "password-length-changed",
    why: "another length replaces",
    one: { p: password({ length: 24, special: false }) },
    two: { p: password({ length: 32, special: false }) },
    outputs: { p: ["result"] },
  },
  {
    name: "password-special-changed",
    why: "another alphabet replaces",
    one: { p: password({ length: 24, special: false }) },
    two: { p: password({ length: 24, special: true, overrideSpecial: "-_" }) },
  },
  {
    name: "password-keepers-changed",
    why: "another keeper replaces",
    one: { p: password({ length: 24, keepers: { revision: "1" } }) },
    two: { p: password({ length: 24, keepers: { revision: "2" } }) },
  },
  {
    name: "password-keepers-added",
    why: "a first keeper",
    one: { p: password({ length: 24 }) },
    two: { p: password({ length: 24, keepers: { revision: "1" } }) },
  },
  {
    name: "bytes",
    why: "another length replaces",
    one: { b: { kind: "bytes", args: { length: 32 } } },
    two: { b: { kind: "bytes", args: { length: 16 } } },
    outputs: { b: ["base64", "hex"] },
  },
];
