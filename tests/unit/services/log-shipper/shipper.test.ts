import {
  containerOf,
  entryOf,
  nanosecondsOf,
  type Entry,
  type Source,
} from "../../../../services/log-shipper/src/document";
import type { EngineContainer, Page } from "../../../../services/log-shipper/src/engine";
import { Shipper } from "../../../../services/log-shipper/src/shipper";
import type { Outcome } from "../../../../services/log-shipper/src/store";

const NOW = Date.parse("2026-11-30T12:00:00Z");
const DAY = 86_400_000;
const ID = "0123456789abcdef";

const container = (more: Partial<EngineContainer> = {}): EngineContainer => ({
  ...{ id: ID, name: "oms", capability: "trading", lanes: ["backend"], state: "running" },
  ...{ startedAt: "2026-11-30T11:00:00Z" },
  ...more,
});

/** Logs and a store in memory. */
class World {
  now = NOW;
  containers: EngineContainer[] = [container()];
  readonly logs = new Map<string, Entry[]>();
  readonly stored = new Map<string, string>();
  /** What is asked of whom, in order. */
  readonly asked: string[] = [];
  readonly sinces: bigint[] = [];
  fails: { store?: string; template?: string; log?: string } = {};
  newest = new Map<string, number>();
  expired: string[] = [];

  say(name: string, count: number, at = this.now): void {
    const source = this.containers.find((one) => one.name === name) ?? container();
    const log = this.logs.get(name) ?? [];
    for (let number = 0; number < count; number++)
      log.push(
        entryOf(source, {
          time: `${new Date(at).toISOString().slice(0, -1)}${String(log.length).padStart(6, "0")}Z`,
          stream: "stdout",
          text: `line ${log.length}`,
        }),
      );
    this.logs.set(name, log);
  }

  shipper(): Shipper {
    return new Shipper({
      engine: {
        containers: () => {
          this.asked.push("containers");
          return Promise.resolve(this.containers);
        },
        page: (source, since, { catchUp }): Promise<Page> => {
          this.asked.push(`page ${source.name}${catchUp ? " on" : ""}`);
          this.sinces.push(since);
          if (this.fails.log === source.name) return Promise.reject(new Error("cannot be read"));
          const rest = (this.logs.get(source.name) ?? []).filter(({ at }) => at >= since);
          return Promise.resolve({ entries: rest.slice(0, 1000), more: rest.length > 1000 });
        },
      },
      store: {
        assertReady: () =>
          this.fails.template ? Promise.reject(new Error(this.fails.template)) : Promise.resolve(),
        newest: () => Promise.resolve(this.newest),
        write: (entries): Promise<Outcome> => {
          this.asked.push(`write ${entries.length}`);
          if (this.fails.store) return Promise.reject(new Error(this.fails.store));
          const known = entries.filter(({ id }) => this.stored.has(id)).length;
          entries.forEach(({ id, json }) => this.stored.set(id, json));
          return Promise.resolve({ indexed: entries.length - known, known, refused: 0, reasons: [] });
        },
        expire: (beforeMs) => {
          this.asked.push(`expire ${new Date(beforeMs).toISOString()}`);
          return Promise.resolve(["logs-2026.11.01"]);
        },
      },
      retentionMs: 14 * DAY,
      listMs: 15_000,
      now: () => this.now,
      onBatch: () => undefined,
      onExpired: (indices) => this.expired.push(...indices),
    });
  }
}

it("sends what is new, and nothing when there is nothing", async () => {
  const world = new World();
  const shipper = world.shipper();
  world.say("oms", 3);
  expect(await shipper.round()).toBe(true);
  world.asked.length = 0;
  expect(await shipper.round()).toBe(true);
  expect(world.asked).toEqual(["page oms"]);
  world.say("oms", 2);
  await shipper.round();
  expect(world.asked).toEqual(["page oms", "page oms", "write 2"]);
  expect(world.stored.size).toBe(5);
});

it("sends the lines of all containers together, and catches up by pages", async () => {
  const world = new World();
  world.containers.push(container({ id: "fedcba9876543210", name: "risk" }));
  world.say("oms", 10);
  world.say("risk", 4500);
  const shipper = world.shipper();
  expect(await shipper.round()).toBe(true);
  expect(world.asked.filter((one) => one.startsWith("write"))).toEqual(["write 2009", "write 2501"]);
  expect(world.asked.filter((one) => one.startsWith("page"))).toEqual([
    ...["page oms", "page risk", "page risk on", "page risk on", "page risk on", "page risk on"],
  ]);
  expect(world.stored.size).toBe(4510);
});

