import type { HaltMessage, KillLevel, ResumeMessage } from "../../contracts/control";
import type { AuditLog } from "./audit";
import { halt, resume, type KillSwitchState } from "./kill-switch";
import type { GatewayStore } from "./store";

/** From where an order to stop or go on came. */
export type Origin = "api" | "host" | "bus";

/**
 * The kill switch in force. A change holds for the next order at once, then goes to the disk, and only then are those
 * told who act on it (cancel, flatten, announce).
 */
export class TradingSwitch {
  readonly #store: GatewayStore;
  readonly #audit: AuditLog;
  readonly #listeners: ((state: KillSwitchState) => void)[] = [];
  #state: KillSwitchState;

  constructor(store: GatewayStore, audit: AuditLog) {
    this.#store = store;
    this.#audit = audit;
    this.#state = store.killSwitch();
  }

  get state(): KillSwitchState {
    return this.#state;
  }

  onChange(listener: (state: KillSwitchState) => void): void {
    this.#listeners.push(listener);
  }

  halt(order: HaltMessage, origin: Origin): KillSwitchState {
    return this.#become(halt(this.#state, order, origin !== "bus"), "halt", { ...order }, origin);
  }

  resume(order: ResumeMessage, origin: Origin): KillSwitchState {
    return this.#become(resume(this.#state, order, origin !== "bus"), "resume", { ...order }, origin);
  }

  /** The platform has been told of exactly this state. */
  announced(state: KillSwitchState): void {
    if (state !== this.#state) return;
    this.#state = { ...state, announced: true };
    this.#store.saveKillSwitch(this.#state);
  }

  #become(
    next: KillSwitchState,
    act: "halt" | "resume",
    order: { readonly by: string; readonly reason: string; readonly at: number; readonly level?: KillLevel },
    origin: Origin,
  ): KillSwitchState {
    const changed = next !== this.#state;
    if (!changed && origin === "bus") return next;
    this.#state = next;
    if (changed) this.#store.saveKillSwitch(next);
    const { at: asked_at, ...rest } = order;
    this.#audit.act(act, { ...rest, asked_at, origin, changed, state: next.state });
    if (changed) this.#listeners.forEach((listener) => listener(next));
    return next;
  }
}
