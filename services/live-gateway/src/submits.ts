import Big from "big.js";
import type { Order } from "../../contracts/order";
import type { Decimal } from "../../contracts/values";
import { dayOf } from "./caps";
import type { Gateway } from "./context";
import { ask, type Desk } from "./desk";
import { decide, type Decision } from "./gate";
import { refusalOf } from "./kill-switch";
import { reducibleAt, type Reducible } from "./reducing";
import type { KnownOrder } from "./store";
import { VenueUnavailableError, type VenueOrder } from "./venues/venue";

export interface Submit {
  readonly order: Order;
  /** The queue told it before: it may have been sent already. */
  readonly redelivered: boolean;
}

/** Questions on their way to a venue at a time. */
const QUESTIONS = 32;

/**
 * Sends orders of one desk, none of them twice. An order is written down before it is sent; one that was written down,
 * or told before, is asked for at the venue first. What keeps an order from its venue is decided once, and said again
 * the same way when the order comes again.
 *
 * @throws {VenueUnavailableError} when something is left to do: the queue tells it again
 */
export async function submitOrders(
  gateway: Gateway,
  desk: Desk | undefined,
  submits: readonly Submit[],
): Promise<void> {
  const { store } = gateway;
  if (desk && !desk.reconciled) {
    throw new VenueUnavailableError(
      desk.venue.name,
      "submit",
      "not reconciled yet; nothing is sent before that",
    );
  }
  const refused: Refused[] = [];
  const fresh: Order[] = [];
  const doubtful: Order[] = [];
  const tried = new Map<string, KnownOrder>();
  for (const { order, redelivered } of unique(submits)) {
    const known = store.order(order.order_id);
    if (known?.progress === "refused") refused.push({ order, reason: known.reason ?? "refused" });
    else if (known?.progress === "placed" || known?.progress === "ended") continue;
    else if (known || redelivered) {
      doubtful.push(order);
      if (known) tried.set(order.order_id, known);
    } else fresh.push(order);
  }
  let trouble: unknown;
  if (doubtful.length > 0 && desk) {
    const asked = await askForOrders(gateway, desk, doubtful);
    fresh.push(...asked.unknown);
    trouble = asked.trouble;
  } else fresh.push(...doubtful);
  const sendable = await screen(gateway, desk, fresh, tried, refused);
  try {
    if (desk) await send(gateway, desk, sendable, refused);
  } catch (error) {
    trouble = error;
  }
  await tellRefusals(gateway, refused);
  if (trouble !== undefined) throw trouble;
}

interface Refused {
  readonly order: Order;
  readonly reason: string;
}

function unique(submits: readonly Submit[]): Iterable<Submit> {
  const byId = new Map<string, Submit>();
  for (const submit of submits) {
    const before = byId.get(submit.order.order_id);
    byId.set(submit.order.order_id, before?.redelivered ? before : submit);
  }
  return byId.values();
}

/** The venue is asked which of them it has. Those that it does not know have not been sent, and are free to be. */
async function askForOrders(
  gateway: Gateway,
  desk: Desk,
  orders: readonly Order[],
): Promise<{ readonly unknown: readonly Order[]; readonly trouble: unknown }> {
  const { store } = gateway;
  const unknown: Order[] = [];
  const placed: Order[] = [];
  let trouble: unknown;
  for (let from = 0; from < orders.length && trouble === undefined; from += QUESTIONS) {
    const some = orders.slice(from, from + QUESTIONS);
    const answers = await Promise.allSettled(
      some.map((order) => ask(desk, "query", () => desk.venue.query(order))),
    );
    some.forEach((order, index) => {
      const answer = answers[index];
      if (answer?.status !== "fulfilled") trouble = answer?.reason ?? trouble;
      else if (answer.value) placed.push(order);
      else unknown.push(order);
    });
  }
  store.transaction(() => {
    for (const order of placed) {
      if (!store.order(order.order_id))
        store.saveOrder(rowOf(order, desk, "placed", false, undefined, gateway.now()));
      else store.setProgress(order.order_id, "placed");
    }
  });
  return { unknown, trouble };
}

/** Judges orders one after the other, as each uses up some of the cap, and writes the judgement down. */
async function screen(
  gateway: Gateway,
  desk: Desk | undefined,
  orders: readonly Order[],
  tried: ReadonlyMap<string, KnownOrder>,
  refused: Refused[],
): Promise<readonly Order[]> {
  if (orders.length === 0) return [];
  const { store, trading, caps, desks, maxAgeMs } = gateway;
  const fallback = await missingPrices(gateway, desk, orders);
  const reducible: Reducible | undefined =
    trading.state.state === "REDUCING" && desk ? await reducibleAt(desk.venue) : undefined;
  const now = gateway.now();
  const day = dayOf(now);
  const sendable: Order[] = [];
  store.transaction(() => {
    let spent = store.spent(day);
    const before = spent;
    for (const order of orders) {
      // counted when it was first tried, and not again
      const counted = tried.get(order.order_id);
      const decision: Decision = decide(order, {
        mode: desks.mode,
        kill: trading.state,
        venue: desks.named(order.venue)?.venue,
        caps,
        spentToday: counted?.day === day ? spent.minus(counted.notional) : spent,
        lastPrice: gateway.prices.last(order.symbol) ?? fallback.get(order.symbol),
        reducible: reducible?.left(order) ?? "0",
        now,
        maxAgeMs,
      });
      if (counted?.day === day) spent = spent.minus(counted.notional);
      if (decision.send) {
        spent = spent.plus(decision.notional);
        reducible?.take(order);
        sendable.push(order);
      } else refused.push({ order, reason: decision.reason });
      store.saveOrder(
        decision.send
          ? rowOf(order, desk, "sending", decision.shadow, decision.notional, now)
          : { ...rowOf(order, desk, "refused", false, undefined, now), reason: decision.reason },
      );
    }
    if (!spent.eq(before)) store.addSpent(day, spent.minus(before));
  });
  return sendable;
}

