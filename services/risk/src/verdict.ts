import type Big from "big.js";
import { decimalOf, type RiskReply, type RiskRule } from "../../contracts";
import type { Bound } from "./limits";

export type RiskLevel = RiskReply["risk_level"];

/** Why an order was refused. */
export interface Refusal {
  readonly rule: RiskRule;
  readonly level: RiskLevel;
  readonly message: string;
  readonly value?: Big;
  readonly limit?: Big;
}

export type Verdict =
  | { readonly approved: true; readonly level: RiskLevel; readonly warnings: readonly string[] }
  | { readonly approved: false; readonly refusal: Refusal };

/** @returns what goes over the wire; the reason begins with the rule, for programs */
export function replyOf(verdict: Verdict): RiskReply {
  if (verdict.approved) return { approved: true, risk_level: verdict.level, warnings: [...verdict.warnings] };
  const { rule, level, message } = verdict.refusal;
  return { approved: false, reason: `${rule}: ${message}`, rule, risk_level: level, warnings: [] };
}

/** Numbers for people: 18 digits at most. */
export const shown = (value: Big): string => decimalOf(value);

const LEVELS: readonly RiskLevel[] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

/** Compares values with limits, and remembers how near they came. */
export class Measure {
  #level: RiskLevel = "LOW";
  readonly #warnings: string[] = [];

  get level(): RiskLevel {
    return this.#level;
  }

  get warnings(): readonly string[] {
    return this.#warnings;
  }

  /** @returns the refusal when the value is above the limit; at the limit it passes */
  bound(rule: RiskRule, value: Big, { limit, high, medium }: Bound, what: string): Refusal | undefined {
    if (value.gt(limit)) {
      const message = `${what} would be ${shown(value)}, allowed is at most ${shown(limit)}`;
      return { rule, level: "HIGH", message, value, limit };
    }
    if (value.gte(high) && value.gt(0)) {
      this.#raise("HIGH");
      this.#warnings.push(`${rule}: ${what} would be ${shown(value)} of ${shown(limit)}`);
    } else if (value.gte(medium) && value.gt(0)) this.#raise("MEDIUM");
    return undefined;
  }

  #raise(level: RiskLevel): void {
    if (LEVELS.indexOf(level) > LEVELS.indexOf(this.#level)) this.#level = level;
  }
}
