import { instrumentOf, sessionAt, type BarInterval } from "../../contracts";

export interface Period {
  /** Milliseconds since 1970 UTC. */
  readonly begins: number;
  /** Just before it. */
  readonly ends: number;
}

const lengths: Readonly<Record<Exclude<BarInterval, "1d">, number>> = {
  "1s": 1000,
  "1m": 60_000,
  "5m": 300_000,
  "1h": 3_600_000,
};

/**
 * Which bar a moment belongs to. Up to an hour they are cut by the clock in UTC. A day's bar is the exchange's session,
 * from its opening to its close; what is traded between two sessions counts to the next, as futures exchanges date it.
 */
export function periodOf(interval: BarInterval, symbol: string, atMs: number): Period {
  if (interval === "1d") {
    const { opensAt, closesAt } = sessionAt(instrumentOf(symbol)?.session ?? "CONTINUOUS", atMs);
    return { begins: opensAt, ends: closesAt };
  }
  const length = lengths[interval];
  const begins = Math.floor(atMs / length) * length;
  return { begins, ends: begins + length };
}
