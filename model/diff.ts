import { sameValue } from "./canonical";
import { containerChange, type Change } from "./diff-container";
import type { Lane } from "./lanes";
import type { Plan, VolumePlan } from "./plan";
import type { PlanDocument } from "./plan-document";
import type { Waiver } from "./service";

/** What a change of the program does to a platform that runs the base. */
export interface PlanDiff {
  readonly containers: readonly ContainerDiff[];
  readonly lanes: readonly Changed<Lane>[];
  readonly volumes: readonly VolumeDiff[];
  readonly credentials: ListDiff;
  readonly routes: ListDiff;
  readonly hostPorts: ListDiff;
  readonly hardening: ListDiff;
  readonly leftOut: ListDiff;
  readonly settings: readonly Changed<unknown>[];
  readonly tradingMode: { readonly from: string; readonly to: string } | undefined;
  /**
   * Replacements of something with state, a sentence each: data that is moved, emptied or locked out. Not empty
   * means that a person has to decide.
   */
  readonly stateful: readonly string[];
}

export type ContainerDiff =
  | { readonly name: string; readonly role: string; readonly op: "added" | "removed" }
  | {
      readonly name: string;
      readonly role: string;
      readonly op: Change["op"];
      readonly because: readonly string[];
    };

export interface VolumeDiff {
  readonly name: string;
  readonly kind: VolumePlan["kind"];
  readonly op: "added" | "removed" | "changed";
}

export interface Changed<T> {
  readonly name: string;
  readonly from: T | undefined;
  readonly to: T | undefined;
}

/** Lines that only one of the two has. */
export interface ListDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Compares two plans, base against head. Two equal ones give an empty diff. */
export function diffPlans(base: PlanDocument, head: PlanDocument): PlanDiff {
  const [from, to] = [base.plan, head.plan];
  const lanes = changedBy(from.lanes, to.lanes, ({ name }) => name);
  return {
    containers: containerDiffs(base, head, new Set(lanes.map(({ name }) => name))),
    lanes,
    volumes: changedBy(from.volumes, to.volumes, ({ name }) => name).flatMap(volumeDiff),
    credentials: listDiff(from.credentials, to.credentials, ({ id, purpose }) => `${id} (${purpose})`),
    routes: listDiff(from.routes, to.routes, ({ url, service, role }) => `${url} → ${service}, role ${role}`),
    hostPorts: listDiff(
      from.hostPorts,
      to.hostPorts,
      (port) => `${port.address}:${port.host} → ${port.owner}:${port.container}`,
    ),
    hardening: listDiff(hardeningOf(from), hardeningOf(to), (line) => line),
    leftOut: listDiff(from.leftOut, to.leftOut, ({ name, reason }) => `${name}: ${reason}`),
    settings: settingsDiff(from, to),
    tradingMode:
      from.settings.tradingMode === to.settings.tradingMode
        ? undefined
        : { from: from.settings.tradingMode, to: to.settings.tradingMode },
    stateful: statefulChanges(from, to),
  };
}

export function isUnchanged(diff: PlanDiff): boolean {
  const lists = [diff.credentials, diff.routes, diff.hostPorts, diff.hardening, diff.leftOut];
  return (
    [diff.containers, diff.lanes, diff.volumes, diff.settings, diff.stateful].every(
      ({ length }) => length === 0,
    ) && lists.every(({ added, removed }) => added.length === 0 && removed.length === 0)
  );
}

function containerDiffs(
  base: PlanDocument,
  head: PlanDocument,
  lanes: ReadonlySet<string>,
): readonly ContainerDiff[] {
  const before = new Map(base.plan.containers.map((container) => [container.name, container]));
  const after = new Map(head.plan.containers.map((container) => [container.name, container]));
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name): readonly ContainerDiff[] => {
    const [from, to] = [before.get(name), after.get(name)];
    if (!from) return to ? [{ name, role: to.role, op: "added" }] : [];
    if (!to) return [{ name, role: from.role, op: "removed" }];
    const change = containerChange(from, to, { base, head, lanes });
    return change === undefined ? [] : [{ name, role: to.role, ...change }];
  });
}

