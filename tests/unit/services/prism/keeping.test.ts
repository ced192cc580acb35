import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Feed } from "../../../../services/prism/src/feed";
import { GroupCommit, NotDurableError } from "../../../../services/prism/src/group-commit";
import { Store } from "../../../../services/prism/src/store";
import { checkBasic, readUsers } from "../../../../services/prism/src/users";
import { Venue } from "../../../../services/prism/src/venue";
import { Lab, options, plain } from "./lab";

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "t26-prism-"))));
afterEach(() => rmSync(directory, { recursive: true }));

const fail = (error: Error): never => {
  throw error;
};
const venueOn = (store: Store, more = {}) =>
  new Venue({
    ...options,
    store,
    latencyMs: 0,
    onFailure: fail,
    clock: () => Date.UTC(2025, 2, 3, 15),
    ...more,
  });
const tick = {
  venue: "sim",
  symbol: "AAPL",
  price: "100",
  size: "1",
  bid: "99",
  ask: "100",
  timestamp: 1,
  source_seq: 1,
};

describe("store", () => {
  test("what was committed is there for the next process, and nobody else opens it meanwhile", async () => {
    const store = new Store(directory);
    const venue = venueOn(store);
    venue.hear([tick]);
    const orders = [
      { ...plain(), order_id: "rests", price: "98" },
      { ...plain(), order_id: "trades", price: "100", quantity: "3" },
      { ...plain(), order_id: "refused", price: "1.001" },
    ];
    await venue.submit(orders);
    await venue.cancel([{ order_id: "trades", request_id: "late" }]);
    const before = {
      snapshot: store.snapshot(),
      events: store.eventLines(0, 100),
      fills: store.fillLines(0, 100),
    };
    expect(before.snapshot.open.map(({ order_id }) => order_id)).toEqual(["rests"]);
    expect(before.snapshot.counters).toEqual({ seq: 5, order: 3, fill: 1, trade: 1 });
    await venue.close();

    const again = new Store(directory);
    expect({
      snapshot: again.snapshot(),
      events: again.eventLines(0, 100),
      fills: again.fillLines(0, 100),
    }).toEqual(before);
    expect(
      again.orderLines("main", 1, 10).map((line) => (JSON.parse(line) as { order_id: string }).order_id),
    ).toEqual(["trades", "refused"]);
    expect((await venueOn(again).submit(orders)).map(({ outcome }) => outcome)).toEqual(
      Array(3).fill("duplicate"),
    );
    expect(() => new DatabaseSync(join(directory, "prism.db")).exec("SELECT * FROM events")).toThrow(
      /locked/,
    );
    again.close();
  });

  test("a commit that fails leaves nothing of itself", () => {
    const lab = new Lab();
    lab.engine.submit({ ...plain(), order_id: "a", price: "1" }, lab.now);
    const changes = lab.engine.records.take();
    const store = new Store(directory);
    store.commit(changes);
    const event = { ...changes.events[0], seq: 2 } as (typeof changes.events)[number];
    const clashing = { ...changes, events: [event, event] };
    expect(() => store.commit(clashing)).toThrow(/UNIQUE/);
    store.close();
    const again = new Store(directory);
    expect(again.lastSeq()).toBe(1);
    again.close();
  });

  test("data of a newer version is refused", () => {
    new Store(directory).close();
    const db = new DatabaseSync(join(directory, "prism.db"));
    db.exec("PRAGMA user_version = 3");
    db.close();
    expect(() => new Store(directory)).toThrow(
      "the data volume is of version 3; this program knows 2: use a newer one",
    );
  });
});

describe("group commit", () => {
  test("what is done in a turn is one commit, and is answered after it", async () => {
    const log: string[] = [];
    let dirty = false;
    const commits = new GroupCommit(
      { dirty: () => dirty, commit: () => (log.push("commit"), (dirty = false)) },
      fail,
    );
    const work = (name: string) => () => (log.push(name), (dirty = true), name);
    await Promise.all(
      ["a", "b"].map((name) => commits.run(work(name)).then((done) => log.push(`answered ${done}`))),
    );
    await commits.settled();
    expect(log).toEqual(["a", "b", "commit", "answered a", "answered b"]);
  });

  test("when it cannot be stored, all that waits is refused, and all that comes", async () => {
    const failures: Error[] = [];
    let dirty = false;
    const disk = () => {
      throw new Error("disk full");
    };
    const commits = new GroupCommit({ dirty: () => dirty, commit: disk }, (error) => failures.push(error));
    const first = commits.run(() => (dirty = true));
    const second = commits.run(() => undefined);
    await expect(first).rejects.toThrow(NotDurableError);
    await expect(second).rejects.toThrow("not stored: disk full");
    let done = false;
    await expect(commits.run(() => (done = true))).rejects.toThrow(NotDurableError);
    commits.act(() => (done = true));
    expect([failures.length, done]).toEqual([1, false]);
  });

  test("work that breaks halfway is not answered either", async () => {
    const failures: Error[] = [];
    const commits = new GroupCommit({ dirty: () => true, commit: () => undefined }, (error) =>
      failures.push(error),
    );
    const waiting = commits.run(() => "before").catch((error: unknown) => error);
    await expect(commits.run(() => fail(new Error("a bug")))).rejects.toThrow("not stored: a bug");
    expect(await waiting).toBeInstanceOf(NotDurableError);
    expect(failures).toHaveLength(1);
  });
});

