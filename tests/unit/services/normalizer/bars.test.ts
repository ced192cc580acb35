import fc from "fast-check";
import { Registry } from "prom-client";
import { barInterval, type Bar, type Tick } from "../../../../services/contracts";
import { createLog } from "../../../../services/kit/log";
import { BarBook, type Changes, type ToldBar } from "../../../../services/normalizer/src/bar-book";
import { Normalizer } from "../../../../services/normalizer/src/normalizer";
import { periodOf } from "../../../../services/normalizer/src/period";
import type { Owed, Store } from "../../../../services/normalizer/src/store";
import { Watermark } from "../../../../services/normalizer/src/watermark";
import { barKey, barsOf, newest, sorted } from "./reference";

const at = (text: string): number => Date.parse(text);
const start = at("2026-03-10T15:59:30Z");

const tickArbitrary: fc.Arbitrary<Tick> = fc
  .record({
    symbol: fc.constantFrom("AAPL", "BTCUSDT"),
    cents: fc.integer({ min: 1, max: 100_000 }),
    size: fc.integer({ min: 0, max: 50 }),
    offset: fc.integer({ min: 0, max: 90_000 }),
    source_seq: fc.integer({ min: 0, max: 400 }),
  })
  .map(({ symbol, cents, size, offset, source_seq }) => ({
    venue: "sim",
    symbol,
    price: (cents / 100).toString(),
    size: String(size),
    // of one sequence there is one tick
    timestamp: start + ((offset * 7919 + source_seq * 104_729) % 90_000),
    source_seq,
  }));
const ticksArbitrary = fc.uniqueArray(tickArbitrary, {
  maxLength: 60,
  selector: ({ symbol, source_seq }) => `${symbol}:${source_seq}`,
});

/** Keeps what is stored together, as Valkey would; `failing` refuses. */
class MemoryStore implements Pick<Store, "save" | "load"> {
  failing = false;
  readonly #saved: {
    readonly changes: Changes;
    readonly told: readonly ToldBar[];
    readonly done: readonly string[];
  }[] = [];

  save(changes: Changes, told: readonly ToldBar[], done: readonly string[]): Promise<void> {
    if (this.failing) return Promise.reject(new Error("no store"));
    this.#saved.push(structuredClone({ changes, told: [...told], done: [...done] }));
    return Promise.resolve();
  }

  load(book: BarBook): Promise<readonly Owed[]> {
    const [states, seen, heads, outbox] = [
      new Map(),
      new Map<string, Map<number, number[]>>(),
      new Map<string, number>(),
      new Map<string, Bar>(),
    ];
    for (const { changes, told, done } of this.#saved) {
      for (const [key, state] of changes.bars)
        if (state) states.set(key, state);
        else states.delete(key);
      for (const { source, bucket, sequences } of changes.seen) {
        const buckets = seen.get(source) ?? new Map<number, number[]>();
        buckets.set(bucket, [...(buckets.get(bucket) ?? []), ...sequences]);
        seen.set(source, buckets);
      }
      for (const [source, head] of changes.heads) heads.set(source, head);
      done.forEach((key) => outbox.delete(key));
      told.forEach(({ key, bar }) => outbox.set(key, bar));
    }
    for (const state of states.values()) book.restore(state);
    for (const [source, head] of heads) book.seen.restore(source, head, seen.get(source) ?? new Map());
    return Promise.resolve([...outbox].map(([key, bar]) => ({ key, bar })));
  }
}

function normalizerOn(
  store: MemoryStore,
  told: Bar[],
  now: () => number,
  publishes: () => boolean = () => true,
): Normalizer {
  return new Normalizer({
    store: store as unknown as Store,
    publish: (_subject, bar) => {
      if (!publishes()) return Promise.reject(new Error("no stream"));
      told.push(bar);
      return Promise.resolve();
    },
    log: createLog("test", "0", "error"),
    metrics: new Registry(),
    latenessMs: 300_000,
    graceMs: 0,
    idleMs: 0,
    now,
  });
}

test("bars are those of all ticks, whatever the order, the repetitions and the moments of closing", () => {
  fc.assert(
    fc.property(
      ticksArbitrary.chain((ticks) =>
        fc.tuple(fc.constant(ticks), fc.shuffledSubarray([...ticks, ...ticks], { minLength: 0 })),
      ),
      fc.infiniteStream(fc.boolean()),
      ([ticks, extra], closes) => {
        const book = new BarBook(300_000);
        const told: Bar[] = [];
        for (const tick of [...extra, ...ticks]) {
          book.take(tick);
          if (closes.next().value) told.push(...book.close(tick.timestamp).map(({ bar }) => bar));
        }
        told.push(...book.close(Infinity).map(({ bar }) => bar));
        const expected = barInterval.options.flatMap((interval) => barsOf(ticks, interval));
        expect(sorted(newest(told))).toEqual(sorted(expected));
      },
    ),
  );
});

