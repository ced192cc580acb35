import type { Log } from "../../kit";
import { Channel, type Change, type Frame } from "./channel";
import type { ChannelName } from "./channel-name";

/** Who listens. */
export interface Listener {
  readonly tell: (name: ChannelName, frame: Frame) => void;
  /** What it has of the channel cannot be continued. */
  readonly restart: (channel: Channel) => void;
}

/** Fetches what is so now from who knows it. @throws when it does not answer */
export type Load = (name: ChannelName) => Promise<readonly Change[]>;

export interface HubOptions {
  /** For the channels whose state another service has; the others are filled by the bus alone. */
  readonly load: Load;
  readonly log: Log;
  readonly now?: () => number;
}

interface Open {
  readonly channel: Channel;
  readonly listeners: Set<Listener>;
  /** Settled once the channel holds what was so when it was opened. */
  loaded: Promise<void>;
  /** One after the other. */
  reloading: Promise<void>;
  /** When its last listener left. */
  idleSince: number;
}

const LOADED: ReadonlySet<ChannelName["kind"]> = new Set(["orders", "positions", "pnl", "risk"]);
/** Fills, bars or alerts of a snapshot. */
const LOGGED = 200;
const RING: Readonly<Record<ChannelName["delivery"], number>> = { latest: 128, every: 2048 };
/** A channel without listeners is kept for those who come back, and then given up. */
const IDLE_MS = 300_000;
const RETRY_MS = 2000;

/** All channels. Those of accounts exist while somebody listens, and a while longer. */
export class Hub {
  readonly #options: HubOptions;
  readonly #open = new Map<string, Open>();
  #stopped = false;

  constructor(options: HubOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** @returns the channel, holding what is so now @throws when that cannot be fetched */
  async open(name: ChannelName): Promise<Channel> {
    const open = this.#ensure(name);
    await open.loaded;
    return open.channel;
  }

  /** The channel must be open. */
  join(name: ChannelName, listener: Listener): void {
    this.#open.get(name.text)?.listeners.add(listener);
  }

  leave(name: ChannelName, listener: Listener): void {
    const open = this.#open.get(name.text);
    open?.listeners.delete(listener);
    if (open) open.idleSince = this.#now();
  }

  /** News of a channel that needs no opening: the bus says all that there is. */
  publish(name: ChannelName, change: Change): void {
    this.#apply(this.#ensure(name), change);
  }

  /** News of a channel that is fetched when somebody wants it; until then nobody has to know. */
  publishIfOpen(name: ChannelName, change: Change): void {
    const open = this.#open.get(name.text);
    if (open) this.#apply(open, change);
  }

  /** Something may have been missed: fetches again what was fetched, and tells those who listen to begin again. */
  reload(): void {
    for (const open of this.#open.values())
      if (LOADED.has(open.channel.name.kind)) {
        const before = Promise.allSettled([open.loaded, open.reloading]);
        open.reloading = before.then(() => this.#reload(open));
      }
  }

  sweep(): void {
    const before = this.#now() - IDLE_MS;
    for (const [text, { channel, listeners, idleSince }] of this.#open)
      if (LOADED.has(channel.name.kind) && listeners.size === 0 && idleSince < before)
        this.#open.delete(text);
  }

  stop(): void {
    this.#stopped = true;
  }

  #apply({ channel, listeners }: Open, change: Change): void {
    const frame = channel.apply(change);
    if (frame) for (const listener of listeners) listener.tell(channel.name, frame);
  }

  #ensure(name: ChannelName): Open {
    const known = this.#open.get(name.text);
    if (known) return known;
    const channel = new Channel(name, {
      ring: RING[name.delivery],
      maxLog: LOGGED,
      now: this.#now(),
    });
    const open: Open = {
      channel,
      listeners: new Set(),
      loaded: Promise.resolve(),
      reloading: Promise.resolve(),
      idleSince: this.#now(),
    };
    this.#open.set(name.text, open);
    if (LOADED.has(name.kind)) {
      open.loaded = this.#load(channel);
      // whoever asked learns of it; the next one asks again
      open.loaded.catch(() => this.#open.delete(name.text));
    }
    return open;
  }

  async #load(channel: Channel): Promise<void> {
    channel.beginLoad();
    try {
      channel.endLoad(await this.#options.load(channel.name));
    } catch (error) {
      channel.failLoad();
      throw error;
    }
  }

  async #reload(open: Open): Promise<void> {
    while (!this.#stopped && this.#open.get(open.channel.name.text) === open) {
      try {
        await this.#load(open.channel);
        for (const listener of open.listeners) listener.restart(open.channel);
        return;
      } catch (error) {
        const { message: reason } = error as Error;
        this.#options.log.warn({ channel: open.channel.name.text, reason }, "not fetched, trying again");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}
