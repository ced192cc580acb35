import { z } from "zod";
import { identifier, timestampMs } from "./values";

/** ACTIVE: all. REDUCING: only what brings a position nearer to zero. HALTED: no new orders; cancels always pass. */
export const tradingState = z.enum(["ACTIVE", "REDUCING", "HALTED"]);
export type TradingState = z.infer<typeof tradingState>;

/** paper moves no money; shadow sends to the venue's simulation beside it; canary and live send orders that do. */
export const tradingMode = z.enum(["paper", "shadow", "canary", "live"]);
export type TradingMode = z.infer<typeof tradingMode>;

/** Each does what the one before it does, and more. */
export const killLevel = z.enum(["no-new-orders", "reduce-only", "flatten"]);
export type KillLevel = z.infer<typeof killLevel>;

/** The state that a level puts trading into. Flattening cancels what is open and closes positions by itself. */
export const stateOfLevel: Readonly<Record<KillLevel, TradingState>> = {
  "no-new-orders": "HALTED",
  "reduce-only": "REDUCING",
  flatten: "HALTED",
};

const act = { by: identifier, reason: z.string().trim().min(1).max(500), at: timestampMs };

/** control.trading.halt */
export const haltMessage = z.strictObject({ level: killLevel, ...act });
export type HaltMessage = z.infer<typeof haltMessage>;

/** control.trading.resume */
export const resumeMessage = z.strictObject({ ...act });
export type ResumeMessage = z.infer<typeof resumeMessage>;
