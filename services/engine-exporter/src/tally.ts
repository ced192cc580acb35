import type { Container, Events } from "./proxy";

/**
 * Counts that the engine does not keep as Prometheus wants them: its own count of restarts belongs to one container
 * and begins at 0 with the next one, and that a container was killed for its memory is forgotten when it starts again.
 * Here both only grow, for as long as this process runs.
 */
export class Tally {
  readonly #restarts = new Map<
    string,
    { readonly id: string; readonly seen: number; readonly total: number }
  >();
  readonly #oomKills = new Map<string, number>();
  #since: bigint;

  /** @param since events from then on are counted, nanoseconds since 1970 */
  constructor(since: bigint) {
    this.#since = since;
  }

  /** Events from then on have not been counted. */
  get since(): bigint {
    return this.#since;
  }

  count(containers: readonly Container[], { events }: Events): void {
    for (const { workload, id, restartCount } of containers) {
      const known = this.#restarts.get(workload);
      // another container, or one that was started anew by hand: all of its restarts are new
      const before = known?.id === id && known.seen <= restartCount ? known.seen : 0;
      const total = (known?.total ?? 0) + restartCount - before;
      this.#restarts.set(workload, { id, seen: restartCount, total });
    }
    for (const { time, action, workload, role } of events) {
      if (time < this.#since) continue;
      this.#since = time + 1n;
      if (action === "oom" && role === "service") this.#oomKills.set(workload, this.oomKills(workload) + 1);
    }
  }

  restarts(workload: string): number {
    return this.#restarts.get(workload)?.total ?? 0;
  }

  oomKills(workload: string): number {
    return this.#oomKills.get(workload) ?? 0;
  }
}
