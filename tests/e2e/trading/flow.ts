import { setTimeout as pause } from "node:timers/promises";
import { isFinal, type Order } from "../../../services/contracts";
import type { Refused, Reply } from "./api";
import type { Desk, Wanted } from "./desk";
import { BTC, ETH, SOL, type Prices } from "./market";
import { dice } from "./schedule";

/** More than so many at once, and the flow waits: whoever is away must not drown when it comes back. */
const AT_ONCE = 48;
const AGAIN_MS = 300;
/** Longer than anything is ever away. */
const PATIENCE_MS = 300_000;

/** What was answered to one client id, over all attempts. */
export interface Answered {
  readonly client_order_id: string;
  readonly order_ids: ReadonlySet<string>;
}

/**
 * A client that goes on whatever happens: an order that nobody answered, or that was answered 5xx, is sent again under
 * the same id; a third of the orders that rest are cancelled.
 *
 * @param seed of what it sends, not of when
 * @param everyMs how often it sends; below what an order takes, it is a flood
 */
export class Flow {
  readonly sent: string[] = [];
  readonly #below: (limit: number) => number;
  readonly #answers = new Map<string, Set<string>>();
  readonly #asking = new Set<Promise<void>>();
  /** How often each rule has refused an order. */
  readonly #refused = new Map<string, number>();
  #asked = 0;
  #running: Promise<void> | undefined;
  #stopped = false;
  #problem: Error | undefined;

  constructor(
    private readonly desk: Desk,
    private readonly prices: Prices,
    seed: number,
    private readonly everyMs = 40,
  ) {
    this.#below = dice(seed + 1);
  }

  get counts() {
    const { size } = this.#answers;
    return {
      taken: size,
      refused: Object.fromEntries(this.#refused),
      asked: this.#asked,
      asking: this.#asking.size,
    };
  }

  get answers(): readonly Answered[] {
    return [...this.#answers].map(([client_order_id, order_ids]) => ({ client_order_id, order_ids }));
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Waits for what is on its way. @throws what went wrong meanwhile */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    while (this.#asking.size > 0) await Promise.race(this.#asking);
    if (this.#problem) throw this.#problem;
  }

  /** Until so many more orders have been taken. */
  async taken(more: number): Promise<void> {
    const goal = this.#answers.size + more;
    const deadline = Date.now() + PATIENCE_MS;
    while (this.#answers.size < goal) {
      if (this.#problem) throw this.#problem;
      if (Date.now() > deadline)
        throw new Error(
          `${more} more orders: not within ${PATIENCE_MS / 1000} s: ${JSON.stringify(this.counts)}`,
        );
      await pause(100);
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await pause(this.everyMs);
      if (this.#asking.size >= AT_ONCE) continue;
      const one = this.#one()
        .catch((error: unknown) => {
          this.#problem ??= error as Error;
        })
        .finally(() => this.#asking.delete(one));
      this.#asking.add(one);
    }
  }

  async #one(): Promise<void> {
    const client_order_id = this.desk.nextId();
    const wanted = await this.#wanted();
    this.sent.push(client_order_id);
    const taken = await this.#until<Order>(
      "POST",
      "/orders",
      { client_order_id, account: this.desk.account, ...wanted },
      (reply) => {
        if (reply.status !== 201 && reply.status !== 200) return;
        const ids = this.#answers.get(client_order_id) ?? new Set();
        this.#answers.set(client_order_id, ids.add(reply.body.order_id));
      },
    );
    if (taken.status === 422) {
      const rule = taken.body.rule ?? taken.body.error;
      this.#refused.set(rule, (this.#refused.get(rule) ?? 0) + 1);
      return;
    }
    if (isFinal(taken.body.status) || this.#below(3) > 0) return;
    await pause(this.#below(1500));
    // 409: it was over before
    await this.#until("DELETE", `/orders/${taken.body.order_id}`);
  }

  /** Buys and sells alike, so that no position grows without end; a third rests. */
  async #wanted(): Promise<Wanted> {
    const symbol = [BTC, ETH, SOL][this.#below(3)] ?? BTC;
    const side = this.#below(2) === 0 ? "BUY" : "SELL";
    const quantity = { [BTC]: "0.001", [ETH]: "0.02", [SOL]: "0.5" }[symbol];
    const common = { symbol, side, quantity };
    if (this.#below(3) > 0) return { ...common, order_type: "MARKET" };
    const away = -this.#below(400);
    const price = await this.#patient(() =>
      side === "BUY" ? this.prices.above(symbol, away) : this.prices.below(symbol, away),
    );
    return { ...common, order_type: "LIMIT", price };
  }

  /** Asks until it is answered, by somebody who knows. */
  async #until<Body>(
    method: string,
    path: string,
    body?: unknown,
    hear?: (reply: Reply<Body & Refused>) => void,
  ): Promise<Reply<Body & Refused>> {
    return this.#patient(async () => {
      this.#asked += 1;
      const reply = await this.desk.ask<Body & Refused>(method, path, body);
      hear?.(reply);
      // a path that leads nowhere for a moment is the gateway's 404, which says no error of ours
      if (reply.status >= 500 || reply.status === 429 || typeof reply.body !== "object")
        throw new Away(reply.status);
      if (![200, 201, 202, 409, 422].includes(reply.status))
        throw new Error(
          `${method} ${path} ${JSON.stringify(body)}: ${reply.status} ${JSON.stringify(reply.body)}`,
        );
      return reply;
    });
  }

  /** Whatever a connection says, and whoever is away: again, a little later. */
  async #patient<T>(work: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const again =
          error instanceof Away ||
          typeof (error as NodeJS.ErrnoException).code === "string" ||
          /no answer within|live quote|socket hang up/.test((error as Error).message);
        if (!again || Date.now() > deadline) throw error;
      }
      await pause(AGAIN_MS);
    }
  }
}

/** Nobody who knows has answered. */
class Away extends Error {
  constructor(status: number) {
    super(`answered ${status}, for too long`);
  }
}
