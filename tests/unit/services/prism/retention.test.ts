import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import type { Snapshot } from "../../../../services/prism/src/domain/engine";
import type { Changes } from "../../../../services/prism/src/domain/records";
import { streams } from "../../../../services/contracts/streams";
import { Pruning } from "../../../../services/prism/src/pruning";
import { migrate } from "../../../../services/prism/src/schema";
import { prism } from "../../../../services/prism/src/service";
import { Store } from "../../../../services/prism/src/store";
import { Lab, MemoryStore, START } from "./lab";
import { steps, take, type Step } from "./steps";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "t26-prism-"))));
afterEach(() => rmSync(directory, { recursive: true }));

/** What the lab does, on a disk as well; what is asked is asked of the disk. */
class DiskStore extends MemoryStore {
  disk: Store;

  constructor(readonly directory: string) {
    super();
    this.disk = new Store(directory);
  }

  override commit(changes: Changes): void {
    super.commit(changes);
    this.disk.commit(changes);
  }

  override hasOrder = (order_id: string): boolean => this.disk.hasOrder(order_id);
  override order = (order_id: string) => this.disk.order(order_id);
  override request = (request_id: string) => this.disk.request(request_id);

  override snapshot() {
    return this.disk.snapshot();
  }

  reopen(): void {
    this.disk.close();
    this.disk = new Store(this.directory);
  }

  /** @returns how many batches had something to do */
  pruneAll(before: number, limit: number): number {
    for (let batches = 0; ; batches++) {
      const counts = Object.values(this.disk.prune(before, limit));
      if (counts.every((count) => count === 0)) return batches;
      expect(Math.max(...counts)).toBeLessThanOrEqual(limit);
    }
  }
}

const sell = { side: "SELL" } as const;
const cancel = (lab: Lab, order_id: string, request_id: string) =>
  lab.act((engine, now) => engine.cancel({ order_id, request_id }, now));
const numbersOf = (lines: readonly string[], field: "seq" | "number"): readonly number[] =>
  lines.map((line) => (JSON.parse(line) as Record<typeof field, number>)[field]);

/** Two orders that met, one that was cancelled, one that rests: and an hour later the same again. */
function twoHours(lab: Lab): void {
  for (const hour of ["a", "b"]) {
    lab.tick("99", "101");
    lab.submit({ order_id: `${hour}-rests`, price: "90" });
    lab.submit({ order_id: `${hour}-maker`, ...sell, price: "100", quantity: "3" });
    lab.submit({ order_id: `${hour}-taker`, price: "100", quantity: "3" });
    lab.submit({ order_id: `${hour}-gone`, price: "91" });
    cancel(lab, `${hour}-gone`, `${hour}-c1`);
    cancel(lab, `${hour}-gone`, `${hour}-c2`);
    cancel(lab, `${hour}-gone`, `${hour}-c3`);
    lab.now += 3_600_000;
  }
}

test("what is over goes, the oldest first; what is open and held stays", () => {
  const store = new DiskStore(directory);
  const lab = new Lab({}, store);
  twoHours(lab);
  const { disk } = store;
  const before = disk.snapshot();
  const kept = disk.kept();
  expect(kept).toEqual({
    orders: { rows: 8, since: START },
    events: { rows: store.events.length, since: START },
    fills: { rows: 4, since: START },
  });
  const half = store.events.length / 2;
  // nothing is that old yet
  expect(store.pruneAll(START, 100)).toBe(0);
  expect(store.pruneAll(START + 1, 2)).toBeGreaterThan(1);
  expect(disk.prunedSeq).toBe(half);
  expect(numbersOf(disk.eventLines(0, 100), "seq")).toEqual(
    Array.from({ length: half }, (_, index) => half + index + 1),
  );
  expect(numbersOf(disk.fillLines(0, 100), "number")).toEqual([3, 4]);
  const ids = disk
    .orderLines(undefined, 0, 100)
    .map((line) => (JSON.parse(line) as { order_id: string }).order_id);
  expect(ids).toEqual(["a-rests", "b-rests", "b-maker", "b-taker", "b-gone"]);
  expect([disk.request("a-c1"), disk.request("a-c3"), disk.request("b-c1")?.outcome]).toEqual([
    undefined,
    undefined,
    "done",
  ]);
  expect(disk.kept()).toEqual({
    orders: { rows: 5, since: START + 3_600_000 },
    events: { rows: half, since: START + 3_600_000 },
    fills: { rows: 2, since: START + 3_600_000 },
  });
  expect(disk.snapshot()).toEqual(before);
  disk.close();
});