it("keeps nothing while the store is away, reads nothing while it knows so, and loses nothing", async () => {
  const world = new World();
  const shipper = world.shipper();
  world.say("oms", 3);
  world.fails = { store: "away" };
  await expect(shipper.round()).rejects.toThrow("away");
  world.fails = { template: "away still" };
  world.asked.length = 0;
  await expect(shipper.round()).rejects.toThrow("away still");
  expect(world.asked).toEqual([]);
  world.fails = {};
  await shipper.round();
  expect(world.stored.size).toBe(3);
});

it("goes on after a restart where the store says, some minutes before it", async () => {
  const world = new World();
  world.newest.set(containerOf({ id: ID }), NOW - 60_000);
  await world.shipper().round();
  // two seconds more, as at each reading
  expect(world.sinces).toEqual([BigInt(NOW - 60_000 - 300_000 - 2000) * 1_000_000n]);
});

it("of a container that it does not know it sends what is not too old to be kept", async () => {
  const world = new World();
  world.say("oms", 2, NOW - 15 * DAY);
  world.say("oms", 2, NOW - 13 * DAY);
  await world.shipper().round();
  expect(world.stored.size).toBe(2);
});

it("a log that cannot be read does not stop the others, and is said", async () => {
  const world = new World();
  world.containers.push(container({ id: "fedcba9876543210", name: "risk" }));
  world.say("risk", 2);
  world.fails = { log: "oms" };
  await expect(world.shipper().round()).rejects.toThrow("cannot be read");
  expect(world.stored.size).toBe(2);
});

it("reads one that has ended once, until it is started again", async () => {
  const world = new World();
  world.containers = [container({ state: "exited" })];
  world.say("oms", 2);
  const shipper = world.shipper();
  await shipper.round();
  await shipper.round();
  expect(world.asked.filter((one) => one.startsWith("page"))).toHaveLength(1);
  world.containers = [container({ state: "exited", startedAt: "2026-11-30T12:00:00Z" })];
  world.say("oms", 2);
  world.now += 15_000;
  await shipper.round();
  expect(world.stored.size).toBe(4);
});

it("deletes old days at the start and each hour", async () => {
  const world = new World();
  const shipper = world.shipper();
  await shipper.round();
  await shipper.round();
  world.now += 3_600_000;
  await shipper.round();
  expect(world.asked.filter((one) => one.startsWith("expire"))).toEqual([
    "expire 2026-11-16T12:00:00.000Z",
    "expire 2026-11-16T13:00:00.000Z",
  ]);
  expect(world.expired).toHaveLength(2);
});

describe("a line", () => {
  const source: Source = { id: ID, name: "oms", capability: "trading", lanes: ["backend"] };
  const line = {
    time: "2026-11-30T05:00:00.12Z",
    stream: "stdout",
    text: '{"level":"warn","msg":"m","n":1}',
  } as const;

  it("has one id, a time to the nanosecond, and the index of its day", () => {
    const entry = entryOf(source, line);
    expect(entry).toEqual({
      id: expect.stringMatching(/^[\w-]{27}$/) as string,
      at: BigInt(Date.parse("2026-11-30T05:00:00Z")) * 1_000_000n + 120_000_000n,
      index: "logs-2026.11.30",
      json: expect.any(String) as string,
    });
    expect(JSON.parse(entry.json)).toEqual({
      ...{ "@timestamp": line.time, container: "0123456789ab", service: "oms", capability: "trading" },
      ...{ lanes: ["backend"], stream: "stdout", level: "warn", message: "m", fields: { n: 1 } },
    });
    expect(entryOf(source, line).id).toBe(entry.id);
    for (const other of [
      { ...line, text: "m" },
      { ...line, stream: "stderr" as const },
      { ...line, time: "2026-11-30T05:00:00.121Z" },
    ])
      expect(entryOf(source, other).id).not.toBe(entry.id);
    expect(entryOf({ ...source, id: "f".repeat(64) }, line).id).not.toBe(entry.id);
  });

  test.each([
    ["1970-01-01T00:00:00Z", 0n],
    ["1970-01-01T00:00:01.5Z", 1_500_000_000n],
    ["1970-01-01T00:00:00.000000001Z", 1n],
  ])("%s", (time, nanoseconds) => {
    expect(nanosecondsOf(time)).toBe(nanoseconds);
  });
});