test("bars are exact over crashes, failing stores, lost acknowledgements and an unreachable stream", async () => {
  await fc.assert(
    fc.asyncProperty(
      ticksArbitrary,
      fc.infiniteStream(
        fc.constantFrom("fine", "fine", "store fails", "crash before", "crash after", "stream fails"),
      ),
      async (ticks, events) => {
        const store = new MemoryStore();
        const told: Bar[] = [];
        let now = start;
        let reachable = true;
        const begin = async (): Promise<Normalizer> => {
          const made = normalizerOn(
            store,
            told,
            () => now,
            () => reachable,
          );
          await made.restore();
          return made;
        };
        let work = await begin();
        for (const tick of ticks) {
          const event = events.next().value;
          now += 500;
          store.failing = event === "store fails";
          reachable = event !== "stream fails";
          if (event === "crash before") work = await begin();
          await work.take([tick]).catch(() => undefined);
          store.failing = false;
          if (event === "crash after") work = await begin();
          // not acknowledged, or its acknowledgement was lost: it comes again
          if (event !== "fine") await work.take([tick]);
        }
        reachable = true;
        now = at("2026-03-11T12:00Z");
        work = await begin();
        for (let round = 0; round < 3; round++) {
          await work.beat();
          await new Promise((resolve) => setImmediate(resolve));
        }
        const expected = barInterval.options.flatMap((interval) => barsOf(ticks, interval));
        expect(sorted(newest(told))).toEqual(sorted(expected));
      },
    ),
    { numRuns: 60 },
  );
});

const tick = (timestamp: number, source_seq: number, price: string, symbol = "BTCUSDT"): Tick => ({
  venue: "sim",
  symbol,
  price,
  size: "1",
  timestamp,
  source_seq,
});

test("a late tick corrects its bar under the same key, one that is much too late does not", () => {
  const book = new BarBook(10_000);
  expect(book.take(tick(start, 1, "10"))).toBe("new");
  expect(book.take(tick(start + 2000, 3, "12"))).toBe("new");
  const [first] = book.close(start + 1000);
  expect(first).toMatchObject({ corrected: false, bar: { interval: "1s", close: "10", trades: 1 } });
  expect(book.close(start + 1000)).toEqual([]);
  expect(book.take(tick(start + 900, 2, "11"))).toBe("new");
  const [again] = book.close(start + 1000);
  expect(again).toMatchObject({
    key: first?.key,
    corrected: true,
    bar: { open: "10", close: "11", trades: 2 },
  });
  expect(book.take(tick(start + 900, 2, "11"))).toBe("duplicate");
  expect(book.take(tick(start + 20_000, 4, "13"))).toBe("new");
  expect(book.take(tick(start + 901, 5, "9"))).toBe("late");
});

test("what can no longer change is forgotten, and only that", () => {
  const book = new BarBook(10_000);
  for (let second = 0; second < 100; second++) {
    book.take(tick(start + second * 1000, second, "10"));
    book.close(start + second * 1000);
    book.forget();
    book.committed();
  }
  // 11 s of seconds, and the open bars of the rest
  expect(book.size).toBeLessThan(20);
  book.take(tick(start + 92_500, 1000, "11"));
  const [corrected] = book.close(start + 99_000);
  expect(corrected).toMatchObject({ corrected: true, bar: { trades: 2 } });
});

test("a day's bar is the exchange's session", () => {
  expect(periodOf("1d", "AAPL", at("2026-11-27T15:00Z"))).toEqual({
    begins: at("2026-11-27T14:30Z"),
    ends: at("2026-11-27T18:00Z"),
  });
  expect(periodOf("1d", "AAPL", at("2026-11-27T19:00Z")).begins).toBe(at("2026-11-30T14:30Z"));
  expect(periodOf("1d", "BTCUSDT", at("2026-11-27T19:00Z")).begins).toBe(at("2026-11-27T00:00Z"));
  expect(periodOf("5m", "BTCUSDT", at("2026-11-27T19:04:59.999Z"))).toEqual({
    begins: at("2026-11-27T19:00Z"),
    ends: at("2026-11-27T19:05Z"),
  });
  const book = new BarBook(10_000);
  book.take(tick(at("2026-11-27T17:59:59Z"), 1, "10", "AAPL"));
  expect(book.close(at("2026-11-27T17:59:59.999Z")).map(({ bar }) => bar.interval)).not.toContain("1d");
  expect(book.close(at("2026-11-27T18:00Z")).map(({ bar }) => bar.interval)).toContain("1d");
});

test("time is the ticks' own while they come, and the clock's in silence", () => {
  let now = 1_000_000;
  const watermark = new Watermark(500, 2000, () => now);
  watermark.heard(10_000);
  expect(watermark.value).toBe(9500);
  watermark.heard(5000);
  expect(watermark.value).toBe(9500);
  watermark.heard(9_999_999_999);
  expect(watermark.value).toBe(now - 500);
  now += 1999;
  expect(watermark.value).toBe(999_500);
  now += 1;
  expect(watermark.value).toBe(now - 2500);
});

test("a bar has one key", () => {
  const [bar] = barsOf([tick(start, 1, "10")], "1m");
  expect(bar && barKey(bar)).toBe(`1m:sim:BTCUSDT:${at("2026-03-10T15:59Z")}`);
});
