import Big from "big.js";
import { z } from "zod";
import { order } from "../../contracts/order";
import { isFinal, orderStatus } from "../../contracts/states";
import { nonNegativeDecimal, positiveDecimal } from "../../contracts/values";
import type { VenueReport } from "../../contracts/execution";
import { isParent, type Parent, type Plan } from "./plan";

/** A slice that was sent, as the order that it became. */
export const child = z.object({
  n: z.int().nonnegative(),
  order_id: z.uuid().optional(),
  quantity: positiveDecimal,
  filled: nonNegativeDecimal,
  status: orderStatus,
  version: z.int().nonnegative(),
  reason: z.string().optional(),
});
export type Child = z.infer<typeof child>;

/**
 * Where an order of an algorithm is. Written before each step that cannot be taken back, so that who reads it after a
 * crash takes up the step, under the same name, and no other.
 */
export const progress = z.object({
  /** Of the order, as it was last told. */
  version: z.int().positive(),
  /** Number of the first slice that has not been begun. */
  next: z.int().nonnegative(),
  /** Begun, and its answer not known: it is sent again as it is. */
  sending: z.int().nonnegative().optional(),
  phase: z.enum(["working", "cancelling", "ended"]),
  /** Versions of the order whose change has been dealt with: told again, they do nothing. */
  changed: z.int().nonnegative(),
});
export type Progress = z.infer<typeof progress>;

export const parentOrder = order.refine(isParent, { error: "wants an order of an algorithm" });

export interface ParentState {
  order: Parent;
  plan: Plan;
  progress: Progress;
  readonly children: Map<number, Child>;
}

export function isOpen(each: Child): boolean {
  return !isFinal(each.status);
}

export function openChildren({ children }: ParentState): readonly Child[] {
  return [...children.values()].filter(isOpen);
}

export function filledOf({ children }: ParentState): Big {
  return [...children.values()].reduce((sum, { filled }) => sum.plus(filled), Big(0));
}

export function clientOrderIdOf(parentId: string, n: number): string {
  return `${parentId}-${n}`;
}

/** @returns undefined for an order that is no slice of this parent */
export function sliceNumberOf(parentId: string, clientOrderId: string): number | undefined {
  const text = clientOrderId.startsWith(`${parentId}-`) ? clientOrderId.slice(parentId.length + 1) : "";
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}

/** What to do next. */
export type Step =
  | { readonly kind: "send"; readonly n: number }
  /** Nothing before then. */
  | { readonly kind: "wait"; readonly until: number }
  /** Nothing before a slice moves. */
  | { readonly kind: "idle" }
  | { readonly kind: "cancelChildren"; readonly orderIds: readonly string[] }
  | { readonly kind: "finish" };

/** The next step of a parent, as a pure function of where it is. */
export function nextStep(state: ParentState, now: number): Step {
  const { progress: at, plan: cut, order: parent } = state;
  if (at.phase === "ended") return { kind: "idle" };
  // the answer to what was begun comes before everything else: a slice that nobody knows of cannot be cancelled
  if (at.sending !== undefined) return { kind: "send", n: at.sending };
  const open = openChildren(state);
  if (at.phase === "cancelling") {
    if (open.length === 0) return { kind: "finish" };
    return { kind: "cancelChildren", orderIds: open.flatMap(({ order_id }) => order_id ?? []) };
  }
  const next = cut.slices[at.next];
  if (parent.algo.name === "ICEBERG") {
    if (open.length > 0) return { kind: "idle" };
    // a slice that ended otherwise than filled is a reason to stop, not to show the next one
    const last = state.children.get(at.next - 1);
    if (last && last.status !== "FILLED") return { kind: "finish" };
    return next ? { kind: "send", n: at.next } : { kind: "finish" };
  }
  if (next) return next.at <= now ? { kind: "send", n: at.next } : { kind: "wait", until: next.at };
  return open.length > 0 ? { kind: "idle" } : { kind: "finish" };
}

/** How the end of a parent is reported; undefined when its slices' fills have said it. */
export function endReport(state: ParentState, now: number): VenueReport | undefined {
  const { order: parent, progress: at, plan: cut } = state;
  const filled = filledOf(state);
  if (filled.gte(parent.quantity)) return undefined;
  const reported = {
    report_id: `exeq:${parent.order_id}:end`,
    order_id: parent.order_id,
    venue: parent.venue,
    timestamp: now,
  };
  if (at.phase === "cancelling") return { ...reported, kind: "cancelled" };
  const reasons = [...state.children.values()].flatMap(({ n, status, reason }) =>
    status === "FILLED" ? [] : [`slice ${n} ${status}${reason === undefined ? "" : `: ${reason}`}`],
  );
  if (!Big(cut.unplaced).eq(0)) reasons.unshift(`the participation left ${cut.unplaced} unplaced`);
  const shown = reasons.slice(0, 3).join("; ");
  const more = reasons.length > 3 ? `; and ${reasons.length - 3} more` : "";
  return {
    ...reported,
    kind: "expired",
    reason: `${parent.algo.name} ended with ${filled.toFixed()} of ${parent.quantity} filled: ${shown}${more}`,
  };
}
