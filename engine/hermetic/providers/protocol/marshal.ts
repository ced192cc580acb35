import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Secret, UNKNOWN } from "./values";
import type { Value, ValueMap } from "./values";

/** Signatures of Pulumi's wire format (sdk/go/common/resource/plugin/rpc.go names them). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const UNKNOWNS: ReadonlySet<string> = new Set([
  UNKNOWN_TEXT,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

export function fromStruct(struct: Struct | undefined): ValueMap {
  if (struct === undefined) return {};
  const out: Record<string, Value> = {};
  for (const [key, value] of Object.entries(struct.toJavaScript())) {
    const decoded = decode(value);
    // The protocol sends an absent optional property as null now and then: both mean "not set".
    if (decoded !== null) out[key] = decoded;
  }
  return out;
}

export function toStruct(map: ValueMap): Struct {
  const out: Record<string, JavaScriptValue> = {};
  for (const [key, value] of Object.entries(map)) if (value !== undefined) out[key] = encode(value);
  return Struct.fromJavaScript(out);
}

function decode(value: JavaScriptValue): Value {
  if (typeof value === "string") return UNKNOWNS.has(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const map = value as Record<string, JavaScriptValue>;
  if (map[SIGNATURE] === SECRET_SIGNATURE) return new Secret(decode(map["value"] ?? null));
  if (map[SIGNATURE] === OUTPUT_SIGNATURE) {
    const inner = map["value"] === undefined ? UNKNOWN : decode(map["value"]);
    return map["secret"] === true ? new Secret(inner) : inner;
  }
  const out: Record<string, Value> = {};
  for (const [key, inner] of Object.entries(map)) {
    const decoded = decode(inner);
    if (decoded !== null) out[key] = decoded;
  }
  return out;
}

function encode(value: Value): JavaScriptValue {
  if (value === UNKNOWN) return UNKNOWN_TEXT;
  if (value instanceof Secret) return { [SIGNATURE]: SECRET_SIGNATURE, value: encode(value.value) };
  if (Array.isArray(value)) return (value as readonly Value[]).map(encode);
  if (typeof value !== "object" || value === null) return value;
  const out: Record<string, JavaScriptValue> = {};
  for (const [key, inner] of Object.entries(value as ValueMap))
    if (inner !== undefined) out[key] = encode(inner);
  return out;
}
