import { unitsOf } from "./decimals";
import type { Market } from "./market";

/** How much a tick's quotes are worth, and how far they reach. */
export interface DepthModel {
  readonly seed: string;
  /** Price levels on each side. */
  readonly levels: number;
  /** What the best level is worth on average, in the instrument's currency. */
  readonly notional: string;
}

/** A tick in ticks of the instrument. A side without a quote is undefined. */
export interface TickPrices {
  readonly bid: number | undefined;
  readonly ask: number;
}

export interface DepthLevel {
  readonly price: number;
  readonly lots: number;
}

/** Written into every fill against a quote; a change of the formula is a new version. */
export function describeModel({ seed, levels, notional }: DepthModel): string {
  return `v1;seed=${seed};levels=${levels};notional=${notional}`;
}

/**
 * The depth around a tick: the same tick and model always give the same levels, so that a fill can be explained from
 * the recorded ticks. The best price is the tick's; each further one is 1 or 2 steps away, a step being a basis
 * point of the price. A level holds 50 to 150 % of the notional, and a quarter more with each level from the best.
 *
 * @param key what tells this tick from all others: source venue, symbol and number
 * @returns best first
 */
export function depthOf(
  model: DepthModel,
  market: Market,
  key: string,
  side: "BID" | "ASK",
  best: number | undefined,
): readonly DepthLevel[] {
  if (best === undefined) return [];
  const random = generator(hash(`${model.seed}|${key}|${side}`));
  const step = Math.max(1, Math.round(best / 10_000));
  const base = Math.min(market.lotsWorth(unitsOf(model.notional), best), 1e9);
  const levels: DepthLevel[] = [];
  let price = best;
  for (let level = 0; level < model.levels && price > 0; level++) {
    const share = (50 + (random() % 101)) * (4 + level);
    levels.push({ price, lots: Math.max(1, Math.floor((base * share) / 400)) });
    const distance = step * (1 + (random() % 2));
    price += side === "BID" ? -distance : distance;
  }
  return levels;
}

/** FNV-1a, 32 bits. http://www.isthe.com/chongo/tech/comp/fnv/ */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

/** SplitMix32: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014, with 32-bit constants. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
    value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
    return (value ^ (value >>> 15)) >>> 0;
  };
}
