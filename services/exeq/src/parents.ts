import Big from "big.js";
import type { VenueReport } from "../../contracts/execution";
import type { Order } from "../../contracts/order";
import type { Log } from "../../kit";
import { bucketTimes, planOf, PlanError, replan, type Parent } from "./plan";
import type { VolumeProfiles } from "./profile";
import { endReport, nextStep, openChildren, sliceNumberOf, type Child, type ParentState } from "./state";
import type { Changes, ParentStore } from "./store";
import { OmsUnavailableError, type Oms } from "./oms";

export interface ParentsOptions {
  readonly store: Pick<ParentStore, "save" | "load" | "active">;
  readonly oms: Oms;
  readonly profiles: VolumeProfiles;
  readonly report: (report: VenueReport) => Promise<void>;
  readonly log: Log;
  readonly now: () => number;
  /** How long a step that failed waits for its next try. */
  readonly retryMs: number;
}

/** What a parent's order is asked to become. */
export interface Replacement {
  readonly quantity?: string | undefined;
  readonly price?: string | undefined;
  readonly stop_price?: string | undefined;
}

/** What of an order tells how a slice is. */
export type ChildNews = Pick<
  Order,
  | "order_id"
  | "parent_order_id"
  | "client_order_id"
  | "status"
  | "filled_quantity"
  | "version"
  | "quantity"
  | "reject_reason"
>;

interface Running {
  readonly state: ParentState;
  /** Steps of one parent are taken one after the other. */
  tail: Promise<void>;
  timer: NodeJS.Timeout | undefined;
  attempts: number;
  /** When the end of a slice was asked for last. */
  readonly asked: Map<string, number>;
}

/** Timers that wait longer fire at once. */
const LONGEST_MS = 2 ** 31 - 1;
const NO_STEP_MS = 5000;

/** Orders of algorithms at work. Every step is written down before the next one. */
export class Parents {
  readonly #options: ParentsOptions;
  readonly #running = new Map<string, Running>();
  #stopped = false;

  constructor(options: ParentsOptions) {
    this.#options = options;
  }

  get running(): readonly ParentState[] {
    return [...this.#running.values()].map(({ state }) => state);
  }

  /** Takes up what was at work when the process ended. */
  async resume(): Promise<void> {
    for (const id of await this.#options.store.active()) {
      const state = await this.#options.store.load(id);
      if (state) this.#run(state);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { timer } of this.#running.values()) clearTimeout(timer);
    await Promise.allSettled([...this.#running.values()].map(({ tail }) => tail));
  }

  async find(orderId: string): Promise<ParentState | undefined> {
    return this.#running.get(orderId)?.state ?? (await this.#options.store.load(orderId));
  }

  /** @returns when it is written down and reported; told again it does nothing */
  async start(order: Parent): Promise<void> {
    const { store, profiles, report, now, log } = this.#options;
    if (await this.find(order.order_id)) return;
    const reported = { order_id: order.order_id, venue: order.venue, timestamp: now() };
    let state: ParentState;
    try {
      state = {
        order,
        plan: planOf(order, expectedVolumes(profiles, order)),
        progress: { version: order.version, next: 0, phase: "working", changed: 0 },
        children: new Map(),
      };
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      await report({
        ...reported,
        kind: "rejected",
        report_id: `exeq:${order.order_id}`,
        reason: error.message,
      });
      return;
    }
    await store.save(state, { progress: true, order: true, plan: true });
    // the algorithm is where the order is worked: from now on it can be changed
    await report({ ...reported, kind: "accepted", report_id: `exeq:${order.order_id}:accepted` });
    const { slices, profile, unplaced } = state.plan;
    log.info(
      { order_id: order.order_id, algo: order.algo, slices: slices.length, profile, unplaced },
      "parent begins",
    );
    this.#run(state);
  }

  /** @param version of the order that says so */
  async cancel(orderId: string, version: number): Promise<void> {
    await this.#change(orderId, version, async ({ state }) => {
      state.progress = { ...state.progress, phase: "cancelling" };
      return {};
    });
  }

  async replace(order: Order, change: Replacement): Promise<void> {
    await this.#change(order.order_id, order.version, async ({ state }) => {
      const { now, report } = this.#options;
      const reported = { order_id: order.order_id, venue: order.venue, timestamp: now() };
      const id = `exeq:${order.order_id}:${order.version}`;
      const { price, stop_price } = change;
      const wanted: Parent = {
        ...state.order,
        quantity: change.quantity ?? state.order.quantity,
        ...(price === undefined ? {} : { price }),
        ...(stop_price === undefined ? {} : { stop_price }),
      };
      let cut;
      try {
        cut = replan(state.plan, wanted, state.progress.next, now());
      } catch (error) {
        if (!(error instanceof PlanError)) throw error;
        await report({ ...reported, kind: "replaceRejected", report_id: id, reason: error.message });
        return {};
      }
      if (price !== undefined || stop_price !== undefined)
        await this.#replaceChildren(state, price, stop_price);
      state.order = wanted;
      state.plan = cut;
      await report({
        ...reported,
        kind: "replaced",
        report_id: id,
        quantity: wanted.quantity,
        ...(wanted.price === undefined ? {} : { price: wanted.price }),
        ...(wanted.stop_price === undefined ? {} : { stop_price: wanted.stop_price }),
      });
      return { order: true, plan: true };
    });
  }

