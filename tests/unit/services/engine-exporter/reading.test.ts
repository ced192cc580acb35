import type { Container, EngineProxy, Usage } from "../../../../services/engine-exporter/src/proxy";
import { lanesByInterface, readEngine, UNKNOWN_LANE } from "../../../../services/engine-exporter/src/reading";
import { Tally } from "../../../../services/engine-exporter/src/tally";

const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  workload: name,
  id: `${name}-1`,
  state: "running",
  health: "healthy",
  restartCount: 0,
  createdAt: "2026-11-25T16:53:20Z",
  memoryLimitBytes: 0,
  cpuLimitCores: 0,
  lanes: ["backend"],
  ...more,
});
const NO_EVENTS = { completeSince: 0n, events: [] };

describe("restarts", () => {
  const counted = (...readings: readonly Partial<Container>[]): readonly number[] => {
    const tally = new Tally(0n);
    return readings.map((reading) => {
      tally.count([container("oms", reading)], NO_EVENTS);
      return tally.restarts("oms");
    });
  };

  it("are the engine's, as long as it is the same container", () =>
    expect(counted({}, { restartCount: 1 }, { restartCount: 1 }, { restartCount: 4 })).toEqual([0, 1, 1, 4]));

  it("go on with the next container, whose own count begins anew", () =>
    expect(
      counted({ restartCount: 3 }, { id: "b" }, { id: "b", restartCount: 2 }, { id: "c", restartCount: 1 }),
    ).toEqual([3, 3, 5, 6]));

  it("never become fewer, also when the engine begins anew with the same container", () =>
    expect(counted({ restartCount: 3 }, { restartCount: 0 }, { restartCount: 1 })).toEqual([3, 3, 4]));
});

describe("kills for memory", () => {
  const oom = (time: bigint, workload = "oms", more: { action?: string; role?: string } = {}) => ({
    time,
    workload,
    action: "oom",
    role: "service",
    ...more,
  });

  it("are counted once each, of services alone, from the start on", () => {
    const tally = new Tally(10n);
    tally.count([], { completeSince: 0n, events: [oom(9n), oom(10n), oom(12n), oom(13n, "risk")] });
    expect([tally.since, tally.oomKills("oms"), tally.oomKills("risk")]).toEqual([14n, 2, 1]);
    tally.count([], {
      completeSince: 0n,
      events: [
        oom(13n, "risk"),
        oom(14n, "oms", { action: "die" }),
        oom(15n, "job", { role: "job" }),
        oom(16n),
      ],
    });
    expect([tally.since, tally.oomKills("oms"), tally.oomKills("risk"), tally.oomKills("job")]).toEqual([
      17n,
      3,
      1,
      0,
    ]);
  });
});

describe("the lane of an interface", () => {
  it.each([
    [["backend"], ["eth0"], { eth0: "backend" }],
    [["lowlatency", "backend"], ["eth1", "eth0"], { eth0: "backend", eth1: "lowlatency" }],
    [
      ["backend", "frontend", "lowlatency"],
      ["eth0", "eth1", "eth2"],
      { eth0: "frontend", eth1: "backend", eth2: "lowlatency" },
    ],
    [["backend"], ["eth0", "eth1"], { eth0: UNKNOWN_LANE, eth1: UNKNOWN_LANE }],
    [[], ["eth0"], { eth0: UNKNOWN_LANE }],
    [["backend"], [], {}],
  ])("%j on %j", (lanes, interfaces, expected) =>
    expect(Object.fromEntries(lanesByInterface(lanes, interfaces))).toEqual(expected),
  );
});

it("asks about a few containers at once, and about each one", async () => {
  let now = 0;
  let most = 0;
  const names = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const proxy = {
    services: () => Promise.resolve(names.map((name) => container(name))),
    events: () => Promise.resolve(NO_EVENTS),
    usage: async (name: string): Promise<Usage> => {
      most = Math.max(most, ++now);
      await new Promise((done) => setTimeout(done, 5));
      now -= 1;
      const cpu = Number(name.slice(1));
      return { cpuNanoseconds: cpu, throttledNanoseconds: 0, workingSetBytes: 0, pids: 0, networks: {} };
    },
  } as unknown as EngineProxy;
  const read = await readEngine(proxy, new Tally(0n), { timeoutMs: 1000, atOnce: 3 });
  expect(most).toBe(3);
  expect(read.map(({ usage }) => usage?.cpuNanoseconds)).toEqual(names.map((_, index) => index));
});
