import { randomBytes } from "node:crypto";
import type { Caller } from "../../kit";

interface Ticket {
  readonly caller: Caller;
  readonly ends: number;
}

/** Tickets that were not used in time are few: they end by themselves, the oldest first. */
const KEPT = 100_000;

/**
 * A browser cannot send a header with the opening of a socket, and an address is written to logs: so it carries a
 * ticket that is good once, for a moment.
 */
export class Tickets {
  readonly #tickets = new Map<string, Ticket>();

  constructor(
    readonly lifeMs: number,
    private readonly now: () => number = Date.now,
  ) {}

  issue(caller: Caller): string {
    const now = this.now();
    for (const [old, { ends }] of this.#tickets) {
      if (ends > now && this.#tickets.size < KEPT) break;
      this.#tickets.delete(old);
    }
    const ticket = randomBytes(32).toString("base64url");
    this.#tickets.set(ticket, { caller, ends: now + this.lifeMs });
    return ticket;
  }

  /** @returns whose it was; it is not good again */
  redeem(ticket: string): Caller | undefined {
    const found = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    return found && found.ends > this.now() ? found.caller : undefined;
  }
}
