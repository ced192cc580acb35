import fc from "fast-check";
import { Registry } from "prom-client";
import type { Bar, Tick } from "../../../../services/contracts";
import type { Log } from "../../../../services/kit/log";
import { Feed } from "../../../../services/hot-cache/src/feed";

const log = { warn: jest.fn(), error: jest.fn() } as unknown as Log;
const tick = (symbol: string, source_seq: number): Tick => ({
  ...{ venue: "sim", symbol, price: "1", size: "1", timestamp: source_seq, source_seq },
});
const bar = (timestamp: number, trades: number): Bar => ({
  ...{ venue: "sim", symbol: "A", interval: "1m", open: "1", high: "1", low: "1", close: "1", volume: "1" },
  trades,
  timestamp,
});

function feedWith(failures: () => boolean) {
  const quotes = new Map<string, Tick>();
  const bars = new Map<number, Bar>();
  let writes = 0;
  const put = (ticks: Iterable<Tick>, told: Iterable<Bar>): Promise<void> => {
    if (failures()) return Promise.reject(new Error("no cache"));
    writes++;
    for (const each of ticks) quotes.set(each.symbol, each);
    for (const each of told) bars.set(each.timestamp, each);
    return Promise.resolve();
  };
  const cache = { put, quotes: () => Promise.resolve([]) };
  const feed = new Feed({ cache, log, metrics: new Registry(), everyMs: 60_000 });
  return { feed, quotes, bars, writes: () => writes };
}

test("of each symbol the newest is stored, and of each bar the last version, over failures of the cache", async () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("tick" as const), symbol: fc.constantFrom("A", "B"), seq: fc.nat(30) }),
    fc.record({ kind: fc.constant("bar" as const), at: fc.nat(3) }),
    fc.record({ kind: fc.constant("flush" as const), fails: fc.boolean() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      let fails = false;
      const { feed, quotes, bars } = feedWith(() => fails);
      const newest = new Map<string, number>();
      const versions = new Map<number, number>();
      for (const each of steps) {
        if (each.kind === "tick") {
          feed.takeTick(tick(each.symbol, each.seq));
          newest.set(each.symbol, Math.max(newest.get(each.symbol) ?? -1, each.seq));
        } else if (each.kind === "bar") {
          const trades = (versions.get(each.at) ?? 0) + 1;
          versions.set(each.at, trades);
          feed.takeBar(bar(each.at, trades));
        } else {
          fails = each.fails;
          await feed.flush();
        }
      }
      fails = false;
      await feed.flush();
      expect(new Map([...quotes].map(([symbol, each]) => [symbol, each.source_seq]))).toEqual(newest);
      expect(new Map([...bars].map(([at, each]) => [at, each.trades]))).toEqual(versions);
    }),
  );
});

test("between two writes only the last quote counts, and without news nothing is written", async () => {
  const { feed, writes } = feedWith(() => false);
  await feed.flush();
  for (let seq = 0; seq < 100; seq++) feed.takeTick(tick("A", seq));
  await feed.flush();
  await feed.flush();
  expect(writes()).toBe(1);
});
