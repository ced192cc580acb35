import { sameValue } from "./canonical";
import { LABEL, type ContainerPlan } from "./plan";
import type { PlanDocument } from "./plan-document";

/** `replaced`: stopped and made anew. `updated`: changed while it runs. */
export interface Change {
  readonly op: "replaced" | "updated";
  /** What differs, in words; names only, never a value of the environment. */
  readonly because: readonly string[];
}

export interface ChangeContext {
  readonly base: PlanDocument;
  readonly head: PlanDocument;
  /** Lanes that are replaced, and with them every container on them. */
  readonly lanes: ReadonlySet<string>;
}

type Field = keyof ContainerPlan;

/** A difference in one of these makes a new container. */
const REPLACING: readonly (readonly [Field, string])[] = [
  ["role", "role"],
  ["lanes", "lanes"],
  ["entrypoint", "entrypoint"],
  ["command", "command"],
  ["user", "user"],
  ["mounts", "mounts"],
  ["hostMounts", "mounts of the host"],
  ["tmpfs", "tmpfs"],
  ["ports", "published ports"],
  ["healthcheck", "probe"],
  ["cpus", "CPU limit"],
  ["shmMiB", "shared memory"],
  ["gpu", "GPU request"],
  ["ulimits", "ulimits"],
  ["stopSeconds", "time to stop"],
  ["stopSignal", "stop signal"],
];

/**
 * What the change of a container's plan does to the running one: `undefined` when nothing. What only says why
 * (reasons, waivers) or in which order (needs) leaves it alone.
 */
export function containerChange(
  from: ContainerPlan,
  to: ContainerPlan,
  context: ChangeContext,
): Change | undefined {
  const replaced = [
    ...prefixChange(context),
    ...imageChange(from, to, context),
    ...REPLACING.filter(([field]) => !sameValue(from[field], to[field])).map(([, words]) => words),
    ...environmentChange(from, to),
    ...capabilityChange(from, to),
    ...labelChange(from, to),
    ...fileChange(from, to, context),
    ...to.lanes
      .filter((lane) => from.lanes.includes(lane) && context.lanes.has(lane))
      .map((lane) => `lane ${lane} is replaced`),
  ];
  if (replaced.length > 0) return { op: "replaced", because: replaced };
  const updated = [
    ...(from.memoryMiB === to.memoryMiB ? [] : [`memory limit ${from.memoryMiB} → ${to.memoryMiB} MiB`]),
    ...(from.cpuShares === to.cpuShares ? [] : [`CPU weight ${from.cpuShares} → ${to.cpuShares}`]),
  ];
  return updated.length === 0 ? undefined : { op: "updated", because: updated };
}

function prefixChange({ base, head }: ChangeContext): readonly string[] {
  return base.plan.settings.prefix === head.plan.settings.prefix ? [] : ["name prefix"];
}

function imageChange(
  from: ContainerPlan,
  to: ContainerPlan,
  { base, head }: ChangeContext,
): readonly string[] {
  const image = (container: ContainerPlan, builds: PlanDocument["builds"]): string =>
    container.reference ??
    `${container.image.kind}:${container.image.name}@${builds[container.image.name] ?? ""}`;
  const [before, after] = [image(from, base.builds), image(to, head.builds)];
  if (before === after) return [];
  const inHouse = from.reference === undefined && to.reference === undefined;
  return [inHouse ? `code of ${to.image.name}` : `image ${shown(from)} → ${shown(to)}`];
}

function shown({ reference, image }: ContainerPlan): string {
  return reference?.replace(/@sha256:([0-9a-f]{12})[0-9a-f]+$/, "@$1") ?? `of services/${image.name}`;
}

function environmentChange(from: ContainerPlan, to: ContainerPlan): readonly string[] {
  const names = [...new Set([...Object.keys(from.env), ...Object.keys(to.env)])].sort();
  const changed = names.filter((name) => from.env[name] !== to.env[name]);
  return changed.length === 0 ? [] : [`environment ${changed.join(", ")}`];
}

function capabilityChange(from: ContainerPlan, to: ContainerPlan): readonly string[] {
  const names = ({ capabilities }: ContainerPlan): readonly string[] =>
    capabilities.map(({ name }) => name).sort();
  return sameValue(names(from), names(to)) ? [] : ["capabilities"];
}

/** `.config` is the digest of the files that the program does not watch. */
function labelChange(from: ContainerPlan, to: ContainerPlan): readonly string[] {
  const names = [...new Set([...Object.keys(from.labels), ...Object.keys(to.labels)])].sort();
  // The prefix has a line of its own; an attempt counts runs of a job on one host, not in the program.
  const ignored = [`${LABEL}.stack`, `${LABEL}.attempt`];
  const changed = names.filter((name) => !ignored.includes(name) && from.labels[name] !== to.labels[name]);
  const config = `${LABEL}.config`;
  const others = changed.filter((name) => name !== config).map((name) => name.replace(`${LABEL}.`, ""));
  return [
    ...(changed.includes(config) ? ["configuration"] : []),
    ...(others.length === 0 ? [] : [`labels ${others.join(", ")}`]),
  ];
}

/** Its own files for a writer; for a consumer those of its secrets, which make it anew by their revision. */
function fileChange(
  from: ContainerPlan,
  to: ContainerPlan,
  { base, head }: ChangeContext,
): readonly string[] {
  if (to.role === "writer")
    return sameValue(from.uploads, to.uploads) ? [] : [`files ${changedFiles(from, to).join(", ")}`];
  const writer = ({ plan }: PlanDocument, name: string | undefined): ContainerPlan["uploads"] | undefined =>
    plan.containers.find((container) => container.name === name)?.uploads;
  return sameValue(writer(base, from.secretsFrom), writer(head, to.secretsFrom)) ? [] : ["secrets"];
}

function changedFiles(from: ContainerPlan, to: ContainerPlan): readonly string[] {
  const content = (container: ContainerPlan, path: string): unknown =>
    container.uploads.find((upload) => upload.path === path)?.content;
  const paths = [...new Set([...from.uploads, ...to.uploads].map(({ path }) => path))].sort();
  return paths
    .filter((path) => !sameValue(content(from, path), content(to, path)))
    .map((path) => path.replace(/^\/volume\//, ""));
}
