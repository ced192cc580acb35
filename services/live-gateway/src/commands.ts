import Big from "big.js";
import type { BrokerCommand } from "../../contracts/execution";
import type { Delivered } from "../../kit";
import { capRefusal, dayOf } from "./caps";
import type { Gateway } from "./context";
import { ask, type Desk } from "./desk";
import { refusalOf } from "./kill-switch";
import type { KnownOrder } from "./store";
import { submitOrders, timed, type Submit } from "./submits";
import { VenueUnavailableError, type CancelCommand, type ReplaceCommand } from "./venues/venue";

type Change = Extract<BrokerCommand, { kind: "cancel" | "replace" }> & {
  /** When the queue took it, in milliseconds since 1970 UTC. */
  readonly at: number;
};

/**
 * What the work queue wants done. An order is always submitted before it is changed, so all submits go first, and then
 * changes in runs of one kind. A submit that has to come again can be overtaken by a change all the same: that waits
 * for it.
 *
 * @throws when something is left to do; what was done is known, and is not done again when the queue tells it again
 */
export async function handleCommands(
  gateway: Gateway,
  delivered: readonly Delivered<readonly BrokerCommand[]>[],
): Promise<void> {
  const submits = new Map<Desk | undefined, Submit[]>();
  const runs: Change[][] = [];
  for (const { value, redelivered, at } of delivered) {
    for (const command of value) {
      if (command.kind === "submit") {
        const desk = gateway.desks.takerOf(command.order);
        const list = submits.get(desk) ?? [];
        list.push({ order: command.order, redelivered });
        submits.set(desk, list);
      } else {
        const run = runs.at(-1);
        const change = { ...command, at };
        if (run?.[0]?.kind === command.kind) run.push(change);
        else runs.push([change]);
      }
    }
  }
  // a venue that does not answer keeps neither the others nor the cancels from being served
  const done = await Promise.allSettled(
    [...submits].map(([desk, orders]) => submitOrders(gateway, desk, orders)),
  );
  const troubles = done.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
  for (const run of runs) troubles.push(...(await changeOrders(gateway, run)));
  const [trouble] = troubles;
  if (trouble !== undefined) throw trouble;
}

async function changeOrders(gateway: Gateway, run: readonly Change[]): Promise<readonly unknown[]> {
  const byDesk = new Map<Desk, Change[]>();
  const found = await Promise.allSettled(
    run.map(async (change) => ({ change, desk: await deskOf(gateway, change) })),
  );
  for (const each of found) {
    if (each.status === "rejected" || !each.value.desk) continue;
    const { change, desk } = each.value;
    byDesk.set(desk, [...(byDesk.get(desk) ?? []), change]);
  }
  const done = await Promise.allSettled(
    [...byDesk].map(([desk, changes]) => changeAt(gateway, desk, changes)),
  );
  return [...found, ...done].flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
}

/**
 * Where the order is; undefined when there is nothing to change, which has then been said.
 *
 * @throws {VenueUnavailableError} while the order is still to come there
 */
async function deskOf(gateway: Gateway, change: Change): Promise<Desk | undefined> {
  const known = gateway.store.order(change.order_id);
  // its end was said already, and a change of it has nothing to add
  if (known?.progress === "refused") return undefined;
  const desk = known ? gateway.desks.named(known.venue) : gateway.desks.takerOf(change);
  const reason =
    refusalOfChange(gateway, change, desk, known) ??
    (desk && (await whyAbsent(gateway, change, desk, known)));
  if (reason === undefined) return desk;
  await gateway.reports.report({
    kind: change.kind === "cancel" ? "cancelRejected" : "replaceRejected",
    report_id: `live-gateway:${requestIdOf(change)}`,
    order_id: change.order_id,
    venue: change.venue,
    timestamp: gateway.now(),
    reason,
  });
  return undefined;
}

/**
 * An order that was not placed from here may have come to the venue all the same, or is still to be told by the queue.
 * That ends when an order of the same time would be too old to be sent.
 *
 * @returns why the venue will not have the order any more
 * @throws {VenueUnavailableError} while it may still come
 */
