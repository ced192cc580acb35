/** Something that comes after others. */
export interface Ordered {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/**
 * Start order in levels: each level depends on earlier ones only, names sorted within it.
 * @throws Error on a circle or an unknown name; both are refused earlier with a better message
 */
export function startLevels<T extends Ordered>(items: readonly T[]): readonly (readonly T[])[] {
  const level = new Map<string, number>();
  const byName = new Map(items.map((item) => [item.name, item]));
  const depth = (name: string, trail: readonly string[]): number => {
    const known = level.get(name);
    if (known !== undefined) return known;
    const item = byName.get(name);
    if (!item || trail.includes(name)) throw new Error(`no start order: ${[...trail, name].join(" → ")}`);
    const own = 1 + Math.max(-1, ...item.dependsOn.map((other) => depth(other, [...trail, name])));
    level.set(name, own);
    return own;
  };
  const levels: T[][] = [];
  for (const item of items) (levels[depth(item.name, [])] ??= []).push(item);
  return levels.map((row) => [...row].sort((a, b) => (a.name < b.name ? -1 : 1)));
}
