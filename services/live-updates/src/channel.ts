import type { ChannelName } from "./channel-name";

/** A value as it goes to clients: written once for all of them, and only if there is one. */
export class Frame {
  #bytes: Buffer | undefined;

  constructor(
    readonly channel: string,
    readonly seq: number,
    readonly key: string,
    readonly record: unknown,
    /** Only for those who may use it, where a channel is for everybody. */
    readonly account: string | undefined,
  ) {}

  get bytes(): Buffer {
    const { channel, seq, record: data } = this;
    return (this.#bytes ??= Buffer.from(JSON.stringify({ type: "update", channel, seq, data })));
  }
}

export interface Change {
  readonly key: string;
  readonly record: unknown;
  /** Grows with what happens to the key: an older one than is known is nothing new. */
  readonly version: number;
  /** What is not told by versions alone, such as a price: the same version again is news. */
  readonly again?: boolean;
  /** Nothing more comes of this key: told, and no part of later snapshots. */
  readonly final?: boolean;
  /** One of a series, of which a snapshot has the last few. */
  readonly log?: boolean;
  readonly account?: string;
}

export interface ChannelOptions {
  /** Frames kept for who comes back. */
  readonly ring: number;
  /** How many of a series are kept for snapshots. */
  readonly maxLog: number;
  readonly now: number;
}

export interface Snapshot {
  readonly seq: number;
  readonly values: readonly { readonly record: unknown; readonly account: string | undefined }[];
}

interface Value {
  readonly record: unknown;
  readonly account: string | undefined;
  readonly version: number;
}

/** Keys that have ended are remembered for a while: a late repetition must not bring them back. */
const ENDED = 4096;

/** One channel: what is so now, and the last steps to it, numbered. No I/O. */
export class Channel {
  readonly #values = new Map<string, Value>();
  readonly #log = new Map<string, Value>();
  readonly #ended = new Map<string, number>();
  readonly #ring: Frame[] = [];
  readonly #options: ChannelOptions;
  /** While a snapshot is fetched: what changed since the question was asked. */
  #changed: Set<string> | undefined;
  /**
   * Begins with the time, in microseconds, and so above all that an earlier process, or an earlier channel of this
   * name, can have counted to: what a client got from that one is recognised as too old.
   */
  #seq: number;

  constructor(
    readonly name: ChannelName,
    options: ChannelOptions,
  ) {
    this.#options = options;
    this.#seq = options.now * 1000;
  }

  get seq(): number {
    return this.#seq;
  }

  /** @returns what to tell, unless it is known already */
  apply(change: Change): Frame | undefined {
    const { key, record, version, again = false, final = false, log = false, account } = change;
    const before = (log ? this.#log : this.#values).get(key)?.version ?? this.#ended.get(key) ?? -1;
    if (version < before || (version === before && !again)) return undefined;
    this.#changed?.add(key);
    const frame = new Frame(this.name.text, ++this.#seq, key, record, account);
    const value = { record, account, version };
    if (final) {
      this.#values.delete(key);
      put(this.#ended, key, version, ENDED);
    } else if (log) {
      put(this.#log, key, value, this.#options.maxLog);
    } else {
      this.#values.set(key, value);
    }
    this.#ring.push(frame);
    // in one go, now and then: taking one off the front each time would move all of them
    if (this.#ring.length >= 2 * this.#options.ring)
      this.#ring.splice(0, this.#ring.length - this.#options.ring);
    return frame;
  }

  /** From now on it is remembered what changes: the answer that is fetched may be older. */
  beginLoad(): void {
    this.#changed = new Set();
  }

  /** Takes the answer in: what it does not have is gone, but what changed meanwhile is newer than the answer. */
  endLoad(changes: readonly Change[]): void {
    const changed = this.#changed ?? new Set();
    this.#changed = undefined;
    for (const key of this.#values.keys()) if (!changed.has(key)) this.#values.delete(key);
    for (const { key, record, version, log = false, account } of changes) {
      const value = { record, account, version };
      if (log) put(this.#log, key, value, this.#options.maxLog);
      else if (!changed.has(key) && version > (this.#ended.get(key) ?? -1)) this.#values.set(key, value);
    }
    // what was told before the answer cannot be continued
    this.#ring.length = 0;
    this.#seq++;
  }

  failLoad(): void {
    this.#changed = undefined;
  }

  snapshot(): Snapshot {
    return { seq: this.#seq, values: [...this.#values.values(), ...this.#log.values()] };
  }

  /** @returns what came after that number, or undefined when that is not known any more */
  after(seq: number): readonly Frame[] | undefined {
    if (seq === this.#seq) return [];
    const first = this.#ring[0]?.seq;
    if (first === undefined || seq < first - 1 || seq > this.#seq) return undefined;
    return this.#ring.slice(seq - first + 1);
  }
}

/** At the end; the oldest goes when there are too many. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > limit && oldest !== undefined) map.delete(oldest);
}
