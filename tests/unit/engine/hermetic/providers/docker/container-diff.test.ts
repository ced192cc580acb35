import {
  containerType,
  diffContainer,
} from "../../../../../../engine/hermetic/providers/docker/container/container";
import { observe } from "../../../../../../engine/hermetic/providers/docker/container/observe";
import type { Inspect } from "../../../../../../engine/hermetic/providers/docker/container/inspect";
import { containerFields } from "../../../../../../engine/hermetic/providers/docker/container/schema";
import { UNKNOWN } from "../../../../../../engine/hermetic/providers/protocol/values";
import type { Value, ValueMap } from "../../../../../../engine/hermetic/providers/protocol/values";
import {
  stateAfterCreate,
  stateAfterFailedCreate,
  stateAfterRead,
  stateAfterUpdate,
} from "../../../../../../engine/hermetic/providers/schema/state";

type Change = Readonly<Record<string, Value>>;

const checked = async (inputs: Change): Promise<ValueMap> => {
  const args = {
    name: "c",
    oldInputs: {},
    inputs: { image: "a:1", name: "c", ...inputs },
    seed: new Uint8Array([1]),
  };
  const { problems, inputs: given } = await containerType.check(args);
  expect(problems).toEqual([]);
  return given;
};

/** What the daemon would show of a container made from these inputs, where it is not what was asked for. */
const inspect = (
  host: Partial<Inspect["HostConfig"]> = {},
  config: Partial<Inspect["Config"]> = {},
): Inspect => ({
  Id: "1".repeat(64),
  Name: "/c",
  Image: "sha256:1",
  Platform: "linux",
  State: { Running: true, ExitCode: 0 },
  Config: { Image: "a:1", Hostname: "111111111111", Cmd: ["run"], Entrypoint: ["/x"], ...config },
  HostConfig: {
    NetworkMode: "bridge",
    Init: false,
    ShmSize: 64 * 1024 * 1024,
    RestartPolicy: { Name: "no" },
    ...host,
  },
  NetworkSettings: { Networks: {} },
});

