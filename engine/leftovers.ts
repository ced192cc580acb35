import type Docker from "dockerode";
import type { StateResource } from "./state";

/** A container or network of this platform that the state does not know: a run was killed while it made it. */
export interface Leftover {
  readonly kind: "container" | "network";
  readonly id: string;
  readonly name: string;
}

/**
 * Finds what a killed run left behind. Volumes are never among it: a later run takes one up again by its name, and
 * with it the data.
 * @param label the label that everything of this platform carries, `key=value`
 * @param resources the stack's state
 */
export async function findLeftovers(
  docker: Docker,
  label: string,
  resources: readonly StateResource[],
): Promise<readonly Leftover[]> {
  const known = new Set(resources.flatMap(({ id }) => (id === undefined ? [] : [id])));
  const filters = { label: [label] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return [
    ...containers
      .filter(({ Id }) => !known.has(Id))
      .map(({ Id, Names }): Leftover => ({
        kind: "container",
        id: Id,
        name: (Names[0] ?? Id).replace(/^\//, ""),
      })),
    ...networks
      .filter(({ Id }) => !known.has(Id))
      .map(({ Id, Name }): Leftover => ({ kind: "network", id: Id, name: Name })),
  ];
}

/** Removes them, containers before the networks they are on. Anonymous volumes go with a container, named ones stay. */
export async function removeLeftovers(docker: Docker, leftovers: readonly Leftover[]): Promise<void> {
  for (const kind of ["container", "network"] as const) {
    const removals = leftovers
      .filter((leftover) => leftover.kind === kind)
      .map(({ id }) =>
        kind === "container"
          ? docker.getContainer(id).remove({ force: true, v: true })
          : docker.getNetwork(id).remove(),
      );
    await Promise.all(removals.map((removal) => removal.catch(ignoreGone)));
  }
}

function ignoreGone(error: unknown): void {
  if ((error as { readonly statusCode?: number }).statusCode !== 404) throw error;
}
