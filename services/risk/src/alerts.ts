import { randomUUID } from "node:crypto";
import { decimalOf, type RiskAlert, type RiskRule } from "../../contracts";
import type { Refusal, RiskLevel } from "./verdict";

/** The alerts that GET /alerts tells. */
const KEPT = 1000;
/** An alert of the same kind is raised once in this time: a client that keeps on trying is one trouble, not thousands. */
const QUIET_MS = 1000;
const REMEMBERED = 10_000;

export interface AlertAbout {
  readonly account?: string;
  readonly symbol?: string;
  readonly order_id?: string;
}

export class Alerts {
  readonly #send: (alert: RiskAlert) => void;
  #kept: RiskAlert[] = [];
  readonly #raised = new Map<string, number>();

  constructor(send: (alert: RiskAlert) => void) {
    this.#send = send;
  }

  /** Oldest first. */
  get all(): readonly RiskAlert[] {
    return this.#kept;
  }

  refused({ rule, level, message, value, limit }: Refusal, about: AlertAbout, now: number): void {
    this.raise(rule, level, message, about, now, {
      ...(value ? { value: decimalOf(value) } : {}),
      ...(limit ? { limit: decimalOf(limit) } : {}),
    });
  }

  raise(
    rule: RiskRule,
    level: RiskLevel,
    message: string,
    about: AlertAbout,
    now: number,
    numbers: { readonly value?: string; readonly limit?: string } = {},
  ): void {
    const kind = `${rule} ${level} ${about.account ?? ""} ${about.symbol ?? ""}`;
    if (now - (this.#raised.get(kind) ?? -Infinity) < QUIET_MS) return;
    if (this.#raised.size >= REMEMBERED) this.#raised.clear();
    this.#raised.set(kind, now);
    const alert: RiskAlert = {
      event_id: randomUUID(),
      rule,
      level,
      ...about,
      message,
      ...numbers,
      timestamp: now,
    };
    this.#kept.push(alert);
    if (this.#kept.length > 2 * KEPT) this.#kept = this.#kept.slice(-KEPT);
    this.#send(alert);
  }
}