const verdict = (state: ValueMap, inputs: ValueMap): string => {
  const { changes, deleteBeforeReplace } = diffContainer(state, inputs);
  const names = [...new Set(changes.map(({ path }) => path.split(/[.[]/)[0]))].sort().join(", ");
  if (changes.length === 0) return "same";
  const op = changes.some(({ replace }) => replace) ? "replace" : "update";
  expect(deleteBeforeReplace).toBe(op === "replace");
  return `${op}: ${names}`;
};

describe("a change of one input", () => {
  const table: readonly (readonly [string, Change, Change, string])[] = [
    ["none", {}, {}, "same"],
    ["image", { image: "a:1" }, { image: "a:2" }, "replace: image"],
    ["order of a set", { envs: ["A=1", "B=2"] }, { envs: ["B=2", "A=1"] }, "same"],
    ["order of a list", { command: ["a", "b"] }, { command: ["b", "a"] }, "replace: command"],
    ["an env", { envs: ["A=1"] }, { envs: ["A=2"] }, "replace: envs"],
    ["envs taken away", { envs: ["A=1"] }, {}, "same"],
    ["labels taken away", { labels: [{ label: "a", value: "1" }] }, {}, "same"],
    [
      "a label",
      { labels: [{ label: "a", value: "1" }] },
      { labels: [{ label: "a", value: "2" }] },
      "replace: labels",
    ],
    ["memory", { memory: 64, memorySwap: 64 }, { memory: 96, memorySwap: 96 }, "update: memory, memorySwap"],
    ["restart", { restart: "no" }, { restart: "always" }, "update: restart"],
    ["init, which does nothing", { init: false }, { init: true }, "update: init"],
    ["tmpfs, which does nothing", { tmpfs: { "/t": "" } }, { tmpfs: { "/t": "size=1m" } }, "update: tmpfs"],
    ["grace", { destroyGraceSeconds: 5 }, { destroyGraceSeconds: 6 }, "update: destroyGraceSeconds"],
    ["user to nothing", { user: "1000" }, {}, "same"],
    ["user", { user: "1000" }, { user: "1001" }, "replace: user"],
    ["read only", { readOnly: true }, {}, "replace: readOnly"],
    [
      "an upload",
      { uploads: [{ file: "/a", content: "1" }] },
      { uploads: [{ file: "/a", content: "2" }] },
      "replace: uploads",
    ],
    [
      "an upload's default spelt out",
      { uploads: [{ file: "/a", content: "1" }] },
      { uploads: [{ file: "/a", content: "1", executable: false }] },
      "same",
    ],
    [
      "an alias",
      { networksAdvanced: [{ name: "n", aliases: ["a"] }] },
      { networksAdvanced: [{ name: "n", aliases: ["a", "b"] }] },
      "replace: networksAdvanced",
    ],
    [
      "where a mount comes from: its fields replace nothing, only the number of mounts does",
      { mounts: [{ type: "volume", source: "v", target: "/d" }] },
      { mounts: [{ type: "volume", source: "w", target: "/d" }] },
      "update: mounts",
    ],
    [
      "one more mount",
      { mounts: [] },
      { mounts: [{ type: "volume", source: "w", target: "/d" }] },
      "replace: mounts",
    ],
    ["order of ports", { ports: [port(80, 1), port(81, 2)] }, { ports: [port(81, 2), port(80, 1)] }, "same"],
    ["a port", { ports: [port(80, 1)] }, { ports: [port(80, 2)] }, "replace: ports"],
    [
      "a port's protocol",
      { ports: [port(80, 1)] },
      { ports: [{ ...port(80, 1), protocol: "udp" }] },
      "replace: ports",
    ],
    ["a value not known yet", { image: "a:1" }, { image: UNKNOWN }, "replace: image"],
    [
      "a port not known yet",
      { ports: [port(80, 1)] },
      { ports: [{ internal: 80, external: UNKNOWN }] },
      "replace: ports",
    ],
  ];
  it.each(table)("%s", async (_, before, after, wanted) => {
    // The recorded state is what was asked for, completed by what the daemon says: here, nothing special.
    const asked = await checked(before);
    const known = { ...observe(inspect(), asked) };
    for (const name of Object.keys(before)) delete known[name];
    expect(verdict(stateAfterCreate(containerFields, asked, known), await checked(after))).toBe(wanted);
  });
});

function port(internal: number, external: number): Record<string, Value> {
  return { internal, external };
}

describe("what the daemon reads back", () => {
  const table: readonly (readonly [string, Change, Inspect, string, string])[] = [
    ["cpus in its own spelling", { cpus: "0.5" }, inspect({ NanoCpus: 5e8 }), "same", "same"],
    ["cpus 0.50", { cpus: "0.50" }, inspect({ NanoCpus: 5e8 }), "replace: cpus", "replace: cpus"],
    ["cpus 1", { cpus: "1" }, inspect({ NanoCpus: 1e9 }), "replace: cpus", "replace: cpus"],
    ["cpus 1.0", { cpus: "1.0" }, inspect({ NanoCpus: 1e9 }), "same", "same"],
    [
      "memory without swap",
      { memory: 64 },
      inspect({ Memory: 64 * 2 ** 20, MemorySwap: 128 * 2 ** 20 }),
      "update: memorySwap",
      "update: memorySwap",
    ],
    ["a platform", { platform: "linux/amd64" }, inspect(), "replace: platform", "replace: platform"],
    [
      "a capability without CAP_",
      { capabilities: { adds: ["NET_ADMIN"] } },
      inspect({ CapAdd: ["CAP_NET_ADMIN"] }),
      "same",
      "replace: capabilities",
    ],
    [
      "a capability with CAP_",
      { capabilities: { adds: ["CAP_NET_ADMIN"] } },
      inspect({ CapAdd: ["CAP_NET_ADMIN"] }),
      "same",
      "same",
    ],
    [
      "a security option that is not sent",
      { securityOpts: ["systempaths=unconfined"] },
      inspect(),
      "same",
      "replace: securityOpts",
    ],
    [
      "log options of the daemon",
      { logOpts: { a: "1" } },
      inspect({ LogConfig: { Type: "json-file", Config: { a: "1", b: "2" } } }),
      "replace: logOpts",
      "replace: logOpts",
    ],
    [
      "a probe in 60s",
      { healthcheck: { tests: ["CMD", "x"], interval: "60s" } },
      inspect({}, { Healthcheck: { Test: ["CMD", "x"], Interval: 60e9 } }),
      "update: healthcheck",
      "update: healthcheck",
    ],
    [
      "a probe in 1m0s",
      { healthcheck: { tests: ["CMD", "x"], interval: "1m0s" } },
      inspect({}, { Healthcheck: { Test: ["CMD", "x"], Interval: 60e9 } }),
      "same",
      "same",
    ],
    [
      "a stopped container that must run",
      {},
      { ...inspect(), State: { Running: false, ExitCode: 3 } },
      "update: mustRun",
      "update: mustRun",
    ],
    [
      "a stopped one that need not",
      { mustRun: false },
      { ...inspect(), State: { Running: false, ExitCode: 3 } },
      "same",
      "same",
    ],
    [
      "a random port",
      { ports: [{ internal: 80 }] },
      { ...inspect(), NetworkSettings: { Ports: { "80/tcp": [{ HostIp: "0.0.0.0", HostPort: "32768" }] } } },
      "same",
      "same",
    ],
  ];
  it.each(table)("%s", async (_, inputs, seen, afterCreate, afterRefresh) => {
    const given = await checked(inputs);
    const created = stateAfterCreate(containerFields, given, observe(seen, given));
    expect(verdict(created, given)).toBe(afterCreate);
    expect(verdict(stateAfterRead(created, observe(seen, created)), given)).toBe(afterRefresh);
  });

  it("an update does not read back: the next preview believes it", async () => {
    const before = await checked({ init: false });
    const after = await checked({ init: true });
    const state = stateAfterCreate(containerFields, before, observe(inspect(), before));
    const updated = stateAfterUpdate(containerFields, state, after);
    expect(verdict(updated, after)).toBe("same");
    expect(verdict(stateAfterRead(updated, observe(inspect(), updated)), after)).toBe("update: init");
  });
});

describe("after a create that failed half-way", () => {
  it("the next deployment replaces it, because what a read tells is missing", async () => {
    const given = await checked({});
    const failed = stateAfterFailedCreate(containerFields, given);
    expect(verdict(failed, given)).toBe("replace: command, entrypoints, networkDatas");
  });

  it("but not when command and entrypoint are both given: a trap of the official plugin", async () => {
    const given = await checked({ command: ["a"], entrypoints: ["/b"] });
    expect(verdict(stateAfterFailedCreate(containerFields, given), given)).toBe("update: networkDatas");
  });
});
