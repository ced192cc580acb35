import type Docker from "dockerode";
import type { Leftover, StateResource } from "../../engine";
import { LOAD_ROLE } from "../../model/load/protocol";
import { LABEL } from "../../model/plan";
import type { Problem } from "../../model/problems";

/** What the engine has under this platform's label. */
export interface Inventory {
  /** Containers and networks: what can be made again without losing anything. */
  readonly items: readonly (Leftover & { readonly state?: string; readonly role?: string })[];
  readonly dataVolumes: readonly string[];
}

/** The engine's things against what the state knows of. */
export interface Comparison {
  /** On the engine, and in no state: of an `up` that was killed. */
  readonly leftovers: readonly Leftover[];
  /** Volumes with data that the state does not know; the next `up` takes them over by their names. */
  readonly unknownData: readonly string[];
  /** In the state, and gone from the engine, or stopped by somebody. */
  readonly drifted: readonly string[];
}

const TYPES = {
  container: "docker:index/container:Container",
  network: "docker:index/network:Network",
} as const;
const VOLUME = "docker:index/volume:Volume";
const STOPPED: readonly (string | undefined)[] = ["exited", "created", "dead"];

/** @param services names of what should be running */
export function compare(
  { items, dataVolumes }: Inventory,
  state: readonly Pick<StateResource, "type" | "id" | "name">[],
  services: ReadonlySet<string>,
): Comparison {
  const known = new Map(
    state.flatMap(({ type, id, name }) => (id === undefined ? [] : [[`${type} ${id}`, name] as const])),
  );
  const nameOf = ({ kind, id }: Leftover): string | undefined => known.get(`${TYPES[kind]} ${id}`);
  const present = new Set(items.map(({ kind, id }) => `${TYPES[kind]} ${id}`));
  const gone = [...known].flatMap(([key, name]) => {
    const tracked = Object.values(TYPES).some((type) => key.startsWith(`${type} `));
    return tracked && !present.has(key) ? [name] : [];
  });
  const stopped = items.flatMap((item) => {
    const name = nameOf(item);
    return name !== undefined && services.has(name) && STOPPED.includes(item.state) ? [name] : [];
  });
  return {
    leftovers: items
      .filter((item) => nameOf(item) === undefined && !isLoadTest(item))
      .map(({ kind, id, name }) => ({ kind, id, name })),
    unknownData: dataVolumes.filter((name) => !known.has(`${VOLUME} ${name}`)),
    drifted: [...new Set([...gone, ...stopped])].sort(),
  };
}

/** One that runs is nobody's leftover, and measures how the platform takes an `up`; one that has ended is. */
function isLoadTest({ role, state }: Inventory["items"][number]): boolean {
  return role === LOAD_ROLE && !STOPPED.includes(state);
}

export async function readInventory(docker: Docker, prefix: string): Promise<Inventory> {
  const label = [`${LABEL}.stack=${prefix}`];
  const [containers, networks, volumes] = await Promise.all([
    docker.listContainers({ all: true, filters: { label } }),
    docker.listNetworks({ filters: { label } }),
    docker.listVolumes({ filters: { label: [...label, `${LABEL}.kind=data`] } }),
  ]);
  return {
    items: [
      ...containers.map(({ Id, Names, State, Labels }) => ({
        kind: "container" as const,
        id: Id,
        name: (Names[0] ?? Id).replace(/^\//, ""),
        state: State,
        ...(Labels[`${LABEL}.role`] === undefined ? {} : { role: Labels[`${LABEL}.role`] }),
      })),
      ...networks.map(({ Id, Name }) => ({ kind: "network" as const, id: Id, name: Name })),
    ],
    dataVolumes: volumes.Volumes.map(({ Name }) => Name),
  };
}

/** Found under our prefix by a checkout that never made anything of that name: somebody else's, or a state that was lost. */
export function foreignProblem(prefix: string, stack: string, names: readonly string[]): Problem {
  return {
    path: "trade2026:prefix",
    what: "is the prefix of a platform on this engine that this checkout's state does not know: another checkout's, or its state was lost and with it the passwords of its data",
    value: prefix,
    allowed: `a prefix that nothing here has (found ${names.slice(0, 4).join(", ")}${names.length > 4 ? ` and ${names.length - 4} more` : ""})`,
    fix: `./trade2026 up --set prefix=<another>; or, to remove that platform with all its data, ./trade2026 down --volumes --confirm ${stack}`,
  };
}
