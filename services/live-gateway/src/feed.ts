import Big from "big.js";
import type { VenueReport } from "../../contracts/execution";
import type { Fill } from "../../contracts/messages";
import { dayOf } from "./caps";
import type { Gateway } from "./context";
import { Pace } from "../../kit";
import { VenueEventsGoneError, type Venue, type VenueEvent } from "./venues/venue";

/** Events that wait to be told; more are left with the venue. */
const MAX_WAITING = 4096;
const RETRY_MS = 250;
/** What happens is told together, at most so often: each telling is two messages on disk, and five readers that wake up. */
const TELL_MS = 10;

/**
 * Tells the platform what a venue tells, from the last event that is stored as told. The place is stored after the
 * streams have acknowledged: a crash tells some again under the same ids, and skips none.
 */
export class FeedPump {
  readonly #gateway: Gateway;
  readonly #venue: Venue;
  #trouble: string | undefined = "not reading yet";
  #lagging = 0;

  constructor(gateway: Gateway, venue: Venue) {
    this.#gateway = gateway;
    this.#venue = venue;
    // there from the start, so that its first count is seen as one
    if (venue.holdings) gateway.metrics.lostEvents.inc({ venue: venue.name }, 0);
  }

  get state(): { readonly seq: number; readonly waiting: number; readonly trouble: string | undefined } {
    return { seq: this.#gateway.store.seq(this.#venue.name), waiting: this.#lagging, trouble: this.#trouble };
  }

  /** Until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#follow(signal).catch((error: unknown) => this.#skip(error));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== this.#trouble)
          this.#gateway.log.warn({ venue: this.#venue.name, reason }, "feed: beginning again");
        this.#trouble = reason;
      }
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  /**
   * Goes on behind events that nobody can read any more: others that are kept would be lost as well, one day. What was
   * in them is not known here; the positions are the venue's from now on, so that they can agree again.
   *
   * @throws what is something else
   */
  async #skip(error: unknown): Promise<void> {
    const { store, log, audit, metrics } = this.#gateway;
    const { name } = this.#venue;
    if (!(error instanceof VenueEventsGoneError) || !this.#venue.holdings) throw error;
    const { after, oldest } = error;
    const holdings = await this.#venue.holdings();
    const lost = oldest - 1 - after;
    const found = { venue: name, after, oldest, lost, told: store.positions(name), held: holdings.positions };
    // said first: after a crash it is said twice, not never
    audit.act("skip", found);
    log.error(
      { alert: true, ...found },
      `${error.message}; reading goes on with event ${oldest}: compare orders, positions and P&L with the venue's`,
    );
    metrics.lostEvents.inc({ venue: name }, lost);
    store.open(name, holdings, oldest - 1);
  }

  /** Reads ahead while the last batch is on its way to the streams. */
  async #follow(stop: AbortSignal): Promise<void> {
    const { store } = this.#gateway;
    const ended = new AbortController();
    const signal = AbortSignal.any([stop, ended.signal]);
    let waiting: VenueEvent[] = [];
    const pace = new Pace(TELL_MS);
    let wake: () => void = () => undefined;
    let failure: unknown;
    const reading = (async () => {
      for await (const events of this.#venue.feed(store.seq(this.#venue.name), signal)) {
        this.#trouble = undefined;
        for (const event of events) waiting.push(event);
        wake();
        while (waiting.length > MAX_WAITING && !signal.aborted)
          await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })().catch((error: unknown) => (failure = error));
    void reading.finally(() => {
      failure ??= new Error("the feed ended");
      wake();
    });
    const wakeUp = (): void => wake();
    stop.addEventListener("abort", wakeUp, { once: true });
    this.#trouble = undefined;
    try {
      while (!stop.aborted) {
        if (waiting.length === 0) {
          if (failure !== undefined) throw failure;
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        await pace.turn();
        const batch = waiting;
        waiting = [];
        this.#lagging = batch.length;
        await tellEvents(this.#gateway, this.#venue, batch);
        this.#lagging = waiting.length;
      }
    } finally {
      stop.removeEventListener("abort", wakeUp);
      ended.abort();
      await reading;
    }
  }
}

type Told = { readonly report: VenueReport } | { readonly fill: Fill };

/** @throws when the streams did not take all of it; then the place has not moved */
export async function tellEvents(
  gateway: Gateway,
  venue: Venue,
  events: readonly VenueEvent[],
): Promise<void> {
  const { store, reports, now } = gateway;
  const { name, gapFree } = venue;
  const last = events.at(-1);
  if (!last) return;
  const before = store.seq(name);
  const news = events.filter(({ seq, report_id }) => (gapFree ? seq > before : !store.wasTold(report_id)));
  // an order of the gateway's own is told before what happens to it
  await reports.flushOutbox();
  for (const phase of phasesOf(news)) {
    await Promise.all(
      phase.map((event) => {
        const told = messageOf(gateway, name, event);
        return "fill" in told ? reports.fill(told.fill) : reports.report(told.report);
      }),
    );
  }
  const opened = store.openedAt(name);
  store.transaction(() => {
    for (const event of news) {
      record(gateway, name, event, opened);
      if (!gapFree) store.markTold(event.report_id, dayOf(now()));
    }
    store.saveSeq(name, last.seq);
  });
}

/** @param opened fills up to this event are in the positions already */
function record({ store }: Gateway, venue: string, event: VenueEvent, opened: number): void {
  switch (event.kind) {
    case "fill": {
      const { side, account, symbol, fill } = event;
      const change = side === "BUY" ? Big(fill.quantity) : Big(fill.quantity).neg();
      if (event.seq > opened) store.addPosition(venue, account, symbol, change);
      store.addFilled(event.order_id, fill.quantity);
      return;
    }
    case "replaced":
      store.setQuantity(event.order_id, event.quantity);
      return;
    case "accepted":
      store.setProgress(event.order_id, "placed");
      return;
    case "cancelled":
    case "expired":
    case "rejected":
      store.setProgress(event.order_id, "ended");
      return;
    default:
      return;
  }
}

/**
 * Fills and other reports are different subjects of one stream, each written by group commit. What is of one order
 * must lie there in its order, orders among themselves need not: so a batch becomes a few phases, reports and fills in
 * turn, instead of one message for each event.
 */
export function phasesOf(events: readonly VenueEvent[]): readonly (readonly VenueEvent[])[] {
  const phases: VenueEvent[][] = [];
  const reached = new Map<string, number>();
  for (const event of events) {
    const parity = event.kind === "fill" ? 1 : 0;
    const from = reached.get(event.order_id) ?? 0;
    const phase = from % 2 === parity ? from : from + 1;
    reached.set(event.order_id, phase);
    (phases[phase] ??= []).push(event);
  }
  return Array.from(phases, (phase) => phase ?? []).filter((phase) => phase.length > 0);
}

function messageOf(gateway: Gateway, venue: string, event: VenueEvent): Told {
  const known = gateway.store.order(event.order_id);
  const told_as = known?.told_as ?? venue;
  const { report_id, order_id, timestamp } = event;
  const reported = { report_id, order_id, venue: told_as, timestamp };
  switch (event.kind) {
    case "accepted":
      return { report: { ...reported, kind: event.kind } };
    case "rejected":
    case "cancelRejected":
    case "replaceRejected":
      return { report: { ...reported, kind: event.kind, reason: event.reason } };
    case "cancelled":
    case "expired":
      return { report: { ...reported, kind: event.kind, ...(event.reason ? { reason: event.reason } : {}) } };
    case "replaced": {
      const { quantity, price, stop_price } = event;
      return {
        report: {
          ...reported,
          kind: event.kind,
          quantity,
          ...(price === undefined ? {} : { price }),
          ...(stop_price === undefined ? {} : { stop_price }),
        },
      };
    }
    case "fill": {
      const { symbol, side, account, fill } = event;
      return {
        fill: {
          ...fill,
          order_id,
          // placed at the venue by somebody else: it has no name here
          client_order_id: known?.client_order_id ?? `external-${order_id}`,
          symbol,
          side,
          account,
          venue: told_as,
          timestamp,
        },
      };
    }
  }
}