test("numbers go on when nothing is left, also in the next process", () => {
  const store = new DiskStore(directory);
  const lab = new Lab({}, store);
  twoHours(lab);
  lab.act((engine, now) => engine.cancelAll({}, now));
  const { counters, positions } = store.snapshot();
  lab.now += 1;
  store.pruneAll(lab.now, 3);
  expect(store.disk.kept()).toEqual({
    orders: { rows: 0, since: undefined },
    events: { rows: 0, since: undefined },
    fills: { rows: 0, since: undefined },
  });
  store.reopen();
  lab.restart();
  expect(store.snapshot()).toMatchObject({ open: [], counters, positions });
  expect(store.disk.prunedSeq).toBe(counters.seq);
  lab.submit({ order_id: "maker", ...sell, price: "100", quantity: "3" });
  const { events, fills } = lab.submit({ order_id: "taker", price: "100", quantity: "3" });
  expect(events.map(({ seq }) => seq)).toEqual([2, 3, 4].map((more) => counters.seq + more));
  expect(fills.map(({ number, trade, fill_id }) => [number, trade, fill_id])).toEqual(
    [1, 2].map((more) => [counters.fill + more, counters.trade + 1, `prism-${counters.fill + more}`]),
  );
  expect(lab.order("taker").number).toBe(counters.order + 2);
  expect(store.disk.kept()).toMatchObject({ orders: { rows: 2 }, events: { rows: 4 }, fills: { rows: 2 } });
  store.disk.close();
});

/** The same steps under other names: an order or request that was forgotten would be a new one. */
function renamed(step: Step): Step {
  switch (step.kind) {
    case "order":
      return { ...step, order: { ...step.order, order_id: `later-${step.order.order_id ?? ""}` } };
    case "cancel":
    case "replace":
      return { ...step, order_id: `later-${step.order_id}`, request_id: `later-${step.request_id}` };
    default:
      return step;
  }
}

const sorted = (snapshot: Snapshot): Snapshot => ({
  ...snapshot,
  positions: [...snapshot.positions].sort((a, b) => (a.account < b.account ? -1 : 1)),
});

test("a venue that has forgotten all that is over goes on as one that has not", () => {
  let pruned = 0;
  let open = 0;
  const property = fc.property(steps, steps, fc.integer({ min: 1, max: 7 }), (first, second, limit) => {
    const calm = new Lab();
    const store = new DiskStore(mkdtempSync(join(directory, "run-")));
    const lab = new Lab({}, store);
    for (const step of first) {
      take(calm, step);
      take(lab, step);
    }
    const before = store.snapshot();
    pruned += store.pruneAll(Number.MAX_SAFE_INTEGER, limit);
    expect(store.disk.eventLines(0, 1)).toEqual([]);
    store.reopen();
    expect(store.snapshot()).toEqual(before);
    open += before.open.length;
    calm.restart();
    lab.restart();
    for (const step of second.map(renamed)) {
      take(calm, step);
      take(lab, step);
    }
    expect(store.events).toEqual(calm.store.events);
    expect(store.fills).toEqual(calm.store.fills);
    expect(sorted(store.snapshot())).toEqual(sorted(calm.store.snapshot()));
    store.disk.close();
  });
  fc.assert(property, { numRuns: 30 });
  expect(pruned).toBeGreaterThan(30);
  expect(open).toBeGreaterThan(30);
}, 60_000);

test("a batch that the disk does not take leaves all of it there", () => {
  const store = new DiskStore(directory);
  twoHours(new Lab({}, store));
  const before = store.disk.kept();
  store.disk.close();
  const db = new DatabaseSync(join(directory, "prism.db"));
  migrate(db);
  db.exec("CREATE TRIGGER full BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'disk full'); END");
  const pruning = new Pruning(db);
  expect(() => pruning.prune(Number.MAX_SAFE_INTEGER, 100)).toThrow("disk full");
  expect(pruning.pruned.seq).toBe(0);
  db.exec("DROP TRIGGER full");
  db.close();
  store.disk = new Store(directory);
  expect(store.disk.kept()).toEqual(before);
  store.pruneAll(Number.MAX_SAFE_INTEGER, 100);
  expect(store.disk.kept().events.rows).toBe(0);
  store.disk.close();
});

test("one whose clock was behind keeps what is behind it, so that there is no gap", () => {
  const store = new DiskStore(directory);
  const lab = new Lab({}, store);
  lab.submit({ order_id: "old", price: "1" });
  lab.now += 5000;
  lab.submit({ order_id: "young", price: "1" });
  lab.act((engine, now) => engine.cancelAll({}, now));
  const restarted = new Lab({}, store);
  restarted.now = START;
  restarted.submit({ order_id: "behind", price: "1" });
  expect(store.events.map(({ timestamp }) => timestamp - START)).toEqual([0, 5000, 5000, 5000, 0]);
  store.pruneAll(START + 1, 100);
  expect(numbersOf(store.disk.eventLines(0, 9), "seq")).toEqual([2, 3, 4, 5]);
  store.disk.close();
});

