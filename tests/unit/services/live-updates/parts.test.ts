import fc from "fast-check";
import { Channel, type Change, type Frame } from "../../../../services/live-updates/src/channel";
import { parseChannel, type ChannelName } from "../../../../services/live-updates/src/channel-name";
import {
  ofBars,
  ofConfirmed,
  ofControl,
  ofMetrics,
  ofTicks,
} from "../../../../services/live-updates/src/news";
import { Outbox } from "../../../../services/live-updates/src/outbox";
import { Tickets } from "../../../../services/live-updates/src/tickets";
import type { Caller } from "../../../../services/kit";

function named(text: string): ChannelName {
  const name = parseChannel(text);
  if (!name) throw new Error(text);
  return name;
}
const orders = named("orders:main");
const quotes = named("quotes:AAPL");
const channelOf = (name: ChannelName, ring = 4) => new Channel(name, { ring, maxLog: 3, now: 1000 });
const order = (key: string, version: number, final = false): Change => ({
  key,
  record: { key, version },
  version,
  final,
});
const seqs = (frames: readonly Frame[] | undefined) => frames?.map(({ seq }) => seq);
const records = (channel: Channel) => channel.snapshot().values.map(({ record }) => record);

describe("channel names", () => {
  test.each([
    ["quotes:AAPL", "latest", undefined],
    ["bars:1m:BTCUSDT", "latest", undefined],
    ["orders:main", "every", "main"],
    ["fills:a.b:c", "every", "a.b:c"],
    ["positions:main", "latest", "main"],
    ["pnl:main", "latest", "main"],
    ["risk", "latest", undefined],
  ])("%s is one", (text, delivery, account) => {
    expect(named(text)).toMatchObject({ text, delivery });
    expect(named(text).account).toBe(account);
  });
  test.each([
    "",
    "quotes",
    "quotes:",
    "quotes:aapl",
    "quotes:*",
    "bars:AAPL",
    "bars:2m:AAPL",
    "orders:",
    "orders:*",
    "risk:main",
    "fills:a b",
    "x:y",
  ])("%p is none", (text) => expect(parseChannel(text)).toBeUndefined());
});