/** Market orders of symbols without a tick are valued at what the venue shows. */
async function missingPrices(
  gateway: Gateway,
  desk: Desk | undefined,
  orders: readonly Order[],
): Promise<ReadonlyMap<string, Decimal>> {
  const wanted = new Set(
    orders
      .filter(({ price, symbol }) => price === undefined && gateway.prices.last(symbol) === undefined)
      .map(({ symbol }) => symbol),
  );
  const found = new Map<string, Decimal>();
  if (!desk || wanted.size === 0) return found;
  await Promise.all(
    [...wanted].map(async (symbol) => {
      const price = await ask(desk, "price", () => desk.venue.lastPrice(symbol));
      if (price !== undefined) found.set(symbol, price);
    }),
  );
  return found;
}

async function send(
  gateway: Gateway,
  desk: Desk,
  orders: readonly Order[],
  refused: Refused[],
): Promise<void> {
  const { store, trading, metrics, audit, desks } = gateway;
  const { venue } = desk;
  const judgedIn = trading.state;
  for (let from = 0; from < orders.length; from += venue.maxBatch) {
    const chunk = orders.slice(from, from + venue.maxBatch);
    // a kill switch that was thrown since holds for all that is not on its way yet
    if (trading.state !== judgedIn && trading.state.state !== "ACTIVE") {
      const left = orders.slice(from);
      const reason = refusalOf(trading.state);
      store.transaction(() => left.forEach((order) => refuse(gateway, order, reason)));
      refused.push(...left.map((order) => ({ order, reason })));
      return;
    }
    const results = await timed(gateway, venue.name, "submit", () =>
      ask(desk, "submit", () => venue.submit(chunk.map(venueOrderOf))),
    );
    const byId = new Map(results.map((result) => [result.order_id, result] as const));
    let unanswered = 0;
    store.transaction(() => {
      for (const order of chunk) {
        const result = byId.get(order.order_id);
        if (!result) unanswered += 1;
        else if (result.outcome === "rejected") refusedByVenue(gateway, desk, order, result.reason, refused);
        else store.setProgress(order.order_id, "placed");
      }
    });
    metrics.commands.inc({ kind: "submit", outcome: "sent" }, chunk.length - unanswered);
    if (desks.mode === "shadow") {
      for (const order of chunk) if (order.venue !== venue.name) audit.note("shadow", { order });
    }
    if (unanswered > 0)
      throw new VenueUnavailableError(venue.name, "submit", `no word on ${unanswered} orders`);
  }
}

/** @returns what request answers, timed */
export async function timed<Answer>(
  gateway: Gateway,
  venue: string,
  request: string,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const end = gateway.metrics.venueSeconds.startTimer({ venue, request });
  try {
    return await work();
  } finally {
    end();
  }
}

function refusedByVenue(
  gateway: Gateway,
  desk: Desk,
  order: Order,
  reason: string | undefined,
  refused: Refused[],
): void {
  if (desk.venue.feedTellsRefusals) {
    giveBack(gateway, order.order_id);
    gateway.store.setProgress(order.order_id, "ended", reason ?? null);
    return;
  }
  const said = `${desk.venue.name}: ${reason ?? "the venue gave no reason"}`;
  refuse(gateway, order, said);
  refused.push({ order, reason: said });
}

function refuse(gateway: Gateway, order: Order, reason: string): void {
  giveBack(gateway, order.order_id);
  gateway.store.setProgress(order.order_id, "refused", reason);
}

/** An order that did not come about uses nothing of the cap. */
function giveBack(gateway: Gateway, orderId: string): void {
  const known = gateway.store.order(orderId);
  if (known && !Big(known.notional).eq(0)) {
    gateway.store.addSpent(known.day, Big(known.notional).neg());
    gateway.store.saveOrder({ ...known, notional: "0" });
  }
}

async function tellRefusals(gateway: Gateway, refused: readonly Refused[]): Promise<void> {
  if (refused.length === 0) return;
  const { reports, audit, metrics, now } = gateway;
  metrics.commands.inc({ kind: "submit", outcome: "refused" }, refused.length);
  await Promise.all(
    refused.map(({ order, reason }) => {
      audit.note("refuse", { order_id: order.order_id, account: order.account, reason });
      return reports.report({
        kind: "rejected",
        report_id: `live-gateway:${order.order_id}`,
        order_id: order.order_id,
        venue: order.venue,
        timestamp: now(),
        reason,
      });
    }),
  );
}

export function venueOrderOf(order: Order): VenueOrder {
  const { order_id, symbol, side, quantity, order_type, price, stop_price, time_in_force, account } = order;
  return {
    order_id,
    symbol,
    side,
    quantity,
    order_type,
    time_in_force,
    account,
    ...(price === undefined ? {} : { price }),
    ...(stop_price === undefined ? {} : { stop_price }),
  };
}

export function rowOf(
  order: Order,
  desk: Desk | undefined,
  progress: KnownOrder["progress"],
  shadow: boolean,
  notional: Big | undefined,
  now: number,
): KnownOrder {
  return {
    order_id: order.order_id,
    client_order_id: order.client_order_id,
    venue: desk?.venue.name ?? order.venue,
    told_as: shadow ? `${order.venue}-shadow` : order.venue,
    account: order.account,
    symbol: order.symbol,
    progress,
    reason: null,
    quantity: order.quantity,
    filled: "0",
    notional: notional?.toFixed() ?? "0",
    day: dayOf(now),
  };
}
