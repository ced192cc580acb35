import type Big from "big.js";
import { NOTHING } from "./tracked";

export interface AccountResult {
  /** The highest total since the last resume, at least zero at first. */
  readonly peak: Big;
  readonly total: Big;
  /** Of the last update; milliseconds since 1970. */
  readonly at: number;
  /** Only what reduces may pass until somebody resumes. */
  readonly halted: boolean;
}

/** How far the accounts' results have fallen from their highest. A halt stays when the result comes back. */
export class Drawdowns {
  readonly #accounts = new Map<string, AccountResult>();
  #changed = new Set<string>();

  get accounts(): ReadonlyMap<string, AccountResult> {
    return this.#accounts;
  }

  /** @returns whether this update has halted the account */
  update(account: string, total: Big, limit: Big, at: number): boolean {
    const before = this.#accounts.get(account) ?? { peak: NOTHING, total: NOTHING, at: 0, halted: false };
    const peak = total.gt(before.peak) ? total : before.peak;
    const halted = before.halted || peak.minus(total).gte(limit);
    this.#accounts.set(account, { peak, total, at, halted });
    if (halted !== before.halted || !peak.eq(before.peak)) this.#changed.add(account);
    return halted && !before.halted;
  }

  drawdown(account: string): Big {
    const result = this.#accounts.get(account);
    return result ? result.peak.minus(result.total) : NOTHING;
  }

  /** Measures from here: what was lost is accepted. */
  resume(): void {
    for (const [account, result] of this.#accounts) {
      this.#accounts.set(account, { ...result, peak: result.total, halted: false });
      this.#changed.add(account);
    }
  }

  restore(account: string, result: AccountResult): void {
    this.#accounts.set(account, result);
  }

  takeChanged(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }
}
