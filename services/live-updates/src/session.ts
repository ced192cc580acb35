import { z } from "zod";
import { mayUse, type Caller } from "../../kit";
import type { Channel, Frame } from "./channel";
import { parseChannel, type ChannelName } from "./channel-name";
import type { Hub, Listener } from "./hub";
import { Outbox, type Sink } from "./outbox";

export interface SessionLimits {
  readonly maxSubscriptions: number;
  readonly maxBuffered: number;
  readonly maxWaiting: number;
}

const wanted = z.strictObject({ channel: z.string().max(128), after: z.int().nonnegative().optional() });
const message = z.discriminatedUnion("op", [
  z.strictObject({ op: z.literal("subscribe"), channels: z.array(wanted).min(1).max(1000) }),
  z.strictObject({ op: z.literal("unsubscribe"), channels: z.array(z.string().max(128)).min(1).max(1000) }),
  z.strictObject({ op: z.literal("ping") }),
]);

type Problem = "invalid" | "unknown_channel" | "account_missing" | "too_many" | "unavailable";

/** One socket: what it listens to, and what it is told. */
export class Session implements Listener {
  readonly #outbox: Outbox;
  /** By name; `undefined` while it is being opened. */
  readonly #channels = new Map<string, Channel | undefined>();
  #closed = false;

  constructor(
    private readonly caller: Caller,
    private readonly hub: Hub,
    sink: Sink,
    private readonly limits: SessionLimits,
  ) {
    const { maxBuffered, maxWaiting } = limits;
    this.#outbox = new Outbox(sink, { maxBuffered, maxWaiting, reset: (channel) => this.#again(channel) });
  }

  get subscriptions(): number {
    return this.#channels.size;
  }

  /** A message of the client. Whatever it is, it is answered and the socket stays. */
  async receive(text: string): Promise<void> {
    const asked = message.safeParse(jsonOf(text)).data;
    switch (asked?.op) {
      case undefined:
        return this.#refuse("invalid", "Wants {op: subscribe | unsubscribe | ping, channels: […]}.");
      case "ping":
        return this.#outbox.say('{"type":"pong"}');
      case "unsubscribe":
        asked.channels.forEach((text) => this.#leave(text));
        return this.#say({ type: "unsubscribed", channels: asked.channels });
      case "subscribe":
        await Promise.all(asked.channels.map(({ channel, after }) => this.#subscribe(channel, after)));
    }
  }

  tell(name: ChannelName, frame: Frame): void {
    if (this.#sees(frame.account)) this.#outbox.tell(name, frame);
  }

  restart(channel: Channel): void {
    this.#outbox.forget(channel.name.text);
    this.#snapshot(channel, true);
  }

  close(): void {
    this.#closed = true;
    for (const text of [...this.#channels.keys()]) this.#leave(text);
  }

  async #subscribe(text: string, after: number | undefined): Promise<void> {
    const name = parseChannel(text);
    if (!name)
      return this.#refuse(
        "unknown_channel",
        "Wants quotes:<SYMBOL>, bars:<interval>:<SYMBOL>, orders|fills|positions|pnl:<account> or risk.",
        text,
      );
    if (name.account !== undefined && !mayUse(this.caller, name.account))
      return this.#refuse("account_missing", `The ticket is not for account ${name.account}.`, text);
    if (this.#channels.size >= this.limits.maxSubscriptions && !this.#channels.has(text))
      return this.#refuse("too_many", `At most ${this.limits.maxSubscriptions} channels at once.`, text);
    // again: begins again
    this.#leave(text);
    this.#channels.set(text, undefined);
    let channel: Channel;
    try {
      channel = await this.hub.open(name);
    } catch {
      this.#channels.delete(text);
      return this.#refuse("unavailable", "What is so now cannot be fetched at the moment; try again.", text);
    }
    // left meanwhile, or asked for twice
    if (this.#closed || !this.#channels.has(text) || this.#channels.get(text) !== undefined) return;
    this.#channels.set(text, channel);
    // from here to the end nothing else runs: no news falls between
    this.hub.join(name, this);
    const missed = after === undefined ? undefined : channel.after(after);
    if (!missed) return this.#snapshot(channel, after !== undefined);
    this.#say({ type: "resumed", channel: text, seq: after });
    missed.forEach((frame) => this.tell(name, frame));
  }

  #leave(text: string): void {
    const channel = this.#channels.get(text);
    this.#channels.delete(text);
    this.#outbox.forget(text);
    if (channel) this.hub.leave(channel.name, this);
  }

  #again(text: string): void {
    const channel = this.#channels.get(text);
    if (channel) this.#snapshot(channel, true);
  }

  #snapshot(channel: Channel, reset: boolean): void {
    const { seq, values } = channel.snapshot();
    const data = values.filter(({ account }) => this.#sees(account)).map(({ record }) => record);
    this.#say({ type: "snapshot", channel: channel.name.text, seq, reset, data });
  }

  #sees(account: string | undefined): boolean {
    return account === undefined || mayUse(this.caller, account);
  }

  #refuse(error: Problem, text: string, channel?: string): void {
    this.#say({ type: "error", error, message: text, ...(channel === undefined ? {} : { channel }) });
  }

  #say(answer: object): void {
    if (!this.#closed) this.#outbox.say(JSON.stringify(answer));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
