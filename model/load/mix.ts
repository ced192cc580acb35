/** What iteration n of a run sends. Pure, so that a seed gives the same orders again; bundled into k6's script. */

/** Something that trades around the clock: a run must not depend on the hour. */
export interface Traded {
  readonly symbol: string;
  /** Quantities are multiples of it. */
  readonly lot: string;
}

export type LoadRequest =
  | {
      readonly kind: "order";
      readonly symbol: string;
      readonly side: "BUY" | "SELL";
      readonly quantity: string;
    }
  | { readonly kind: "quote"; readonly symbol: string }
  | { readonly kind: "positions" };

export type RequestKind = LoadRequest["kind"];

/** Of each block of requests so many are of a kind; orders are an even number, since a block buys what it sells. */
export const MIX: Readonly<Record<RequestKind, number>> = { order: 8, quote: 1, positions: 1 };
export const BLOCK = Object.values(MIX).reduce((sum, number) => sum + number, 0);
/** Lots of an order, at most. */
const MOST_LOTS = 20;

export const shareOf = (kind: RequestKind): number => MIX[kind] / BLOCK;

/** 32 bits that look random: the finaliser of MurmurHash3 over a seed and a number. */
export function hash32(seed: number, number: number): number {
  let bits = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ number;
  for (const factor of [0x85ebca6b, 0xc2b2ae35]) {
    bits = Math.imul(bits ^ (bits >>> 16), factor);
    bits ^= bits >>> 13;
  }
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * The n-th request of a run. The two orders of a pair have one symbol and quantity and opposite sides, so that a run
 * that is whole leaves no position.
 * @param traded at least one
 */
export function requestOf(seed: number, n: number, traded: readonly Traded[]): LoadRequest {
  const block = Math.floor(n / BLOCK);
  const slot = shuffled(seed, block)[n % BLOCK] ?? 0;
  const pick = (salt: number): Traded => traded[hash32(seed ^ salt, n) % traded.length] as Traded;
  if (slot < MIX.order) {
    const pair = block * (MIX.order / 2) + Math.floor(slot / 2);
    const bits = hash32(seed ^ 0x51ed270b, pair);
    const { symbol, lot } = traded[bits % traded.length] as Traded;
    return {
      kind: "order",
      symbol,
      side: slot % 2 === 0 ? "BUY" : "SELL",
      quantity: timesLot(1 + ((bits >>> 8) % MOST_LOTS), lot),
    };
  }
  return slot < MIX.order + MIX.quote
    ? { kind: "quote", symbol: pick(0x2545f491).symbol }
    : { kind: "positions" };
}

/** The slots of a block in an order of its own (Fisher and Yates). */
function shuffled(seed: number, block: number): readonly number[] {
  const slots = Array.from({ length: BLOCK }, (_, index) => index);
  for (let last = BLOCK - 1; last > 0; last--) {
    const other = hash32(seed, block * BLOCK + last) % (last + 1);
    [slots[last], slots[other]] = [slots[other] as number, slots[last] as number];
  }
  return slots;
}

/** Exactly so many lots, as decimal text: `7` × `0.001` → `0.007`. */
export function timesLot(lots: number, lot: string): string {
  const [whole = "0", fraction = ""] = lot.split(".");
  const digits = String(lots * Number(whole + fraction)).padStart(fraction.length + 1, "0");
  if (fraction === "") return digits;
  const at = digits.length - fraction.length;
  return `${digits.slice(0, at)}.${digits.slice(at)}`.replace(/\.?0+$/, "");
}
