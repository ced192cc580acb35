import Big from "big.js";
import { z } from "zod";
import { instrumentOf } from "../../contracts/instruments";
import type { Algo, Order } from "../../contracts/order";
import { nonNegativeDecimal, positiveDecimal, timestampMs, type Decimal } from "../../contracts/values";
import { cappedShares, lotsOf, quantityOf, shares } from "./lots";

/** How an order of an algorithm is cut: a pure function of the order and, for VWAP, of the volumes expected. */
export const slice = z.object({
  /** Number of the slice, from 0; part of its client_order_id, so never used twice. */
  n: z.int().nonnegative(),
  /** When it is due; of an iceberg, never later than now: it waits for the one before it. */
  at: timestampMs,
  quantity: positiveDecimal,
  bucket: z.int().nonnegative(),
});
export type Slice = z.infer<typeof slice>;

export const plan = z.object({
  /** The times that slices may be due at, with the volume expected until the next one. */
  buckets: z.array(z.object({ at: timestampMs, volume: nonNegativeDecimal.optional() })),
  slices: z.array(slice),
  /** What the participation does not allow to be placed within the window. */
  unplaced: nonNegativeDecimal,
  /** volume: cut by expected volumes. uniform: into equal parts, as TWAP is, and VWAP without data. */
  profile: z.enum(["volume", "uniform", "display"]),
});
export type Plan = z.infer<typeof plan>;

/** An order of an algorithm. */
export type Parent = Order & { readonly algo: Algo };

export function isParent(order: Order): order is Parent {
  return order.algo !== undefined;
}

/** The order cannot be cut as it wants to be. */
export class PlanError extends Error {
  override readonly name = "PlanError";
}

/** Slices of an iceberg: each is an order of its own, one after the other. */
export const MAX_SLICES = 5000;

/**
 * @param volumes expected in each of the order's buckets; undefined when nothing is known of its symbol
 * @throws {PlanError}
 */
export function planOf(order: Parent, volumes: readonly Decimal[] | undefined): Plan {
  const { algo, created_at: start } = order;
  const lots = lotsOfOrder(order, order.quantity);
  if (algo.name === "ICEBERG") return iceberg(order, algo.display_quantity, lots, 0, start);
  const buckets = bucketTimes(start, algo.duration_ms, algo.slices).map((at, index) => {
    const volume = algo.name === "VWAP" ? volumes?.[index] : undefined;
    return volume === undefined ? { at } : { at, volume };
  });
  return timed(order, buckets, lots, 0, 0);
}

/** @returns the beginning of each of `count` equal parts of the window, in whole milliseconds */
export function bucketTimes(start: number, durationMs: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => start + Math.floor((durationMs * index) / count));
}

/**
 * What is left is cut anew for another quantity. Slices that were sent, or begun to be, stay; the rest goes to the
 * buckets that are still to come, or at once when none is.
 *
 * @param next number of the first slice that has not been begun
 * @throws {PlanError} when more has been placed than is wanted now
 */
export function replan(before: Plan, order: Parent, next: number, now: number): Plan {
  const kept = before.slices.slice(0, next);
  const placed = kept.reduce((sum, { quantity }) => sum.plus(quantity), Big(0));
  const rest = Big(order.quantity).minus(placed);
  if (rest.lt(0)) {
    throw new PlanError(
      `${placed.toFixed()} of it have been placed already; the quantity can be that or more`,
    );
  }
  if (rest.eq(0)) return { ...before, slices: kept, unplaced: "0" };
  const lots = lotsOfOrder(order, rest.toFixed());
  const { algo } = order;
  if (algo.name === "ICEBERG") {
    const more = iceberg(order, algo.display_quantity, lots, next, order.created_at);
    return { ...more, slices: [...kept, ...more.slices] };
  }
  const used = kept.at(-1)?.bucket ?? -1;
  const coming = before.buckets.findIndex(({ at }, index) => index > used && at > now);
  if (coming === -1) {
    const end = order.created_at + algo.duration_ms;
    const at = Math.min(Math.max(now, order.created_at), end);
    const last = { n: next, at, quantity: rest.toFixed(), bucket: Math.max(before.buckets.length - 1, 0) };
    return { ...before, slices: [...kept, last], unplaced: "0" };
  }
  const after = timed(order, before.buckets, lots, coming, next);
  return { ...after, slices: [...kept, ...after.slices] };
}

function iceberg(order: Parent, display: Decimal, lots: bigint, next: number, at: number): Plan {
  const shown = lotsOfOrder(order, display);
  const count = (lots + shown - 1n) / shown;
  if (count > BigInt(MAX_SLICES)) {
    throw new PlanError(
      `an iceberg has at most ${MAX_SLICES} slices, this one ${count}; display more at a time`,
    );
  }
  const lot = lotOf(order);
  const slices = Array.from({ length: Number(count) }, (_, index) => {
    const left = lots - BigInt(index) * shown;
    return { n: next + index, at, quantity: quantityOf(left < shown ? left : shown, lot), bucket: 0 };
  });
  return { buckets: [{ at }], slices, unplaced: "0", profile: "display" };
}

type Buckets = Plan["buckets"];

/** Cuts `lots` into the buckets from `first` on. */
function timed(order: Parent, buckets: Buckets, lots: bigint, first: number, next: number): Plan {
  const lot = lotOf(order);
  const open = buckets.slice(first);
  const weights = open.map(({ volume }) => (volume === undefined ? undefined : scaled(volume)));
  const known = weights.flatMap((weight) => (weight === undefined ? [] : [weight]));
  const byVolume = known.length === open.length && known.some((weight) => weight > 0n);
  const { parts, left } = byVolume
    ? cappedShares(
        lots,
        known,
        open.map(({ volume }) => capOf(order, volume ?? "0", lot)),
      )
    : {
        parts: shares(
          lots,
          open.map(() => 1n),
        ),
        left: 0n,
      };
  const slices: Slice[] = [];
  parts.forEach((part, index) => {
    const at = open[index]?.at;
    // less than a lot is due then: it is part of a later one
    if (part === 0n || at === undefined) return;
    slices.push({ n: next + slices.length, at, quantity: quantityOf(part, lot), bucket: first + index });
  });
  return { buckets, slices, unplaced: quantityOf(left, lot), profile: byVolume ? "volume" : "uniform" };
}

/** Whole lots within the share of the volume that the order may be. */
function capOf({ algo }: Parent, volume: Decimal, lot: Decimal): bigint {
  if (algo.name !== "VWAP") throw new PlanError(`${algo.name} has no participation`);
  return BigInt(Big(volume).times(algo.max_participation).div(lot).round(0, Big.roundDown).toFixed(0));
}

function scaled(volume: Decimal): bigint {
  return BigInt(Big(volume).times(1e9).round(0, Big.roundDown).toFixed(0));
}

function lotOf(order: Order): Decimal {
  const instrument = instrumentOf(order.symbol);
  if (!instrument) throw new PlanError(`nobody here trades ${order.symbol}, so that its lot is unknown`);
  return instrument.lot_size;
}

function lotsOfOrder(order: Order, quantity: Decimal): bigint {
  const lot = lotOf(order);
  const lots = lotsOf(quantity, lot);
  if (lots === undefined || lots === 0n) {
    throw new PlanError(`${quantity} ${order.symbol} is not a whole number of lots of ${lot}`);
  }
  return lots;
}
