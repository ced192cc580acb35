/** Property values as Pulumi's provider protocol carries them, in plain JavaScript. */

/** Stands for a value that is not known before the deployment runs (only in previews). */
export class Unknown {
  readonly unknown = true;
}
export const UNKNOWN = new Unknown();

/** Marks an output as secret: the engine encrypts it in the state. */
export class Secret {
  constructor(readonly value: Value) {}
}

export type Value = null | boolean | number | string | Unknown | Secret | readonly Value[] | ValueMap;
export interface ValueMap {
  readonly [key: string]: Value | undefined;
}

/** The engine's list of input properties that a default filled in; not a property itself. */
export const DEFAULTS_KEY = "__defaults";

export function isMap(value: Value | undefined): value is ValueMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Secret) &&
    value !== UNKNOWN
  );
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

export function containsUnknown(value: Value | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (value instanceof Secret) return containsUnknown(value.value);
  if (isList(value)) return value.some(containsUnknown);
  if (isMap(value)) return Object.values(value).some(containsUnknown);
  return false;
}

/** Takes all secret marks off (what a comparison or an API call wants). */
export function reveal(value: Value): Value {
  if (value instanceof Secret) return reveal(value.value);
  if (isList(value)) return value.map(reveal);
  if (isMap(value)) return mapValues(value, reveal);
  return value;
}

export function mapValues(map: ValueMap, change: (value: Value, key: string) => Value): ValueMap {
  const out: Record<string, Value> = {};
  for (const [key, value] of Object.entries(map)) if (value !== undefined) out[key] = change(value, key);
  return out;
}

/** A text that is equal for equal values, whatever the order of keys. */
export function canonical(value: Value | undefined): string {
  if (value === undefined || value === null) return "null";
  if (value === UNKNOWN) return "?";
  if (value instanceof Secret) return canonical(value.value);
  if (isList(value)) return `[${value.map(canonical).join(",")}]`;
  if (isMap(value)) {
    const parts = Object.keys(value)
      .filter((key) => value[key] !== undefined && key !== DEFAULTS_KEY)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${parts.join(",")}}`;
  }
  return JSON.stringify(value);
}

export function equal(a: Value | undefined, b: Value | undefined): boolean {
  return canonical(a) === canonical(b);
}

export const text = (map: ValueMap, key: string): string | undefined => {
  const value = map[key];
  return typeof value === "string" ? value : undefined;
};
export const int = (map: ValueMap, key: string): number | undefined => {
  const value = map[key];
  return typeof value === "number" ? value : undefined;
};
export const flag = (map: ValueMap, key: string): boolean | undefined => {
  const value = map[key];
  return typeof value === "boolean" ? value : undefined;
};
export const maps = (map: ValueMap, key: string): readonly ValueMap[] => {
  const value = map[key];
  return isList(value) ? value.filter(isMap) : [];
};
export const texts = (map: ValueMap, key: string): readonly string[] => {
  const value = map[key];
  return isList(value) ? value.filter((v): v is string => typeof v === "string") : [];
};
export const submap = (map: ValueMap, key: string): ValueMap | undefined => {
  const value = map[key];
  return isMap(value) ? value : undefined;
};
/** A map of texts such as labels or sysctls; other values are turned into text as the engine API wants them. */
export const textMap = (map: ValueMap, key: string): Record<string, string> | undefined => {
  const value = submap(map, key);
  if (value === undefined) return undefined;
  const out: Record<string, string> = {};
  for (const [name, v] of Object.entries(value)) {
    if (name !== DEFAULTS_KEY && v !== undefined && v !== null) out[name] = String(v);
  }
  return out;
};
