import Big from "big.js";
import type { GatewayStore, KnownOrder } from "./store";
import type { Venue, VenueOrderState } from "./venues/venue";

/** What the venue says against what is known here. */
export interface Reconciliation {
  readonly venue: string;
  readonly at: number;
  /** Open at both. */
  readonly open: number;
  /** Open at the venue, and not sent by this gateway. */
  readonly unknown: readonly string[];
  /** Sent by this gateway as far as it knows, and not known to the venue: never seen, or ended too long ago. */
  readonly missing: readonly string[];
  /** Begun and not sent: the work queue tells them again. */
  readonly unsent: number;
  /** Their end had not been told yet. */
  readonly ended: number;
  /** Of events that are told already; what is on its way shows here for a moment. */
  readonly positions: readonly {
    readonly account: string;
    readonly symbol: string;
    readonly here: string;
    readonly venue: string;
  }[];
  readonly agrees: boolean;
}

const QUESTIONS = 32;

/** Asks the venue for its open orders and positions, and for every order that it should have and does not list. */
export async function reconcile(
  store: GatewayStore,
  venue: Venue,
  now: () => number,
): Promise<Reconciliation> {
  const [open, held] = await Promise.all([venue.openOrders(), venue.positions()]);
  const believed = store.liveOrders(venue.name);
  const listed = new Map(open.map((order) => [order.order_id, order] as const));
  const absent = believed.filter(({ order_id }) => !listed.has(order_id));
  const answers = await askAll(venue, absent);
  const ended = answers.filter(({ state }) => state !== undefined);
  const never = answers.filter(({ state }) => state === undefined).map(({ order }) => order);
  store.transaction(() => {
    for (const { order, state } of ended) {
      // open after all: it came between the two questions
      const over = state?.status !== "ACCEPTED" && state?.status !== "PARTIALLY_FILLED";
      store.setProgress(order.order_id, over ? "ended" : "placed");
    }
    for (const { order_id } of open) store.setProgress(order_id, "placed");
  });
  const unknown = open.filter(({ order_id }) => !store.order(order_id)).map(({ order_id }) => order_id);
  const missing = never.filter(({ progress }) => progress === "placed").map(({ order_id }) => order_id);
  const positions = comparePositions(store, venue.name, held);
  return {
    venue: venue.name,
    at: now(),
    open: open.length - unknown.length,
    unknown,
    missing,
    unsent: never.length - missing.length,
    ended: ended.length,
    positions,
    agrees: unknown.length === 0 && missing.length === 0 && positions.length === 0,
  };
}

async function askAll(
  venue: Venue,
  orders: readonly KnownOrder[],
): Promise<readonly { readonly order: KnownOrder; readonly state: VenueOrderState | undefined }[]> {
  const answers: { order: KnownOrder; state: VenueOrderState | undefined }[] = [];
  for (let from = 0; from < orders.length; from += QUESTIONS) {
    const some = orders.slice(from, from + QUESTIONS);
    answers.push(
      ...(await Promise.all(some.map(async (order) => ({ order, state: await venue.query(order) })))),
    );
  }
  return answers;
}

function comparePositions(
  store: GatewayStore,
  name: string,
  held: readonly { readonly account: string; readonly symbol: string; readonly quantity: string }[],
): Reconciliation["positions"] {
  const both = new Map<string, { account: string; symbol: string; here: string; venue: string }>();
  for (const { account, symbol, quantity } of store.positions(name)) {
    both.set(`${account} ${symbol}`, { account, symbol, here: quantity, venue: "0" });
  }
  for (const { account, symbol, quantity } of held) {
    const key = `${account} ${symbol}`;
    both.set(key, { account, symbol, here: both.get(key)?.here ?? "0", venue: quantity });
  }
  return [...both.values()].filter(({ here, venue }) => !Big(here).eq(venue));
}
