const WORDS = ["and", "or", "unless", "offset", "bool"];

/** Names of the metrics in a query. Good for what is written here: no names by `__name__`, no comments. */
export function metricsIn(query: string): readonly string[] {
  const bare = query
    .replace(/"(?:[^"\\]|\\.)*"/g, "")
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, " ")
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, " ");
  return [...bare.matchAll(/[A-Za-z_:][A-Za-z0-9_:]*(?![A-Za-z0-9_:]*\s*\()/g)]
    .filter(({ 0: name, index }) => !WORDS.includes(name) && !/[0-9.]/.test(bare[index - 1] ?? ""))
    .map(([name]) => name);
}
