import { normal } from "./random";

const { exp, floor, sqrt } = Math;

/** A point of a path. */
export interface PathPoint {
  /** Log price in units of the volatility of a day. */
  readonly value: number;
  /** How fast things move around then, 1 on average: the share of variance of a minute or so. */
  readonly activity: number;
}

/** Days between the anchors, which keep the price near where it began for ever. */
const BLOCK_DAYS = 16;
/** 16 days halved so often are 10 ms. */
const DEPTH = 27;
/** 16 days halved so often are 84 s. */
const ACTIVITY_DEPTH = 14;
/** How unevenly a stretch of time shares its variance between its halves: clusters of volatility, fat tails. */
const UNEVENNESS = 0.35;
const [ANCHOR, SPLIT, DISPLACEMENT] = [101, 202, 303] as const;

/**
 * A Brownian path in multifractal time (Mandelbrot, Fisher and Calvet 1997), at any moment in some 30 steps: between
 * two anchors the interval is halved again and again, its variance is split unevenly, and the middle is displaced as
 * a Brownian bridge is (Lévy's construction). Anchors are independent, with the variance that makes the steps from
 * one to the next as wide as the path between them.
 *
 * @param days of the clock in which volatility is even over the day, see {@link businessTime}
 */
export function pathAt(seed: number, days: number): PathPoint {
  const block = floor(days / BLOCK_DAYS);
  let place = days / BLOCK_DAYS - block;
  let left = anchor(seed, block);
  let right = anchor(seed, block + 1);
  let variance = BLOCK_DAYS;
  let index = 0;
  let activity = 1;
  for (let depth = 0; depth < DEPTH; depth++) {
    const node = block * 64 + depth;
    const share = 1 / (1 + exp(-UNEVENNESS * normal(seed, SPLIT, node, index)));
    const deviation = sqrt(variance * share * (1 - share));
    const middle = left + (right - left) * share + deviation * normal(seed, DISPLACEMENT, node, index);
    const later = place >= 0.5;
    place = later ? 2 * place - 1 : 2 * place;
    index = 2 * index + (later ? 1 : 0);
    variance *= later ? 1 - share : share;
    if (later) left = middle;
    else right = middle;
    if (depth === ACTIVITY_DEPTH - 1) activity = variance / (BLOCK_DAYS / 2 ** ACTIVITY_DEPTH);
  }
  return { value: left + (right - left) * place, activity };
}

function anchor(seed: number, block: number): number {
  return sqrt(BLOCK_DAYS / 2) * normal(seed, ANCHOR, block, 0);
}
