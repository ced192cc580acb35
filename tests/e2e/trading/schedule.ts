import fc from "fast-check";

export interface Kill {
  /** In the plan. */
  readonly name: string;
  /** How long it is gone. */
  readonly ms: number;
  /** Whether the next one dies only when this one is well again. */
  readonly waits: boolean;
}

/** What an order passes on its way: these die first. */
const ORDER_PATH = "nats valkey-state oms risk exeq live-gateway prism pnl questdb-writer authn".split(" ");
const BESIDE =
  "gateway market-data-gateway normalizer hot-cache live-updates valkey-cache questdb postgres opa".split(
    " ",
  );

/** JetStream recognises a message id for two minutes: who is gone for longer must not depend on it. */
const BEYOND_DEDUPLICATION_MS = 125_000;

/** So large that what is left over by a division weighs nothing. */
const LARGE = 2 ** 30;

/** @returns whole numbers from 0 to `limit` - 1, the same for the same seed */
export function dice(seed: number): (limit: number) => number {
  const numbers = fc.noBias(fc.nat(LARGE));
  let [batch, ahead]: [number, number[]] = [seed * 1000, []];
  return (limit) => {
    if (ahead.length === 0) ahead = fc.sample(numbers, { seed: batch++, numRuns: 1000 });
    return (ahead.pop() ?? 0) % limit;
  };
}

/**
 * Everything of the order path in an order of its own, then everything there is, again and again. One in twenty, never
 * of the first ten, is gone for longer than message ids are recognised.
 */
export function scheduleOf(count: number, seed: number): readonly Kill[] {
  const below = dice(seed);
  const shuffled = (list: readonly string[]): readonly string[] =>
    list
      .map((name) => ({ name, at: below(LARGE) }))
      .sort((a, b) => a.at - b.at)
      .map(({ name }) => name);
  const names = [...shuffled(ORDER_PATH)];
  while (names.length < count) names.push(...shuffled([...ORDER_PATH, ...BESIDE]));
  return names.slice(0, count).map((name, index) => ({
    name,
    ms: index % 20 === 15 ? BEYOND_DEDUPLICATION_MS : below(below(3) === 0 ? 8000 : 1500),
    waits: below(3) > 0,
  }));
}
