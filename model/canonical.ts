/**
 * JSON with sorted keys and no `undefined`: equal values have equal text, whatever order they were built in. For
 * everything that is compared, hashed or kept in a file.
 */
export function canonicalJson(value: unknown, indent?: number): string {
  return JSON.stringify(sorted(value), null, indent);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

/** Whether two plain values are the same, key order aside. */
export function sameValue(a: unknown, b: unknown): boolean {
  return a === b || (canonicalJson(a) ?? "") === (canonicalJson(b) ?? "");
}
