import { z } from "zod";
import { decimal, identifier, nonNegativeDecimal, symbol, timestampMs, type Tick } from "../../contracts";

const level = z.strictObject({ price: decimal, size: nonNegativeDecimal });

/** What could be traded at that moment, best first. */
export const book = z
  .strictObject({
    venue: identifier,
    symbol,
    timestamp: timestampMs,
    bids: z.array(level),
    asks: z.array(level),
  })
  .meta({ id: "Book" });
export type Book = z.infer<typeof book>;

/** up: ticks may come. connecting and unavailable: they would, but it cannot be reached. disabled: nobody wants it. */
export const venueState = z.enum(["up", "connecting", "unavailable", "disabled"]);

export const venueStatus = z
  .strictObject({
    venue: identifier,
    state: venueState,
    /** Why it is not up. */
    reason: z.string().optional(),
    /** Those whose ticks are taken from here. */
    symbols: z.array(symbol),
    last_tick_at: timestampMs.optional(),
  })
  .meta({ id: "VenueStatus" });
export type VenueStatus = z.infer<typeof venueStatus>;

/** Where prices come from. */
export interface Venue {
  readonly name: string;
  /** Ticks of a symbol come in order. Returns at once: reaching the venue may take for ever. */
  readonly start: (sink: (ticks: readonly Tick[]) => void) => void;
  readonly stop: () => Promise<void>;
  readonly status: () => VenueStatus;
  /** @returns undefined when it has none now, a closed market's for instance */
  readonly book: (symbol: string, depth: number) => Promise<Book | undefined>;
}
