import type { Order } from "../../../contracts/order";
import type { Decimal, Side } from "../../../contracts/values";

/** What a venue is told of an order. It never learns the client's own id. */
export type VenueOrder = Pick<
  Order,
  | "order_id"
  | "symbol"
  | "side"
  | "quantity"
  | "order_type"
  | "price"
  | "stop_price"
  | "time_in_force"
  | "account"
>;

export interface SubmitResult {
  readonly order_id: string;
  /** duplicate: the venue had it already, and nothing changed. */
  readonly outcome: "accepted" | "duplicate" | "rejected";
  readonly reason?: string | undefined;
}

export interface CancelCommand {
  readonly order_id: string;
  /** Key of idempotency of this request. */
  readonly request_id: string;
  readonly symbol: string;
}

export interface ReplaceCommand extends CancelCommand {
  readonly quantity?: Decimal | undefined;
  readonly price?: Decimal | undefined;
  readonly stop_price?: Decimal | undefined;
}

export interface ChangeResult {
  readonly order_id: string;
  readonly request_id: string;
  readonly outcome: "done" | "rejected";
  readonly reason?: string | undefined;
}

export type VenueStatus = "ACCEPTED" | "PARTIALLY_FILLED" | "FILLED" | "CANCELLED" | "EXPIRED" | "REJECTED";

/** An order as the venue sees it. */
export interface VenueOrderState {
  readonly order_id: string;
  readonly symbol: string;
  readonly side: Side;
  readonly account: string;
  readonly quantity: Decimal;
  readonly remaining_quantity: Decimal;
  readonly status: VenueStatus;
}

/** Negative: short. */
export interface VenuePosition {
  readonly account: string;
  readonly symbol: string;
  readonly quantity: Decimal;
}

interface EventBase {
  /** Where to go on reading: never falls, and is stored once the event is in the platform's streams. */
  readonly seq: number;
  /** Of this event, for ever: `<venue>:<…>`. */
  readonly report_id: string;
  readonly order_id: string;
  readonly symbol: string;
  readonly timestamp: number;
}

export type VenueEvent =
  | (EventBase & { readonly kind: "accepted" })
  | (EventBase & {
      readonly kind: "rejected" | "cancelRejected" | "replaceRejected";
      readonly reason: string;
    })
  | (EventBase & { readonly kind: "cancelled" | "expired"; readonly reason?: string | undefined })
  | (EventBase & {
      readonly kind: "replaced";
      readonly quantity: Decimal;
      readonly price?: Decimal | undefined;
      readonly stop_price?: Decimal | undefined;
    })
  | (EventBase & {
      readonly kind: "fill";
      readonly side: Side;
      readonly account: string;
      readonly fill: {
        readonly fill_id: string;
        readonly quantity: Decimal;
        readonly price: Decimal;
        readonly commission: Decimal;
        readonly liquidity: "MAKER" | "TAKER";
      };
    });

/** The venue did not answer, or not in words that say what it did: the outcome is unknown until it is asked. */
export class VenueUnavailableError extends Error {
  override readonly name = "VenueUnavailableError";

  constructor(
    readonly venue: string,
    readonly what: string,
    readonly reason: string,
  ) {
    super(`${venue}: ${what}: ${reason}`);
  }
}

/** The venue does not know the events that were read of it before: its history is another one now. */
export class VenueHistoryLostError extends Error {
  override readonly name = "VenueHistoryLostError";

  constructor(
    readonly venue: string,
    readonly seq: number,
  ) {
    super(
      `${venue} does not have event ${seq}, which was read of it before: its store is not the one it was; ` +
        "restore the venue's data, or this gateway's data volume of the same time",
    );
  }
}

/**
 * Events that were never read of the venue are not kept there any more: it keeps them for so many days, and nobody read
 * them in time.
 */
export class VenueEventsGoneError extends Error {
  override readonly name = "VenueEventsGoneError";

  constructor(
    readonly venue: string,
    /** The last event that was read; 0: none. */
    readonly after: number,
    /** The first event that can be read. */
    readonly oldest: number,
  ) {
    super(
      `${venue} does not keep events ${after + 1} to ${oldest - 1} any more, and they were never read here`,
    );
  }
}

/** Positions, as of an event of the feed. */
export interface Holdings {
  readonly seq: number;
  readonly positions: readonly VenuePosition[];
}

export interface Venue {
  readonly name: string;
  /** Why it cannot be used, if so. */
  readonly disabled: string | undefined;
  /** Whether orders there are real. */
  readonly live: boolean;
  /** Whether its feed tells of orders that it refused at once; otherwise the gateway reports them. */
  readonly feedTellsRefusals: boolean;
  /** Whether its events are numbered without gaps and never told under another number. */
  readonly gapFree: boolean;
  /** Orders of one request. */
  readonly maxBatch: number;
  /** One result for each order. @throws {VenueUnavailableError} */
  submit(orders: readonly VenueOrder[]): Promise<readonly SubmitResult[]>;
  cancel(commands: readonly CancelCommand[]): Promise<readonly ChangeResult[]>;
  replace(commands: readonly ReplaceCommand[]): Promise<readonly ChangeResult[]>;
  /** All of its orders that are open, of every account. @returns how many it cancelled */
  cancelAll(): Promise<number>;
  /** @returns undefined for an order that it never saw */
  query(order: { readonly order_id: string; readonly symbol: string }): Promise<VenueOrderState | undefined>;
  openOrders(): Promise<readonly VenueOrderState[]>;
  positions(): Promise<readonly VenuePosition[]>;
  /** Of a venue whose events are numbered, and not kept for ever. */
  holdings?(): Promise<Holdings>;
  /** A price to value a market order with, when no tick is known. */
  lastPrice(symbol: string): Promise<Decimal | undefined>;
  /**
   * Everything after `after`, and then what happens, until the signal or an error ends it.
   *
   * @throws {VenueEventsGoneError} when the next events are not kept any more
   */
  feed(after: number, signal: AbortSignal): AsyncIterable<readonly VenueEvent[]>;
  close(): Promise<void>;
}
