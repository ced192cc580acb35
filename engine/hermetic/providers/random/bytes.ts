import { randomBytes } from "node:crypto";
import type { ResourceType } from "../protocol/provider";
import { DEFAULTS_KEY, Secret, UNKNOWN, int, text } from "../protocol/values";
import type { Value, ValueMap } from "../protocol/values";
import { checkInputs } from "../schema/check";
import { diffFields } from "../schema/diff";
import { int as whole, map, replacing, str } from "../schema/fields";
import type { Fields } from "../schema/fields";
import { withoutDefaults } from "../schema/state";
import { secretAgain } from "./password";

interface Kind {
  readonly token: string;
  readonly fields: Fields;
  readonly lengthInput: string;
  readonly outputs: (bytes: Buffer, inputs: ValueMap) => { readonly id: string; readonly values: ValueMap };
  readonly names: readonly string[];
  readonly secret: readonly string[];
}

/** random:index/randomBytes:RandomBytes. Its id is the value in plain text, as in the official plugin. */
export const bytesType = bytesResource({
  token: "random:index/randomBytes:RandomBytes",
  fields: replacing({ length: whole({ required: true, min: 1 }), keepers: map() }),
  lengthInput: "length",
  outputs: (bytes) => {
    const base64 = bytes.toString("base64");
    return { id: base64, values: { base64, hex: bytes.toString("hex") } };
  },
  names: ["base64", "hex"],
  secret: ["base64", "hex"],
});

/** random:index/randomId:RandomId */
export const idType = bytesResource({
  token: "random:index/randomId:RandomId",
  fields: replacing({ byteLength: whole({ required: true, min: 1 }), keepers: map(), prefix: str() }),
  lengthInput: "byteLength",
  outputs: (bytes, inputs) => {
    const prefix = text(inputs, "prefix") ?? "";
    const id = bytes.toString("base64url");
    const values = {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + id,
      hex: prefix + bytes.toString("hex"),
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(10),
    };
    return { id, values };
  },
  names: ["b64Std", "b64Url", "dec", "hex"],
  secret: [],
});

function bytesResource(kind: Kind): ResourceType<void> {
  const plain = (inputs: ValueMap): ValueMap => {
    const { [DEFAULTS_KEY]: _marks, ...rest } = inputs;
    return withoutDefaults(rest) as ValueMap;
  };
  const unknown = (): ValueMap =>
    Object.fromEntries(
      kind.names.map((name): [string, Value] => [
        name,
        kind.secret.includes(name) ? new Secret(UNKNOWN) : UNKNOWN,
      ]),
    );
  return {
    token: kind.token,
    check: (args) => {
      const checked = checkInputs(kind.fields, args);
      return { inputs: plain(checked.inputs), problems: checked.problems };
    },
    diff: ({ state, inputs }) => ({
      changes: diffFields(kind.fields, state, inputs),
      deleteBeforeReplace: false,
    }),
    planCreate: (inputs) => ({ ...inputs, ...unknown() }),
    planUpdate: ({ state }) => secretAgain(state, kind.secret),
    create: (_context, inputs) => {
      const { id, values } = kind.outputs(randomBytes(int(inputs, kind.lengthInput) ?? 0), inputs);
      return Promise.resolve({ id, state: secretAgain({ ...inputs, ...values }, kind.secret) });
    },
    read: (_context, _id, state, inputs) =>
      Promise.resolve({ state: secretAgain(state, kind.secret), inputs }),
    update: (_context, _id, { state }) => Promise.resolve(secretAgain(state, kind.secret)),
    remove: () => Promise.resolve(),
  };
}
