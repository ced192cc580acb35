import Big from "big.js";
import { instrumentOf } from "../../contracts";

export interface Mark {
  readonly price: Big;
  /** Milliseconds since 1970: of the tick, never later than its arrival. */
  readonly at: number;
  /** Differs from that of every other mark of the symbol. */
  readonly version: number;
}

/** The last price of every symbol that is traded here. */
export class Marks {
  readonly #marks = new Map<string, Mark>();

  get(symbol: string): Mark | undefined {
    return this.#marks.get(symbol);
  }

  /** @param timestamp of the tick; one from the future counts as of now, one older than the known is ignored */
  tick(symbol: string, price: string, timestamp: number, now: number): void {
    const at = Math.min(timestamp, now);
    const before = this.#marks.get(symbol);
    if ((before && at < before.at) || !instrumentOf(symbol)) return;
    this.#marks.set(symbol, { price: Big(price), at, version: (before?.version ?? 0) + 1 });
  }

  entries(): readonly (readonly [symbol: string, mark: Mark])[] {
    return [...this.#marks];
  }
}
