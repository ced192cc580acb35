import { randomFillSync } from "node:crypto";

const COUNTER_BITS = 12;
const pool = Buffer.alloc(8 * 512);

/**
 * Makes ids whose order is the order of their creation, also as text: UUID version 7 (RFC 9562, section 5.7, with the
 * fixed-length counter of section 6.2 in rand_a). A page of a list therefore goes on behind an id, whatever came since.
 */
export class OrderIds {
  #ms = 0;
  #counter = 0;
  #used = pool.length;

  constructor(private readonly now: () => number = Date.now) {}

  next(): string {
    this.#tick();
    if (this.#used === pool.length) {
      randomFillSync(pool);
      this.#used = 0;
    }
    const time = this.#ms.toString(16).padStart(12, "0");
    const counter = this.#counter.toString(16).padStart(3, "0");
    const random = pool.toString("hex", this.#used, this.#used + 8);
    // the variant takes the two upper bits
    const variant = ((pool.readUInt8(this.#used) & 0x3f) | 0x80).toString(16);
    this.#used += 8;
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${random.slice(2, 4)}-${random.slice(4)}`;
  }

  /** A clock that goes back, or a millisecond that is used up, does not break the order. */
  #tick(): void {
    const now = this.now();
    if (now > this.#ms) {
      this.#ms = now;
      this.#counter = 0;
    } else if (++this.#counter === 1 << COUNTER_BITS) {
      this.#ms++;
      this.#counter = 0;
    }
  }
}
