/**
 * Randomness without state: a number for each key, the same for ever. So any moment of the simulated market can be
 * computed without the moments before it.
 */

// a lookup of a global costs more than the sum itself, some hundred times for each tick
const { cos, imul, log, PI, sqrt } = Math;

/** 32 bits of four numbers: the rounds and the end of MurmurHash3 (Appleby), which is public domain. */
export function hash(seed: number, a: number, b: number, c: number): number {
  let h = round(seed, a);
  h = round(h, b);
  h = round(h, c);
  h ^= h >>> 16;
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function round(h: number, value: number): number {
  let k = imul(value | 0, 0xcc9e2d51);
  k = imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = h ^ k;
  return (imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** In (0, 1). */
export function uniform(seed: number, a: number, b: number, c: number): number {
  return (hash(seed, a, b, c) + 0.5) / 2 ** 32;
}

/** Standard normal (Box and Muller 1958). */
export function normal(seed: number, a: number, b: number, c: number): number {
  const radius = sqrt(-2 * log(uniform(seed, a, b, c)));
  return radius * cos(2 * PI * uniform(seed ^ 0x5bd1e995, a, b, c));
}

/** A seed for each name under one seed. */
export function seedOf(seed: number, name: string): number {
  let h = seed;
  for (const character of name) h = hash(h, character.codePointAt(0) ?? 0, 0, 0);
  return h;
}
