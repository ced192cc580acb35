import type { Container, EngineProxy, Usage } from "./proxy";
import type { Tally } from "./tally";

/** One service's container, as of one moment. */
export interface Measured {
  readonly container: Container;
  /** Absent while it does not run. */
  readonly usage?: Usage;
  readonly restarts: number;
  readonly oomKills: number;
}

export interface ReadingLimits {
  /** For everything together. */
  readonly timeoutMs: number;
  /** Containers that are asked about at the same time. */
  readonly atOnce: number;
}

/** @throws when one question is not answered, or not all in time: half a reading would look like missing services */
export async function readEngine(
  proxy: EngineProxy,
  tally: Tally,
  { timeoutMs, atOnce }: ReadingLimits,
): Promise<readonly Measured[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  const [containers, events] = await Promise.all([proxy.services(signal), proxy.events(tally.since, signal)]);
  const usages = await inParallel(containers, atOnce, ({ name, state }) =>
    state === "running" ? proxy.usage(name, signal) : Promise.resolve(undefined),
  );
  tally.count(containers, events);
  return containers.map((container, index) => {
    const usage = usages[index];
    return {
      container,
      ...(usage === undefined ? {} : { usage }),
      restarts: tally.restarts(container.workload),
      oomKills: tally.oomKills(container.workload),
    };
  });
}

async function inParallel<T, R>(
  items: readonly T[],
  atOnce: number,
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = new Array<R>(items.length);
  // one iterator for all: each takes the next item when it has done its last
  const rest = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}

/**
 * The lane behind each interface. The engine numbers them (eth0, eth1, …) with the network that has a route out first,
 * then by the networks' names, which begin alike (seen with 20.10). When the numbers do not match, something else was
 * attached, and nothing is known.
 */
export function lanesByInterface(
  lanes: readonly string[],
  interfaces: readonly string[],
): ReadonlyMap<string, string> {
  const ordered = [...lanes].sort((a, b) => Number(b === OPEN) - Number(a === OPEN) || (a < b ? -1 : 1));
  const numbered = [...interfaces].sort((a, b) => numberOf(a) - numberOf(b));
  const known = ordered.length === numbered.length;
  return new Map(numbered.map((name, index) => [name, (known ? ordered[index] : undefined) ?? UNKNOWN_LANE]));
}

/** The only lane that reaches outside. */
const OPEN = "frontend";
export const UNKNOWN_LANE = "unknown";

const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 0);