  /** A slice moved. Older news than what is known, and news of others' orders, do nothing. */
  async childMoved(news: ChildNews): Promise<void> {
    const { parent_order_id: parentId } = news;
    const n = parentId === undefined ? undefined : sliceNumberOf(parentId, news.client_order_id);
    const running = parentId === undefined ? undefined : this.#running.get(parentId);
    if (!running || n === undefined) return;
    const { children } = running.state;
    const known = children.get(n);
    if (known && known.version >= news.version) return;
    // not in turn: a step that waits for the OMS must not hold up the orders of others
    const moved = childOf(n, news);
    await this.#options.store.save({ ...running.state, children: new Map([[n, moved]]) }, { child: n });
    if ((children.get(n)?.version ?? -1) < moved.version) children.set(n, moved);
    this.#kick(running, 0);
  }

  #run(state: ParentState): void {
    const running: Running = {
      state,
      tail: Promise.resolve(),
      timer: undefined,
      attempts: 0,
      asked: new Map(),
    };
    this.#running.set(state.order.order_id, running);
    this.#kick(running, 0);
  }

  /** A change of each version once; of a parent that is not at work, none. */
  async #change(
    orderId: string,
    version: number,
    work: (running: Running) => Promise<Changes>,
  ): Promise<void> {
    const running = this.#running.get(orderId);
    if (!running) return;
    await this.#inTurn(running, async () => {
      const { progress } = running.state;
      if (progress.phase !== "working" || progress.changed >= version) return;
      const changes = await work(running);
      running.state.progress = { ...running.state.progress, changed: version, version };
      await this.#options.store.save(running.state, { ...changes, progress: true });
    });
    this.#kick(running, 0);
  }

  async #replaceChildren(state: ParentState, price?: string, stopPrice?: string): Promise<void> {
    const open = openChildren(state).flatMap(({ order_id }) => (order_id === undefined ? [] : [order_id]));
    await Promise.all(open.map((id) => this.#options.oms.replacePrice(id, price, stopPrice)));
  }

  #inTurn(running: Running, work: () => Promise<void>): Promise<void> {
    const done = running.tail.then(work);
    running.tail = done.catch(() => undefined);
    return done;
  }

  #kick(running: Running, delayMs: number): void {
    clearTimeout(running.timer);
    if (this.#stopped || running.state.progress.phase === "ended") return;
    running.timer = setTimeout(
      () => void this.#inTurn(running, () => this.#advance(running)).catch(() => undefined),
      Math.min(delayMs, LONGEST_MS),
    );
  }

  async #advance(running: Running): Promise<void> {
    const { log, now, retryMs } = this.#options;
    const { state } = running;
    try {
      for (;;) {
        if (this.#stopped) return;
        const step = nextStep(state, now());
        if (step.kind === "send") await this.#send(state, step.n);
        else if (step.kind === "finish") return await this.#finish(state);
        else {
          if (step.kind === "cancelChildren") {
            await this.#cancelChildren(running, step.orderIds);
          }
          running.attempts = 0;
          // what is waited for comes as news
          const delay = step.kind === "wait" ? step.until - now() : NO_STEP_MS;
          this.#kick(running, Math.max(delay, 1));
          return;
        }
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log[error instanceof OmsUnavailableError ? "warn" : "error"](
        { order_id: state.order.order_id, reason },
        "again",
      );
      this.#kick(running, Math.min(retryMs * 2 ** running.attempts++, 10_000));
    }
  }

  /** Each once in a while: its end comes as news, and a cancel that was lost or refused is asked again. */
  async #cancelChildren({ asked }: Running, orderIds: readonly string[]): Promise<void> {
    const now = performance.now();
    const due = orderIds.filter((id) => now - (asked.get(id) ?? -Infinity) >= NO_STEP_MS);
    await Promise.all(
      due.map(async (id) => {
        await this.#options.oms.cancel(id);
        asked.set(id, now);
      }),
    );
  }

  async #send(state: ParentState, n: number): Promise<void> {
    const { store, oms } = this.#options;
    const slice = state.plan.slices[n];
    if (!slice) throw new Error(`slice ${n} of ${state.order.order_id} is not in its plan`);
    if (state.progress.sending === undefined) {
      // from here on this slice is sent as it is until its answer is known
      const next = { ...state.progress, sending: n, next: n + 1 };
      await store.save({ ...state, progress: next }, { progress: true });
      state.progress = next;
    }
    const placed = await oms.place(state.order, n, slice.quantity);
    const known = state.children.get(n);
    const made: Child =
      placed.kind === "order"
        ? childOf(n, placed.order)
        : { n, quantity: slice.quantity, filled: "0", status: "REJECTED", version: 0, reason: placed.reason };
    if (!known || known.version < made.version) state.children.set(n, made);
    const { sending: _sent, ...rest } = state.progress;
    await store.save({ ...state, progress: rest }, { progress: true, child: n });
    state.progress = rest;
  }

  async #finish(state: ParentState): Promise<void> {
    const { store, report, log, now } = this.#options;
    const said = endReport(state, now());
    if (said) await report(said);
    state.progress = { ...state.progress, phase: "ended" };
    try {
      await store.save(state, { progress: true });
    } catch (error) {
      state.progress = { ...state.progress, phase: said?.kind === "cancelled" ? "cancelling" : "working" };
      throw error;
    }
    this.#running.delete(state.order.order_id);
    log.info({ order_id: state.order.order_id, end: said?.kind ?? "filled" }, "parent ended");
  }
}

function childOf(n: number, news: ChildNews): Child {
  const { order_id, quantity, filled_quantity: filled, status, version, reject_reason: reason } = news;
  return { n, order_id, quantity, filled, status, version, ...(reason === undefined ? {} : { reason }) };
}

function expectedVolumes(profiles: VolumeProfiles, order: Parent) {
  const { algo, created_at: start, symbol } = order;
  if (algo.name !== "VWAP") return undefined;
  const times = bucketTimes(start, algo.duration_ms, algo.slices);
  return profiles.expected(symbol, times, start + algo.duration_ms);
}

/** In one number: how much of a parent is filled. */
export function filledShare({ order, children }: ParentState): string {
  const filled = [...children.values()].reduce((sum, each) => sum.plus(each.filled), Big(0));
  return filled.div(order.quantity).round(4).toFixed();
}
