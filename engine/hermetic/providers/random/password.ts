import { randomBytes, randomInt } from "node:crypto";
import type { Checked, ResourceType } from "../protocol/provider";
import { DEFAULTS_KEY, Secret, UNKNOWN, containsUnknown, flag, int, text } from "../protocol/values";
import type { Value, ValueMap } from "../protocol/values";
import { checkInputs } from "../schema/check";
import { diffFields } from "../schema/diff";
import { bool, int as whole, map, replacing, str } from "../schema/fields";
import type { Fields } from "../schema/fields";
import { bcrypt } from "./bcrypt";

const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
const SECRETS = ["result", "bcryptHash"] as const;
/**
 * What the official plugin notes of the form of a state. Without it a refresh there takes the state for one of its
 * first version, and brings it up to date with another hash of the same password.
 */
const FORM = { __meta: JSON.stringify({ schema_version: "3" }) };

const settings: Fields = replacing({
  length: whole({ required: true, min: 1 }),
  lower: bool({ default: true, computed: true }),
  upper: bool({ default: true, computed: true }),
  numeric: bool({ default: true, computed: true }),
  number: bool({ default: true, computed: true }),
  special: bool({ default: true, computed: true }),
  minLower: whole({ default: 0, computed: true, min: 0 }),
  minUpper: whole({ default: 0, computed: true, min: 0 }),
  minNumeric: whole({ default: 0, computed: true, min: 0 }),
  minSpecial: whole({ default: 0, computed: true, min: 0 }),
  overrideSpecial: str(),
  keepers: map(),
});

/** random:index/randomPassword:RandomPassword */
export const passwordType: ResourceType<void> = {
  token: "random:index/randomPassword:RandomPassword",
  check: (args) => checkPassword(checkInputs(settings, args)),
  diff: ({ state, inputs }) => ({
    changes: diffFields(settings, state, asWanted(inputs)),
    deleteBeforeReplace: false,
  }),
  planCreate: (inputs) => ({
    ...asWanted(inputs),
    result: new Secret(UNKNOWN),
    bcryptHash: new Secret(UNKNOWN),
  }),
  planUpdate: ({ state }) => secretAgain(state),
  create: async (_context, inputs) => {
    const wanted = asWanted(inputs);
    const result = generatePassword(wanted);
    const bcryptHash = await bcrypt(result, randomBytes(16));
    return {
      id: "none",
      state: { ...wanted, ...FORM, result: new Secret(result), bcryptHash: new Secret(bcryptHash) },
    };
  },
  read: (_context, _id, state, inputs) =>
    Promise.resolve({ state: secretAgain({ ...FORM, ...state }), inputs }),
  update: (_context, _id, { state }) => Promise.resolve(secretAgain(state)),
  remove: () => Promise.resolve(),
};

/** All settings with their defaults; `numeric` and its older name `number` mirror each other. */
function asWanted(inputs: ValueMap): ValueMap {
  const out: Record<string, Value> = {};
  for (const [name, field] of Object.entries(settings)) {
    const value = inputs[name] ?? ("default" in field ? field.default : undefined);
    if (value !== undefined) out[name] = value;
  }
  const numeric = inputs["numeric"] ?? inputs["number"] ?? true;
  return { ...out, numeric, number: numeric };
}

function checkPassword(checked: Checked): Checked {
  // This plugin, unlike docker's, does not write defaults into the inputs.
  const defaults = checked.inputs[DEFAULTS_KEY];
  const filled = new Set(Array.isArray(defaults) ? (defaults as readonly Value[]) : []);
  const inputs: Record<string, Value | undefined> = {};
  for (const [name, value] of Object.entries(checked.inputs)) {
    if (name !== DEFAULTS_KEY && !filled.has(name)) inputs[name] = withoutMarks(value);
  }
  if (containsUnknown(inputs)) return { inputs, problems: checked.problems };
  const sum = ["minLower", "minUpper", "minNumeric", "minSpecial"].reduce(
    (total, name) => total + (int(inputs, name) ?? 0),
    0,
  );
  const length = int(inputs, "length") ?? 0;
  if (sum <= length) return { inputs, problems: checked.problems };
  const rule = "must be at least sum of min_upper + min_lower + min_numeric + min_special";
  const reason = `"length": Attribute length value ${rule}, got: ${String(length)}`;
  return { inputs, problems: [...checked.problems, { property: "length", reason }] };
}

const withoutMarks = (value: Value | undefined): Value | undefined => {
  if (typeof value !== "object" || value === null || value === UNKNOWN || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value as ValueMap).filter(([key]) => key !== DEFAULTS_KEY));
};

/** Every wanted number of each kind of character, the rest from all kinds, shuffled. */
export function generatePassword(inputs: ValueMap): string {
  const override = text(inputs, "overrideSpecial") ?? "";
  const kinds = [
    {
      wanted: flag(inputs, "lower") ?? true,
      letters: "abcdefghijklmnopqrstuvwxyz",
      min: int(inputs, "minLower") ?? 0,
    },
    {
      wanted: flag(inputs, "upper") ?? true,
      letters: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
      min: int(inputs, "minUpper") ?? 0,
    },
    { wanted: flag(inputs, "numeric") ?? true, letters: "0123456789", min: int(inputs, "minNumeric") ?? 0 },
    {
      wanted: flag(inputs, "special") ?? true,
      letters: override === "" ? SPECIAL : override,
      min: int(inputs, "minSpecial") ?? 0,
    },
  ];
  const all = kinds
    .filter(({ wanted }) => wanted)
    .map(({ letters }) => letters)
    .join("");
  if (all === "")
    throw new Error("the character set of the password is empty: allow at least one kind of character");
  const pick = (letters: string): string => letters.charAt(randomInt(letters.length));
  const chars = kinds.flatMap(({ letters, min }) => Array.from({ length: min }, () => pick(letters)));
  while (chars.length < (int(inputs, "length") ?? 0)) chars.push(pick(all));
  for (let at = chars.length - 1; at > 0; at--) {
    const other = randomInt(at + 1);
    [chars[at], chars[other]] = [chars[other] ?? "", chars[at] ?? ""];
  }
  return chars.join("");
}

export function secretAgain(state: ValueMap, names: readonly string[] = SECRETS): ValueMap {
  const out: Record<string, Value | undefined> = { ...state };
  for (const name of names) {
    const value = out[name];
    if (value !== undefined) out[name] = new Secret(value);
  }
  return out;
}
