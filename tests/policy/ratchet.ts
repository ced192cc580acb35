import type { ContainerScore, StackScore } from "../../model/hardening";

/** `passes/applicable` of each container, and of all together, by stack. */
export type Recorded = Readonly<
  Record<string, { readonly total: string; readonly containers: Readonly<Record<string, string>> }>
>;

/** What the file would say of a score. */
export function recordOf(score: StackScore): Recorded[string] {
  return {
    total: fraction(score),
    containers: Object.fromEntries(
      score.containers.map((one) => [one.name, fraction(one)]).sort(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
    ),
  };
}

/**
 * What has become worse: a container that scores below its record, a new one that scores below everything of its
 * role. The total of a stack may fall by what is added to it, never for what was there.
 */
export function worse(score: StackScore, recorded: Recorded[string] | undefined): readonly string[] {
  if (!recorded) return [];
  const before = new Map(Object.entries(recorded.containers));
  const known = score.containers.filter(({ name }) => before.has(name));
  const fallen = known
    .filter((one) => ratio(fraction(one)) < ratio(before.get(one.name)))
    .map((one) => `${one.name} has ${fraction(one)}, it had ${before.get(one.name)}`);
  const low = score.containers
    .filter(({ name }) => !before.has(name))
    .flatMap((one) => {
      const peers = known.filter(({ role }) => role === one.role).map(({ name }) => ratio(before.get(name)));
      return peers.length > 0 && ratio(fraction(one)) < Math.min(...peers)
        ? [`${one.name} is new and has ${fraction(one)}, less than any ${one.role} before`]
        : [];
    });
  return [...fallen, ...low];
}

/** Containers whose record is missing or better now, and records of containers that are gone. */
export function stale(score: StackScore, recorded: Recorded[string] | undefined): readonly string[] {
  const now = recordOf(score).containers;
  const before = recorded?.containers ?? {};
  return [...new Set([...Object.keys(now), ...Object.keys(before)])]
    .filter((name) => now[name] !== before[name])
    .sort();
}

/** One line a container: its score, and what it fails, waived controls in brackets. */
export function table(score: StackScore): string {
  const width = Math.max(...score.containers.map(({ name }) => name.length));
  const line = (one: ContainerScore): string => {
    const failed = one.findings
      .filter(({ outcome }) => outcome === "fail")
      .map(({ control, waiver }) => (waiver ? `(${control} until ${waiver.expires})` : control));
    return `  ${one.name.padEnd(width)}  ${one.role.padEnd(7)}  ${fraction(one)}  ${failed.join(" ")}`;
  };
  const rows = [...score.containers].sort(
    (a, b) => ROLES.indexOf(a.role) - ROLES.indexOf(b.role) || (a.name < b.name ? -1 : 1),
  );
  return rows.map(line).join("\n");
}

export function percent({ passes, applicable }: Pick<StackScore, "passes" | "applicable">): string {
  return `${passes}/${applicable} (${((100 * passes) / applicable).toFixed(1)} %)`;
}

const ROLES: readonly ContainerScore["role"][] = ["service", "job", "writer"];

function fraction({ passes, applicable }: Pick<StackScore, "passes" | "applicable">): string {
  return `${passes}/${applicable}`;
}

function ratio(text: string | undefined): number {
  const [passes = 0, applicable = 1] = (text ?? "0/1").split("/").map(Number);
  return passes / applicable;
}
