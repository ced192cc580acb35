import type { Order } from "../../contracts/order";
import type { TradingMode } from "../../contracts/control";
import type { Decimal } from "../../contracts/values";
import { CircuitBreaker, type BreakerLimits } from "./breaker";
import { VenueUnavailableError, type Venue } from "./venues/venue";

/** A venue with its breaker: every request of the order flow goes through {@link ask}. */
export interface Desk {
  readonly venue: Venue;
  readonly breaker: CircuitBreaker;
  /** Nothing is sent before the venue's open orders have been compared with those known here. */
  reconciled: boolean;
}

/** All venues of this gateway, and where an order really goes. */
export class Desks {
  readonly #desks: ReadonlyMap<string, Desk>;

  constructor(
    venues: readonly Venue[],
    limits: BreakerLimits,
    readonly mode: TradingMode,
    /** Where orders of live venues go in shadow mode. */
    readonly simulator: string,
  ) {
    this.#desks = new Map(
      venues.map(
        (venue) => [venue.name, { venue, breaker: new CircuitBreaker(limits), reconciled: false }] as const,
      ),
    );
  }

  get all(): readonly Desk[] {
    return [...this.#desks.values()];
  }

  /** Those that orders go to in this mode. */
  get inUse(): readonly Desk[] {
    return this.all.filter(
      ({ venue }) =>
        venue.disabled === undefined && (!venue.live || this.mode === "canary" || this.mode === "live"),
    );
  }

  named(name: string): Desk | undefined {
    return this.#desks.get(name);
  }

  /** The desk that takes an order of this venue: a shadow order goes to the simulator. */
  takerOf(order: Pick<Order, "venue">): Desk | undefined {
    const asked = this.#desks.get(order.venue);
    return asked?.venue.live && this.mode === "shadow" ? this.#desks.get(this.simulator) : asked;
  }
}

/** @throws {VenueUnavailableError} also when the breaker does not let it through: then nothing was sent */
export async function ask<Answer>(desk: Desk, what: string, request: () => Promise<Answer>): Promise<Answer> {
  const { venue, breaker } = desk;
  if (!breaker.tryAcquire()) {
    throw new VenueUnavailableError(
      venue.name,
      what,
      `circuit breaker ${breaker.state}: ${breaker.reason ?? ""}`,
    );
  }
  const began = performance.now();
  try {
    const answer = await request();
    breaker.succeeded(performance.now() - began);
    return answer;
  } catch (error) {
    breaker.failed(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

export interface Prices {
  last(symbol: string): Decimal | undefined;
}