function volumeDiff({ name, from, to }: Changed<VolumePlan>): readonly VolumeDiff[] {
  if (!from) return to ? [{ name, kind: to.kind, op: "added" }] : [];
  if (!to) return [{ name, kind: from.kind, op: "removed" }];
  return [{ name, kind: to.kind, op: "changed" }];
}

/** Waivers and added capabilities: what a reviewer must see even where nothing restarts. */
function hardeningOf(plan: Plan): readonly string[] {
  return plan.containers.flatMap((container) => [
    ...container.capabilities.map(({ name, reason }) => `${container.name} adds ${name}: ${reason}`),
    ...container.waivers.map(
      ({ control, reason, expires }: Waiver) =>
        `${container.name} waives ${control} until ${expires}: ${reason}`,
    ),
  ]);
}

function settingsDiff(from: Plan, to: Plan): readonly Changed<unknown>[] {
  const entries = (plan: Plan): { name: string; value: unknown }[] =>
    Object.entries(plan.settings).map(([name, value]) => ({ name, value }));
  return changedBy(entries(from), entries(to), ({ name }) => name).map(
    ({ name, from: before, to: after }) => ({
      name,
      from: before?.value,
      to: after?.value,
    }),
  );
}

/**
 * Data volumes are retained, so nothing is deleted here; but a program that starts on another volume, at another
 * path or without its old credential has lost its data all the same.
 */
function statefulChanges(from: Plan, to: Plan): readonly string[] {
  const sentences: string[] = [];
  const [oldPrefix, newPrefix] = [from.settings.prefix, to.settings.prefix];
  if (oldPrefix !== newPrefix) {
    sentences.push(
      `The prefix changes from ${oldPrefix} to ${newPrefix}: every volume gets another name, so every store starts empty.`,
    );
  }
  for (const volume of from.volumes.filter(({ kind }) => kind === "data")) {
    const next = to.volumes.find(({ name }) => name === volume.name);
    if (!next)
      sentences.push(
        `The data volume ${volume.name} of ${volume.owner} leaves the program: its data stays on the host, unused.`,
      );
    else if (next.kind !== "data")
      sentences.push(`The volume ${volume.name} is no longer protected: it becomes a ${next.kind} volume.`);
    else sentences.push(...useChanges(volume.name, from, to));
  }
  for (const { id, purpose } of from.credentials.filter(({ protectsData }) => protectsData)) {
    const next = to.credentials.find((credential) => credential.id === id);
    if (!next) sentences.push(`The credential ${id} (${purpose}) is dropped, and data was written under it.`);
    else if (!next.protectsData)
      sentences.push(
        `The credential ${id} (${purpose}) is no longer protected, though data was written under it.`,
      );
  }
  return sentences;
}

/** How each container uses a data volume: where it is mounted, and as whom. */
function useChanges(volume: string, from: Plan, to: Plan): readonly string[] {
  const uses = (plan: Plan): ReadonlyMap<string, string> =>
    new Map(
      plan.containers
        .filter(({ role, workload, name }) => role !== "writer" && workload === name)
        .flatMap((container) =>
          container.mounts
            .filter((mount) => mount.volume === volume)
            .map((mount) => [container.name, `${mount.path} as ${container.user}`] as const),
        ),
    );
  const after = uses(to);
  return [...uses(from)].flatMap(([name, use]) => {
    const next = after.get(name);
    if (next === use) return [];
    return [
      next === undefined
        ? `${name} no longer mounts the data volume ${volume}.`
        : `${name} mounts the data volume ${volume} at ${next} instead of ${use}.`,
    ];
  });
}

function changedBy<T>(from: readonly T[], to: readonly T[], key: (item: T) => string): readonly Changed<T>[] {
  const before = new Map(from.map((item) => [key(item), item]));
  const after = new Map(to.map((item) => [key(item), item]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .filter((name) => !sameValue(before.get(name), after.get(name)))
    .map((name) => ({ name, from: before.get(name), to: after.get(name) }));
}

function listDiff<T>(from: readonly T[], to: readonly T[], line: (item: T) => string): ListDiff {
  const [before, after] = [from.map(line), to.map(line)];
  return {
    added: after.filter((text) => !before.includes(text)).sort(),
    removed: before.filter((text) => !after.includes(text)).sort(),
  };
}
