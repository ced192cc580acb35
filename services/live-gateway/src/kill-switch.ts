import { z } from "zod";
import {
  killLevel,
  stateOfLevel,
  type HaltMessage,
  type KillLevel,
  type ResumeMessage,
  type TradingState,
} from "../../contracts/control";
import { identifier, timestampMs } from "../../contracts/values";

/**
 * The kill switch as pure steps. Only a resume makes trading looser: a further halt can add to what stands, never take
 * away from it. So the state is the strictest of all levels asked for since the last resume, and the level the
 * farthest.
 */
export const killSwitchState = z.object({
  state: z.enum(["ACTIVE", "REDUCING", "HALTED"]),
  level: killLevel.nullable(),
  by: identifier,
  reason: z.string(),
  /** Of the last halt or resume that changed something: an older message changes nothing. */
  at: timestampMs,
  /** Of the first halt since the last resume: names this stop, and the orders that flatten for it. */
  since: timestampMs,
  /** Decided here: this gateway is the one who tells the platform. */
  own: z.boolean(),
  /** Whether the platform has been told, by whoever decided it. */
  announced: z.boolean(),
});
export type KillSwitchState = z.infer<typeof killSwitchState>;

export const running: KillSwitchState = {
  state: "ACTIVE",
  level: null,
  by: "live-gateway",
  reason: "never halted",
  at: 0,
  since: 0,
  own: false,
  announced: true,
};

const rank: Readonly<Record<KillLevel, number>> = { "no-new-orders": 0, "reduce-only": 1, flatten: 2 };
const strictness: Readonly<Record<TradingState, number>> = { ACTIVE: 0, REDUCING: 1, HALTED: 2 };

/** @param own decided here, so that it has to be announced; otherwise it was heard from another */
export function halt(now: KillSwitchState, order: HaltMessage, own: boolean): KillSwitchState {
  // what was decided before the last resume is over; a halt of the same moment counts: stopping wins
  if (now.level === null && order.at < now.at) return now;
  const asked = stateOfLevel[order.level];
  const state = strictness[asked] > strictness[now.state] ? asked : now.state;
  const level = now.level === null || rank[order.level] > rank[now.level] ? order.level : now.level;
  if (state === now.state && level === now.level) return now;
  return {
    state,
    level,
    by: order.by,
    reason: order.reason,
    at: Math.max(order.at, now.at),
    since: now.level === null ? order.at : now.since,
    own,
    announced: !own,
  };
}

export function resume(now: KillSwitchState, order: ResumeMessage, own: boolean): KillSwitchState {
  // a resume that was decided before the halt does not know of it
  if (now.level === null || order.at <= now.at) return now;
  return {
    state: "ACTIVE",
    level: null,
    by: order.by,
    reason: order.reason,
    at: order.at,
    since: order.at,
    own,
    announced: !own,
  };
}

/** In the words of a rejected order. */
export function refusalOf(state: KillSwitchState): string {
  return `kill switch: ${state.level ?? "none"} (${state.reason})`;
}