async function whyAbsent(
  { maxAgeMs, now }: Gateway,
  { kind, order_id, symbol, at }: Change,
  { venue }: Desk,
  known: KnownOrder | undefined,
): Promise<string | undefined> {
  if (known && known.progress !== "sending") return undefined;
  if (await venue.query({ order_id, symbol })) return undefined;
  if (maxAgeMs > 0 && now() - at > 2 * maxAgeMs) return `${venue.name} does not know this order`;
  throw new VenueUnavailableError(venue.name, kind, `order ${order_id} has not been placed yet`);
}

/** Cancels always pass. A replace can be a bigger order, and is held to what new orders are held to. */
function refusalOfChange(
  gateway: Gateway,
  change: Change,
  desk: Desk | undefined,
  known: KnownOrder | undefined,
): string | undefined {
  if (!desk) return `no venue ${change.venue} here`;
  if (desk.venue.disabled !== undefined) return `venue ${change.venue} is disabled: ${desk.venue.disabled}`;
  if (change.kind === "cancel") return undefined;
  const { state } = gateway.trading;
  return state.state === "ACTIVE" ? takeMore(gateway, change, known) : refusalOf(state);
}

/** Counts what the order becomes worth more, once: told again it is worth that already. @returns why it may not */
function takeMore(
  { store, caps, now }: Gateway,
  change: Extract<Change, { kind: "replace" }>,
  known: KnownOrder | undefined,
): string | undefined {
  if (!known || Big(known.quantity).eq(0)) return undefined;
  const before = Big(known.notional);
  const price = change.price ?? change.stop_price ?? before.div(known.quantity);
  const after = Big(change.quantity ?? known.quantity).times(price);
  if (after.lte(before)) return undefined;
  const day = dayOf(now());
  const refusal = capRefusal(after, store.spent(day).minus(known.day === day ? before : 0), caps);
  if (refusal !== undefined) return refusal;
  store.transaction(() => {
    store.addSpent(day, known.day === day ? after.minus(before) : after);
    store.saveOrder({ ...known, notional: after.toFixed(), day });
  });
  return undefined;
}

async function changeAt(gateway: Gateway, desk: Desk, changes: readonly Change[]): Promise<void> {
  const { venue } = desk;
  for (let from = 0; from < changes.length; from += venue.maxBatch) {
    const chunk = changes.slice(from, from + venue.maxBatch);
    const [first] = chunk;
    if (!first) return;
    const requests = chunk.map(requestOf);
    // a cancel lessens risk: it is tried whatever the breaker says
    const results = await timed(gateway, venue.name, first.kind, () =>
      first.kind === "cancel" ? venue.cancel(requests) : ask(desk, "replace", () => venue.replace(requests)),
    );
    const answered = new Set(results.map(({ request_id }) => request_id));
    const missing = requests.filter(({ request_id }) => !answered.has(request_id)).length;
    gateway.metrics.commands.inc({ kind: first.kind, outcome: "sent" }, chunk.length - missing);
    if (!venue.feedTellsRefusals) await tellRejections(gateway, chunk, results);
    if (missing > 0)
      throw new VenueUnavailableError(venue.name, first.kind, `no word on ${missing} requests`);
  }
}

async function tellRejections(
  gateway: Gateway,
  chunk: readonly Change[],
  results: readonly {
    readonly request_id: string;
    readonly outcome: string;
    readonly reason?: string | undefined;
  }[],
): Promise<void> {
  const byId = new Map(results.map((result) => [result.request_id, result] as const));
  await Promise.all(
    chunk.map(async (change) => {
      const result = byId.get(requestIdOf(change));
      if (result?.outcome !== "rejected") return;
      await gateway.reports.report({
        kind: change.kind === "cancel" ? "cancelRejected" : "replaceRejected",
        report_id: `live-gateway:${requestIdOf(change)}`,
        order_id: change.order_id,
        venue: change.venue,
        timestamp: gateway.now(),
        reason: result.reason ?? "the venue gave no reason",
      });
    }),
  );
}

function requestIdOf({ order_id, version, kind }: Change): string {
  return `${order_id}:${version}:${kind === "cancel" ? "c" : "r"}`;
}

function requestOf(change: Change): CancelCommand & ReplaceCommand {
  const base = { order_id: change.order_id, request_id: requestIdOf(change), symbol: change.symbol };
  if (change.kind === "cancel") return base;
  const { quantity, price, stop_price } = change;
  return {
    ...base,
    ...(quantity === undefined ? {} : { quantity }),
    ...(price === undefined ? {} : { price }),
    ...(stop_price === undefined ? {} : { stop_price }),
  };
}
