import type Docker from "dockerode";
import { fromListing, isUp, planName } from "../../../cli/docker/containers";
import { splitStreams } from "../../../cli/docker/log-stream";
import { usageBetween } from "../../../cli/docker/usage";
import { firstFile } from "../../../cli/docker/archive";
import { statusRows, statusTable } from "../../../cli/commands/status";
import { allowance, judge } from "../../../cli/up/health-gate";
import { styleFor } from "../../../cli/ui/style";
import { container } from "../model/small-plan";

const plain = styleFor({}, {});
const network = {} as Docker.NetworkInfo;
const listed = (
  name: string,
  state: string,
  status: string,
  role = "service",
): ReturnType<typeof fromListing> =>
  fromListing(
    {
      Id: `id-${name}`,
      Names: [`/t26-${name}`],
      State: state,
      Status: status,
      Labels: { "com.trade2026.role": role, "com.trade2026.capability": "data" },
      NetworkSettings: { Networks: { "t26-lowlatency": network, "t26-backend": network, bridge: network } },
    },
    "t26",
  );

describe("the engine's list", () => {
  test.each([
    ["running", "Up 5 seconds (healthy)", "healthy", undefined, true],
    ["running", "Up 5 seconds (health: starting)", "starting", undefined, false],
    ["running", "Up 5 seconds (unhealthy)", "unhealthy", undefined, false],
    ["running", "Up 5 seconds", "none", undefined, true],
    ["exited", "Exited (137) 2 minutes ago", "none", 137, false],
    ["restarting", "Restarting (1) 3 seconds ago", "none", 1, false],
    ["created", "Created", "none", undefined, false],
  ])("%s, %s", (state, status, health, exitCode, up) => {
    const one = listed("nats", state, status);
    const what = { role: "service", capability: "data", lanes: ["backend", "lowlatency"] };
    expect(one).toEqual({ id: "id-nats", name: "nats", ...what, state, health, exitCode });
    expect(isUp(one)).toBe(up);
  });

  test("another prefix is left on", () => {
    expect(planName("/t26-nats", "t26")).toBe("nats");
    expect(planName("/other-nats", "t26")).toBe("other-nats");
  });
});

describe("the health gate", () => {
  const services = [
    container({ name: "a" }),
    container({ name: "b" }),
    container({ name: "c" }),
    container({ name: "d" }),
  ];

  test("says of each what it is instead of healthy", () => {
    const found = [
      listed("a", "running", "Up (healthy)"),
      listed("b", "running", "Up (health: starting)"),
      listed("c", "restarting", "Restarting (1) now"),
    ];
    expect(judge(services, found)).toEqual({
      healthy: ["a"],
      failing: [
        { name: "b", id: "id-b", what: "has not become healthy in time" },
        { name: "c", id: "id-c", what: "is restarting, last exit code 1" },
        { name: "d", id: undefined, what: "does not exist" },
      ],
    });
  });

  test("waits as long as the probe may take to fail, and half a minute", () => {
    const times = { interval: "1s", timeout: "5m15s", retries: 3, startPeriod: "1m0s" };
    const healthcheck = { tests: ["CMD"], ...times, decidedAfter: 105 };
    expect(allowance(container({ name: "a", healthcheck }))).toBe(105 + 30);
    expect(allowance(container({ name: "a" }))).toBe(30);
  });
});

describe("status", () => {
  const plan = [
    container({ name: "nats", tier: "P0", lanes: ["lowlatency"] }),
    container({ name: "gone", tier: "P1" }),
    container({ name: "nats-config", role: "writer" }),
    container({ name: "fine", role: "job" }),
    container({ name: "failed", role: "job" }),
  ];
  const found = [
    listed("nats", "running", "Up 2 hours (healthy)"),
    listed("fine", "exited", "Exited (0) 2 hours ago", "job"),
    listed("failed", "exited", "Exited (2) 2 hours ago", "job"),
  ];
  const usage = new Map([
    [
      "nats",
      {
        memoryBytes: 12 * 1024 ** 2,
        memoryLimitBytes: 512 * 1024 ** 2,
        cpuPercent: 1.25,
        uptimeSeconds: 7200,
        restarts: 0,
      },
    ],
  ]);

  test("shows services, missing ones too, and jobs that failed", () => {
    const rows = statusRows(plan, found, usage);
    expect(rows.map(({ service, ok, state }) => [service, ok, state])).toEqual([
      ["nats", true, "running"],
      ["gone", false, "missing"],
      ["failed", false, "exited"],
    ]);
    expect(statusTable(rows, plain)).toEqual([
      "SERVICE  LANES       TIER  HEALTH                    MEMORY    CPU   UP  RESTARTS",
      "failed   backend           job exited (2)",
      "gone     backend     P1    missing",
      "nats     lowlatency  P0    healthy         12 MiB / 512 MiB  1.3 %  2 h         0",
    ]);
  });
});

test("usage: memory without the page cache, CPU between two samples", () => {
  const sample = (read: string, cpu: number): Parameters<typeof usageBetween>[0] => ({
    read,
    cpu_stats: { cpu_usage: { total_usage: cpu } },
    memory_stats: { usage: 100, limit: 1000, stats: { inactive_file: 40 } },
  });
  const [before, after] = [
    sample("2026-11-23T12:00:00.000000000Z", 1e9),
    sample("2026-11-23T12:00:01.000000000Z", 1.5e9),
  ];
  expect(usageBetween(before, after)).toEqual({ memoryBytes: 60, memoryLimitBytes: 1000, cpuPercent: 50 });
  expect(usageBetween(before, before).cpuPercent).toBe(0);
});

test("a log is taken apart into its streams; one of a terminal is left whole", () => {
  const frame = (stream: number, text: string): Buffer => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  expect(splitStreams(Buffer.concat([frame(1, "out ä\n"), frame(2, "err\n")]))).toEqual([
    { stderr: false, text: "out ä\n" },
    { stderr: true, text: "err\n" },
  ]);
  expect(splitStreams(Buffer.from("plain text of a terminal\n"))).toEqual([
    { stderr: false, text: "plain text of a terminal\n" },
  ]);
  expect(splitStreams(Buffer.alloc(0))).toEqual([]);
});

test("the first file of an archive", () => {
  const tar = Buffer.alloc(1536);
  tar.write("ca.crt", 0);
  tar.write("0000005\0", 124);
  tar.write("hello", 512);
  expect(firstFile(tar)).toBe("hello");
  expect(() => firstFile(Buffer.alloc(512))).toThrow("no tar archive");
});
