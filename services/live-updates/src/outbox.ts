import type { ChannelName } from "./channel-name";
import type { Frame } from "./channel";

/** Where bytes go to, and how many of them wait there. */
export interface Sink {
  /** @param done once it is on its way, or never will be */
  readonly send: (bytes: Buffer | string, done: () => void) => void;
  readonly buffered: () => number;
}

export interface OutboxOptions {
  /** Bytes that may wait in the socket; beyond it values wait here, where the newest replaces the older. */
  readonly maxBuffered: number;
  /** Values of a channel that may wait before the client has to begin again. */
  readonly maxWaiting: number;
  /** Asks for a fresh snapshot of a channel that was given up. */
  readonly reset: (channel: string) => void;
}

/** What waits for a client that reads slower than things happen. Its memory is bounded, and nothing is lost silently. */
export class Outbox {
  readonly #sink: Sink;
  readonly #options: OutboxOptions;
  /** By channel and key, or by channel and number; in the order in which they go. */
  readonly #waiting = new Map<string, Frame>();
  readonly #counts = new Map<string, number>();
  readonly #given = new Set<string>();

  constructor(sink: Sink, options: OutboxOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Answers and snapshots: asked for by the client, one at a time. */
  say(bytes: Buffer | string): void {
    this.#sink.send(bytes, this.#flush);
  }

  tell(name: ChannelName, frame: Frame): void {
    if (this.#given.has(name.text)) return;
    if (this.#waiting.size === 0 && this.#sink.buffered() < this.#options.maxBuffered) {
      this.#sink.send(frame.bytes, this.#flush);
      return;
    }
    const id = `${name.text}|${name.delivery === "latest" ? frame.key : frame.seq}`;
    // taken out and put at the end: numbers of a channel only grow
    if (this.#waiting.delete(id)) this.#count(name.text, -1);
    if ((this.#counts.get(name.text) ?? 0) >= this.#options.maxWaiting) {
      this.forget(name.text);
      this.#given.add(name.text);
      return;
    }
    this.#waiting.set(id, frame);
    this.#count(name.text, 1);
  }

  /** Nothing of this channel goes any more. */
  forget(channel: string): void {
    this.#given.delete(channel);
    if (!this.#counts.delete(channel)) return;
    for (const [id, frame] of this.#waiting) if (frame.channel === channel) this.#waiting.delete(id);
  }

  readonly #flush = (): void => {
    const { maxBuffered, reset } = this.#options;
    for (const [id, frame] of this.#waiting) {
      if (this.#sink.buffered() >= maxBuffered) return;
      this.#waiting.delete(id);
      this.#count(frame.channel, -1);
      this.#sink.send(frame.bytes, this.#flush);
    }
    for (const channel of this.#given) {
      if (this.#sink.buffered() >= maxBuffered) return;
      this.#given.delete(channel);
      reset(channel);
    }
  };

  #count(channel: string, by: 1 | -1): void {
    const count = (this.#counts.get(channel) ?? 0) + by;
    if (count > 0) this.#counts.set(channel, count);
    else this.#counts.delete(channel);
  }
}
