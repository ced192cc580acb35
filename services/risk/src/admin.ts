import type { KillLevel } from "../../contracts";
import { orUnavailable, type Caller, type Log, type Policy } from "../../kit";
import type { Alerts } from "./alerts";
import type { Act, Audit } from "./audit";
import type { Drawdowns } from "./drawdown";
import type { LimitBook } from "./limits";
import type { LimitChange, LimitStore } from "./limit-store";
import type { TradingStateStore } from "./trading-state";

export interface AdminOptions {
  readonly allow: Policy;
  readonly audit: Audit;
  readonly state: TradingStateStore;
  /** Tells the platform the state of trading as it is. */
  readonly announce: () => void;
  readonly limits: LimitStore;
  readonly drawdowns: Drawdowns;
  readonly alerts: Alerts;
  readonly log: Log;
}

/** What people change: the policy decides, the audit stream has it before it is done. */
export class Admin {
  readonly #options: AdminOptions;

  constructor(options: AdminOptions) {
    this.#options = options;
  }

  /** @returns whether the store has it; it counts in any case */
  async halt(caller: Caller, level: KillLevel, reason: string): Promise<boolean> {
    const { state, announce, log } = this.#options;
    await this.#ask("halt", "halt", caller, { level, reason });
    // a halt waits for nothing: not even for its audit
    const at = Date.now();
    const noted = this.#note("halt", caller, { level, reason }, at).catch((error: unknown) =>
      log.error({ err: error, level }, "the audit stream does not have this halt"),
    );
    const written = state.halt({ level, by: caller.subject, reason, at });
    announce();
    const durable = await written;
    await noted;
    this.told(`${level} by ${caller.subject}: ${reason}`, at);
    return durable;
  }

  async resume(caller: Caller, reason: string): Promise<void> {
    const { state, announce, drawdowns } = this.#options;
    await this.#ask("resume", "resume", caller, { reason });
    const at = Date.now();
    await this.#recorded(this.#note("resume", caller, { reason }, at));
    await this.#recorded(state.resume({ by: caller.subject, reason, at }));
    announce();
    drawdowns.resume();
    this.told(`resumed by ${caller.subject}: ${reason}`, at);
  }

  async changeLimits(
    caller: Caller,
    change: LimitChange,
    expected: number,
    reason: string,
  ): Promise<LimitBook> {
    const details = { ...change, reason, expected_version: expected };
    await this.#ask("administer", "limits", caller, details);
    const at = Date.now();
    await this.#recorded(this.#note("limits", caller, details, at));
    return this.#recorded(this.#options.limits.change(change, expected, { by: caller.subject, reason, at }));
  }

  /** An alert that everybody sees: the state of trading has changed. */
  told(message: string, at: number): void {
    this.#options.alerts.raise("trading-state", "CRITICAL", message, {}, at);
  }

  #note(act: Act, caller: Caller, details: Readonly<Record<string, unknown>>, at: number): Promise<void> {
    return this.#options.audit.note(act, "allowed", caller, details, at);
  }

  async #ask(
    action: string,
    act: Act,
    caller: Caller,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { allow, audit, log } = this.#options;
    try {
      await allow(action, caller, details);
    } catch (error) {
      void audit
        .note(act, "denied", caller, details, Date.now())
        .catch((failure: unknown) =>
          log.error({ err: failure, act }, "the audit stream does not have this denial"),
        );
      throw error;
    }
  }

  #recorded<Result>(doing: Promise<Result>): Promise<Result> {
    return orUnavailable(doing, {
      log: this.#options.log,
      code: "not_recorded",
      message: "It cannot be recorded at the moment, so it is not done; try again.",
    });
  }
}
