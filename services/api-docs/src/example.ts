type Schema = Readonly<Record<string, unknown>>;
export type Schemas = Readonly<Record<string, unknown>>;

const DEEPEST = 8;

/**
 * A value in the form of a JSON schema, to be edited by a person: what the schema gives as example, default, constant
 * or first choice, else something of its type. Patterns are not followed.
 * @param schemas the document's `components.schemas`, for references
 */
export function exampleOf(schema: unknown, schemas: Schemas, depth = 0): unknown {
  if (!isObject(schema) || depth > DEEPEST) return null;
  const inner = (next: unknown): unknown => exampleOf(next, schemas, depth + 1);
  const given = givenIn(schema);
  if (given !== undefined) return given;
  const { $ref, allOf, oneOf, anyOf } = schema;
  if (typeof $ref === "string") return inner(schemas[$ref.replace("#/components/schemas/", "")]);
  if (Array.isArray(allOf)) return merged(allOf.map(inner));
  const choice = Array.isArray(oneOf) ? oneOf : anyOf;
  if (Array.isArray(choice)) return inner(choice.find((one) => !isObject(one) || one["type"] !== "null"));
  switch (typeOf(schema)) {
    case "object":
      return objectOf(schema, inner);
    case "array":
      return [inner(schema["items"])];
    case "integer":
    case "number":
      return numberOf(schema);
    case "boolean":
      return false;
    case "string":
      return textOf(schema);
    default:
      return null;
  }
}

function givenIn({ example, examples, default: preset, const: constant, enum: choices }: Schema): unknown {
  const first = (list: unknown): unknown =>
    Array.isArray(list) ? (list as readonly unknown[])[0] : undefined;
  return [example, first(examples), preset, constant, first(choices)].find((value) => value !== undefined);
}

function typeOf({ type, properties }: Schema): unknown {
  const types = (Array.isArray(type) ? type : [type]) as readonly unknown[];
  return types.find((one) => one !== "null") ?? (properties === undefined ? undefined : "object");
}

function objectOf({ properties }: Schema, inner: (schema: unknown) => unknown): unknown {
  if (!isObject(properties)) return {};
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, inner(schema)]));
}

function numberOf({ minimum, exclusiveMinimum }: Schema): number {
  if (typeof minimum === "number" && Math.abs(minimum) < Number.MAX_SAFE_INTEGER) return minimum;
  return typeof exclusiveMinimum === "number" && Math.abs(exclusiveMinimum) < Number.MAX_SAFE_INTEGER
    ? exclusiveMinimum + 1
    : 0;
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-02T15:04:05Z",
  date: "2026-01-02",
  uuid: "00000000-0000-4000-8000-000000000000",
  email: "name@example.com",
  uri: "https://example.com",
};

function textOf({ format }: Schema): string {
  return (typeof format === "string" ? FORMATS[format] : undefined) ?? "string";
}

function merged(parts: readonly unknown[]): unknown {
  return parts.every(isObject) ? Object.assign({}, ...parts) : parts[0];
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
