import { z } from "zod";
import { positiveDecimal } from "../../contracts/values";
import type { Decimal } from "../../contracts/values";
import type { Prices } from "./desk";

const ticks = z.array(z.object({ price: positiveDecimal })).min(1);

/** The last tick of each symbol. Read only when somebody asks: thousands come for each that is needed. */
export class LastTicks implements Prices {
  readonly #messages = new Map<string, Uint8Array>();

  /** @param subject market.tick.<SYMBOL> */
  heard(subject: string, message: Uint8Array): void {
    this.#messages.set(subject.slice(subject.lastIndexOf(".") + 1), message);
  }

  last(symbol: string): Decimal | undefined {
    const message = this.#messages.get(symbol);
    if (!message) return undefined;
    try {
      return ticks.parse(JSON.parse(Buffer.from(message).toString("utf8"))).at(-1)?.price;
    } catch {
      // not a tick: as if none had come
      return undefined;
    }
  }
}