describe("a channel", () => {
  test("numbers what is new, and only that", () => {
    const channel = channelOf(orders);
    expect([
      channel.apply(order("a", 1))?.seq,
      channel.apply(order("a", 1)),
      channel.apply(order("b", 1))?.seq,
    ]).toEqual([1_000_001, undefined, 1_000_002]);
    expect(channel.apply(order("a", 3))?.seq).toBe(1_000_003);
    expect(channel.apply(order("a", 2))).toBeUndefined();
  });

  test("what has ended is told, is in no snapshot, and does not come back", () => {
    const channel = channelOf(orders);
    channel.apply(order("a", 1));
    expect(channel.apply(order("a", 4, true))).toBeDefined();
    expect(channel.apply(order("a", 3))).toBeUndefined();
    expect(channel.apply(order("a", 4, true))).toBeUndefined();
    expect(records(channel)).toEqual([]);
  });

  test("continues from any number that it still has, and from no other", () => {
    const channel = channelOf(orders);
    const begin = channel.seq;
    for (let version = 1; version <= 6; version++) channel.apply(order("a", version));
    expect(seqs(channel.after(begin + 4))).toEqual([begin + 5, begin + 6]);
    expect(channel.after(begin + 6)).toEqual([]);
    expect(channel.after(begin + 7)).toBeUndefined();
    for (let version = 7; version <= 9; version++) channel.apply(order("a", version));
    expect(channel.after(begin)).toBeUndefined();
    // a number of an earlier process
    expect(new Channel(orders, { ring: 4, maxLog: 3, now: 1001 }).after(begin + 6)).toBeUndefined();
  });

  test("an answer that was asked for is merged with what happened meanwhile", () => {
    const channel = channelOf(orders);
    channel.apply(order("gone", 1));
    const before = channel.seq;
    channel.beginLoad();
    channel.apply(order("newer", 5));
    channel.apply(order("ended", 7, true));
    channel.apply(order("fresh", 1));
    channel.endLoad([order("newer", 4), order("ended", 6), order("open", 2)]);
    expect(records(channel)).toEqual([
      { key: "newer", version: 5 },
      { key: "fresh", version: 1 },
      { key: "open", version: 2 },
    ]);
    expect(channel.after(before)).toBeUndefined();
    expect(channel.apply(order("open", 2))).toBeUndefined();
  });

  test("a snapshot has the last of a series", () => {
    const channel = channelOf(named("fills:main"));
    for (let n = 0; n < 5; n++) channel.apply({ key: `f${n}`, record: n, version: 1, log: true });
    expect(records(channel)).toEqual([2, 3, 4]);
    expect(channel.apply({ key: "f4", record: 4, version: 1, log: true })).toBeUndefined();
  });

  test("snapshot and what follows it, or what was missed, always end in the same state", () => {
    const steps = fc.array(
      fc.record({
        key: fc.constantFrom("a", "b", "c"),
        version: fc.integer({ min: 1, max: 9 }),
        final: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, fc.nat(), (all, cut) => {
        const channel = channelOf(orders, 100);
        const at = cut % (all.length + 1);
        const state = new Map<string, unknown>();
        const put = (key: string, record: unknown, final: boolean) =>
          final ? state.delete(key) : state.set(key, record);
        all.slice(0, at).forEach(({ key, version, final }) => channel.apply(order(key, version, final)));
        const { seq, values } = channel.snapshot();
        values.forEach(({ record }) => put((record as { key: string }).key, record, false));
        const finals = new Map<number, boolean>();
        all.slice(at).forEach(({ key, version, final }) => {
          const frame = channel.apply(order(key, version, final));
          if (frame) finals.set(frame.seq, final);
        });
        (channel.after(seq) ?? []).forEach((frame) =>
          put(frame.key, frame.record, finals.get(frame.seq) === true),
        );
        expect([...state].sort()).toEqual(
          records(channel)
            .map((record) => [(record as { key: string }).key, record])
            .sort(),
        );
      }),
    );
  });
});

describe("a client that reads slowly", () => {
  function slow(maxWaiting = 3) {
    const sent: string[] = [];
    const waiting: (() => void)[] = [];
    const given: string[] = [];
    let full = false;
    const outbox = new Outbox(
      {
        send: (bytes, done) => {
          sent.push(String(bytes));
          waiting.push(done);
        },
        buffered: () => (full ? 1000 : 0),
      },
      { maxBuffered: 100, maxWaiting, reset: (channel) => given.push(channel) },
    );
    const drain = () => {
      full = false;
      while (waiting.length > 0) waiting.shift()?.();
    };
    return { outbox, sent, given, drain, block: () => (full = true) };
  }
  const quote = (channel: Channel, record: number) =>
    channel.apply({ key: "quote", record, version: 1, again: true }) as Frame;
  const data = (sent: readonly string[]) => sent.map((text) => (JSON.parse(text) as { data: unknown }).data);

  test("gets of each key the newest value only, in the order of their numbers", () => {
    const { outbox, sent, drain, block } = slow();
    const [one, other] = [channelOf(quotes), channelOf(named("quotes:MSFT"))];
    outbox.tell(quotes, quote(one, 1));
    block();
    for (let n = 2; n <= 50; n++) outbox.tell(one.name, quote(one, n));
    outbox.tell(other.name, quote(other, 7));
    outbox.tell(one.name, quote(one, 51));
    expect([outbox.waiting, data(sent)]).toEqual([2, [1]]);
    drain();
    expect(data(sent)).toEqual([1, 7, 51]);
  });

  test("gets every order, as long as they are not too many", () => {
    const { outbox, sent, given, drain, block } = slow();
    const channel = channelOf(orders);
    outbox.tell(orders, channel.apply(order("a", 1)) as Frame);
    block();
    for (let n = 2; n <= 4; n++) outbox.tell(orders, channel.apply(order("a", n)) as Frame);
    drain();
    expect([data(sent).length, given]).toEqual([4, []]);
  });

  test("is told to begin again when there are too many, and gets nothing of the channel before that", () => {
    const { outbox, sent, given, drain, block } = slow();
    const [channel, other] = [channelOf(orders), channelOf(quotes)];
    outbox.tell(orders, channel.apply(order("a", 1)) as Frame);
    block();
    for (let n = 2; n <= 20; n++) outbox.tell(orders, channel.apply(order("a", n)) as Frame);
    outbox.tell(quotes, quote(other, 1));
    expect([outbox.waiting, given]).toEqual([1, []]);
    drain();
    expect([data(sent), given]).toEqual([[{ key: "a", version: 1 }, 1], ["orders:main"]]);
    outbox.tell(orders, channel.apply(order("a", 21)) as Frame);
    expect(data(sent).at(-1)).toEqual({ key: "a", version: 21 });
  });
});

describe("tickets", () => {
  const caller: Caller = { subject: "ann", kind: "user", role: "viewer", accounts: ["main"] };

  test("are good once, and for a while", () => {
    let now = 0;
    const tickets = new Tickets(30_000, () => now);
    const [one, late] = [tickets.issue(caller), tickets.issue(caller)];
    expect(one).not.toBe(late);
    expect([tickets.redeem(one), tickets.redeem(one), tickets.redeem("")]).toEqual([
      caller,
      undefined,
      undefined,
    ]);
    now = 30_000;
    expect(tickets.redeem(late)).toBeUndefined();
  });
});

describe("news", () => {
  test("of many ticks the last of each symbol is a quote", () => {
    const tick = (symbol: string, price: string) => ({ symbol, price, timestamp: 5 });
    const news = ofTicks([tick("AAPL", "1"), tick("MSFT", "2"), tick("AAPL", "3")]);
    expect(
      news.map(({ channel, change }) => [channel.text, (change.record as { price: string }).price]),
    ).toEqual([
      ["quotes:AAPL", "3"],
      ["quotes:MSFT", "2"],
    ]);
  });

  test("each bar is a key of its own", () => {
    const bar = (timestamp: number) => ({ symbol: "AAPL", interval: "1m", timestamp, trades: 2 });
    expect(ofBars([bar(60_000), bar(120_000)]).map(({ change }) => change.key)).toEqual([
      "bar:60000",
      "bar:120000",
    ]);
  });

  test("a confirmed fill is a fill, and an order as it is after it", () => {
    const fill = { fill_id: "f1", account: "main", price: "1" };
    const filled = { order_id: "o1", account: "main", status: "FILLED", version: 9 };
    expect(ofConfirmed([{ fill, order: filled }])).toMatchObject([
      { channel: { text: "fills:main" }, change: { key: "f1", record: fill, log: true } },
      { channel: { text: "orders:main" }, change: { key: "o1", record: filled, version: 9, final: true } },
    ]);
  });

  test("what an account has is only for those who may use it", () => {
    const news = ofMetrics({
      timestamp: 5,
      trading_state: "ACTIVE",
      accounts: [{ account: "a", exposure: "9" }],
    });
    expect(news.map(({ change: { key, account, record } }) => [key, account, record])).toEqual([
      ["account:a", "a", { kind: "account", account: "a", exposure: "9" }],
      ["metrics", undefined, { kind: "metrics", timestamp: 5, trading_state: "ACTIVE" }],
    ]);
  });

  test("a halt and a resumption are the state of trading", () => {
    const act = { by: "ann", reason: "test", at: 5 };
    expect(ofControl({ level: "reduce-only", ...act }).change.record).toMatchObject({
      state: "REDUCING",
      by: "ann",
    });
    expect(ofControl(act).change.record).toMatchObject({ kind: "state", state: "ACTIVE" });
  });
});