test("freed pages are used again", () => {
  const store = new DiskStore(directory);
  const lab = new Lab({}, store);
  const pages = (): number => {
    store.disk.close();
    const db = new DatabaseSync(join(directory, "prism.db"));
    const count = Number(db.prepare("PRAGMA page_count").get()?.["page_count"]);
    db.close();
    store.disk = new Store(directory);
    return count;
  };
  const fill = (round: number): number => {
    for (let n = 0; n < 300; n++) lab.submit({ order_id: `${round}-${n}`, order_type: "MARKET" });
    return pages();
  };
  const full = fill(0);
  for (const round of [1, 2, 3]) {
    store.pruneAll(Number.MAX_SAFE_INTEGER, 100);
    expect(fill(round)).toBeLessThanOrEqual(full * 1.1);
  }
  store.disk.close();
});

/** As version 1 made it. */
const VERSION_1 = `
  CREATE TABLE orders (number INTEGER PRIMARY KEY, order_id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    open INTEGER NOT NULL, view TEXT NOT NULL) STRICT;
  CREATE INDEX orders_open ON orders (number) WHERE open = 1;
  CREATE INDEX orders_account ON orders (account, number);
  CREATE TABLE events (seq INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
  CREATE TABLE fills (number INTEGER PRIMARY KEY, line TEXT NOT NULL) STRICT;
  CREATE TABLE requests (request_id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE positions (account TEXT, symbol TEXT, view TEXT NOT NULL,
    PRIMARY KEY (account, symbol)) STRICT, WITHOUT ROWID;
  CREATE TABLE quotes (symbol TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 1;
`;

/** Writes as version 1 did. */
class Version1 extends MemoryStore {
  readonly db: DatabaseSync;

  constructor(path: string) {
    super();
    this.db = new DatabaseSync(path);
    this.db.exec(VERSION_1);
  }

  override commit(changes: Changes): void {
    super.commit(changes);
    const put = (sql: string, ...values: readonly (string | number)[]) => this.db.prepare(sql).run(...values);
    for (const each of changes.events)
      put("INSERT INTO events VALUES (?, ?)", each.seq, JSON.stringify(each));
    for (const each of changes.fills)
      put("INSERT INTO fills VALUES (?, ?)", each.number, JSON.stringify(each));
    for (const each of changes.orders) {
      const open = each.status === "ACCEPTED" || each.status === "PARTIALLY_FILLED" ? 1 : 0;
      const text = JSON.stringify(each);
      put(
        "INSERT OR REPLACE INTO orders VALUES (?, ?, ?, ?, ?)",
        each.number,
        each.order_id,
        each.account,
        open,
        text,
      );
    }
    for (const each of changes.requests)
      put("INSERT INTO requests VALUES (?, ?)", each.request_id, JSON.stringify(each));
    for (const each of changes.positions)
      put(
        "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
        each.account,
        each.symbol,
        JSON.stringify(each),
      );
    for (const each of changes.quotes)
      put("INSERT OR REPLACE INTO quotes VALUES (?, ?)", each.tick.symbol, JSON.stringify(each));
  }
}

test("a volume that version 1 wrote is what it was, and is pruned like others", () => {
  const old = new Version1(join(directory, "prism.db"));
  twoHours(new Lab({}, old));
  old.db.close();
  const store = new Store(directory);
  expect(store.snapshot()).toEqual(old.snapshot());
  expect(store.eventLines(0, 100).map((line) => JSON.parse(line) as unknown)).toEqual(old.events);
  expect(store.order("a-gone")).toEqual(old.order("a-gone"));
  expect(store.request("a-c2")).toEqual(old.request("a-c2"));
  expect(store.prune(START + 1, 100)).toEqual({
    events: old.events.length / 2,
    fills: 2,
    orders: 3,
    requests: 3,
  });
  store.close();
  const again = new Store(directory);
  expect(again.snapshot()).toEqual(old.snapshot());
  expect(again.request("b-c2")).toEqual(old.request("b-c2"));
  again.close();
});

test("nothing of the platform repeats an order by itself for longer than the least that is kept", () => {
  const repeated = streams.filter(({ name }) => name === "ORDERS" || name === "BROKER");
  expect(repeated.map(({ maxAgeSeconds }) => maxAgeSeconds <= 7 * 86_400)).toEqual([true, true]);
});

test.each([
  ["6", false],
  ["7", true],
  ["3650", true],
  ["3651", false],
  ["7.5", false],
  ["", false],
])("RETENTION_DAYS=%j is allowed: %s", (text, allowed) => {
  const { config } = prism();
  expect(config.RETENTION_DAYS.safeParse(text).success).toBe(allowed);
  expect(config.RETENTION_DAYS.parse(undefined)).toBe(30);
});