describe("feed", () => {
  const lines: string[] = [];
  const asked: number[] = [];
  const store = {
    prunedSeq: 0,
    eventLines: (after: number, limit: number) => {
      asked.push(after);
      return lines.slice(after, after + limit);
    },
  };
  const add = (feed: Feed, count: number): void => {
    const more = Array.from({ length: count }, (_, index) => `${lines.length + index + 1}`);
    lines.push(...more);
    feed.publish(more);
  };
  beforeEach(() => {
    lines.length = asked.length = store.prunedSeq = 0;
  });

  test("tells what was, then what happens; the rest from the store when a reader is slow", async () => {
    lines.push("1", "2", "3");
    const feed = new Feed(store, 3, 5);
    const heard: string[] = [];
    const reading = (async () => {
      for await (const text of feed.read(1)) {
        heard.push(...text.split("\n").filter((line) => line !== ""));
        if (heard.length === 2) add(feed, 30_000);
        if (heard.length >= 30_000) feed.end();
      }
    })();
    await reading;
    expect(heard).toEqual(Array.from({ length: 30_002 }, (_, index) => `${index + 2}`));
    // only what memory does not have any more
    expect(asked.length).toBeLessThan(30);
    expect(feed.readers).toBe(0);
  });

  test("a reader with a limit gets so many; one that waits gets empty lines", async () => {
    const feed = new Feed(store, 0, 2);
    add(feed, 10);
    const texts: string[] = [];
    for await (const text of feed.read(4, 3)) texts.push(text);
    expect(texts).toEqual(["5\n6\n7\n"]);
    const waiting = feed.read(10);
    expect([
      (await waiting.next()).value,
      (await waiting.next()).value,
      (await waiting.next()).value,
    ]).toEqual(["\n", "\n", "\n"]);
    await waiting.return();
    const beyond: string[] = [];
    for await (const text of feed.read(11)) beyond.push(text);
    expect(beyond).toEqual(["\n"]);
    expect(feed.readers).toBe(0);
  });

  test("a reader that pruning has overtaken gets the end, never what follows the gap", async () => {
    add(new Feed(store, 0), 5000);
    const feed = new Feed(store, 5000, 2);
    const slow = feed.read(0);
    expect((await slow.next()).value).toContain("1000\n");
    store.prunedSeq = 1000;
    expect((await slow.next()).value).toContain("1001\n");
    store.prunedSeq = 2001;
    expect(await slow.next()).toEqual({ done: true, value: undefined });
    expect(feed.oldest).toBe(2002);
    // one that is at the front has lost nothing
    expect((await feed.read(2001).next()).value).toContain("2002\n");
    store.prunedSeq = 5000;
    expect((await feed.read(5000).next()).value).toBe("\n");
  });
});

test("an order takes effect after the latency, not before", async () => {
  const store = new Store(directory);
  const venue = venueOn(store, { latencyMs: 300 });
  const answer = venue.submit([{ ...plain(), order_id: "slow", price: "100" }]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await venue.order("slow")).toBeUndefined();
  expect(await answer).toEqual([{ order_id: "slow", outcome: "accepted" }]);
  expect(await venue.order("slow")).toMatchObject({ status: "ACCEPTED" });
  await venue.close();
});

describe("users", () => {
  const hash = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"; // "password"
  const users = readUsers(`# comment\n\nalice:${hash}\r\n`);
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  test("the right password is let in, all else is not", () => {
    expect(checkBasic(users, basic("alice:password"))).toBe("alice");
    for (const wrong of ["alice:Password", "alice:", "alice", "bob:password", ":password", `alice:${hash}`])
      expect(() => checkBasic(users, basic(wrong))).toThrow("The user or the password is wrong.");
    for (const wrong of [undefined, "", "Bearer x", "Basic", "Basic !!"])
      expect(() => checkBasic(users, wrong)).toThrow(/Send a user and password/);
  });

  test("a file with mistakes is refused by line, without what is in it", () => {
    expect(() => readUsers(`alice:${hash}\nbob:password\nalice:${hash}`)).toThrow(
      "settings: USERS_FILE: line 2 is not <username>:<sha256 in 64 hexadecimal digits>; USERS_FILE: line 3 has a user that an earlier one has",
    );
    expect(() => readUsers("\n# nobody\n")).toThrow("no user in it");
  });
});
