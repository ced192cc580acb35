import Big from "big.js";
import type { Decimal } from "../../contracts/values";

/** Quantities as whole numbers of lots: nothing is lost by dividing them. */

/** @returns undefined when it is not a whole number of lots */
export function lotsOf(quantity: Decimal, lot: Decimal): bigint | undefined {
  const exact = Big(quantity).div(lot);
  return exact.round(0, Big.roundDown).eq(exact) && Big(quantity).mod(lot).eq(0)
    ? BigInt(exact.toFixed(0))
    : undefined;
}

export function quantityOf(lots: bigint, lot: Decimal): Decimal {
  return Big(lots.toString()).times(lot).toFixed();
}

/**
 * Cuts `total` in proportion to the weights: the n-th part is what the rounded sum up to it grows by, so that the
 * parts sum to the total exactly and none is farther than one from its exact share.
 *
 * @throws RangeError when all weights are zero
 */
export function shares(total: bigint, weights: readonly bigint[]): readonly bigint[] {
  const sum = weights.reduce((all, each) => all + each, 0n);
  if (sum <= 0n) throw new RangeError("weights sum to nothing");
  let before = 0n;
  let weight = 0n;
  return weights.map((each) => {
    weight += each;
    const upTo = (total * weight) / sum;
    const part = upTo - before;
    before = upTo;
    return part;
  });
}

/**
 * The same with a most for each part. What is above goes to the others by the room that they have.
 *
 * @returns the parts, and what has no room
 */
export function cappedShares(
  total: bigint,
  weights: readonly bigint[],
  caps: readonly bigint[],
): { readonly parts: readonly bigint[]; readonly left: bigint } {
  const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
  const first = shares(total, weights).map((part, index) => least(part, caps[index] ?? 0n));
  const surplus = total - first.reduce((all, each) => all + each, 0n);
  if (surplus === 0n) return { parts: first, left: 0n };
  const room = first.map((part, index) => (caps[index] ?? 0n) - part);
  const allRoom = room.reduce((all, each) => all + each, 0n);
  if (allRoom === 0n) return { parts: first, left: surplus };
  const more = shares(least(surplus, allRoom), room);
  return {
    parts: first.map((part, index) => part + (more[index] ?? 0n)),
    left: surplus > allRoom ? surplus - allRoom : 0n,
  };
}
