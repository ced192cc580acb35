import type Docker from "dockerode";
import { engine } from "../../harness/docker";
import { LABEL, PREFIX } from "./platform";

/** Containers of the platform by their name in the plan. */
export type Inventory = ReadonlyMap<string, Docker.ContainerInspectInfo>;

/** Everything that carries the platform's label, inspected. */
export async function inventory(docker?: Docker): Promise<Inventory> {
  const client = docker ?? (await engine());
  const listed = await client.listContainers({ all: true, filters: { label: [LABEL] } });
  const inspected = await Promise.all(listed.map(({ Id }) => client.getContainer(Id).inspect()));
  return new Map(
    inspected.map((info) => [planName(info.Name), info] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export const planName = (name: string): string => name.replace(/^\//, "").replace(`${PREFIX}-`, "");

/** Ids by name: two of these tell which containers were replaced. */
export async function ids(): Promise<ReadonlyMap<string, string>> {
  return new Map([...(await inventory())].map(([name, { Id }]) => [name, Id]));
}

/** Names whose container is another one now, is new, or is gone; sorted. */
export function changed(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((name) => before.get(name) !== after.get(name))
    .sort();
}

export const roleOf = ({ Config }: Docker.ContainerInspectInfo): string =>
  Config.Labels["com.trade2026.role"] ?? "none";

/** Names of one role, sorted. */
export function named(all: Inventory, role: string): readonly string[] {
  return [...all].filter(([, info]) => roleOf(info) === role).map(([name]) => name);
}
