import type { NatsConnection } from "@nats-io/nats-core";
import { subjects } from "../../contracts";
import type { Ledger } from "./ledger";
import type { PositionState } from "./position";

/** An account that holds something is told of this often, also when nothing changes: silence would say nothing. */
const HEARTBEAT_MS = 5000;

/**
 * Says what is new, once all that the stream held is counted: what was true on the way there is not true any more.
 * Nothing is kept on these subjects; who comes late asks over HTTP.
 */
export class Teller {
  readonly #nats: NatsConnection;
  readonly #ledger: Ledger;
  #changed = new Set<PositionState>();
  readonly #toldAt = new Map<string, number>();

  constructor(nats: NatsConnection, ledger: Ledger) {
    this.#nats = nats;
    this.#ledger = ledger;
  }

  changed(position: PositionState): void {
    this.#changed.add(position);
  }

  /** positions.updated, of each position that changed the newest. */
  tellPositions(): void {
    if (this.#changed.size === 0) return;
    const changed = this.#changed;
    this.#changed = new Set();
    for (const position of changed) {
      const view = position.view(this.#ledger.mark(position.symbol));
      this.#nats.publish(subjects.positionsUpdated, JSON.stringify(view));
    }
  }

  /** pnl.update, of each account of which something is new. */
  tellAccounts(now: number): void {
    const wanted = new Set(this.#ledger.takeUntold());
    for (const account of this.#ledger.holding())
      if (now - (this.#toldAt.get(account) ?? 0) >= HEARTBEAT_MS) wanted.add(account);
    for (const account of wanted) {
      this.#toldAt.set(account, now);
      this.#nats.publish(subjects.pnlUpdate, JSON.stringify(this.#ledger.summary(account, now)));
    }
  }
}
