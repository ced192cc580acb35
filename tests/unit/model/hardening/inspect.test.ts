import { inspectScore, viewOfInspect } from "../../../../model/hardening";
import type { Plan } from "../../../../model/plan";
import { evidence, failures, platform, TODAY } from "./sample";

/** As Docker 20.10 answers for the sample's containers, less what nobody looks at. */
function inspected(
  name: string,
  change: {
    readonly Config?: object;
    readonly HostConfig?: object;
    readonly Mounts?: readonly object[];
    readonly Networks?: object;
  } = {},
): unknown {
  const service = name === "store";
  return {
    Name: `/trade2026-${name}`,
    State: { Status: "running" },
    Config: {
      Image: `sha256:${"a".repeat(64)}`,
      User: name === "store-data-owner" ? "0:0" : service ? "1000:1000" : "65532:65532",
      Env: ["PATH=/usr/local/bin:/usr/bin"],
      Labels: { "com.trade2026.stack": "trade2026" },
      Entrypoint: null,
      Cmd: ["serve"],
      StopSignal: "SIGINT",
      StopTimeout: 30,
      ...(service
        ? {
            Healthcheck: {
              Test: ["CMD", "/opt/t26/t26", "probe", "http", "http://127.0.0.1:8000/health"],
              Interval: 5e9,
            },
          }
        : {}),
      ...change.Config,
    },
    HostConfig: {
      Binds: ["trade2026-toolbox:/opt/t26:ro"],
      Privileged: false,
      CapAdd: name === "store-data-owner" ? ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] : null,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      ReadonlyRootfs: true,
      Tmpfs: { "/tmp": "size=16m" },
      Memory: 268_435_456,
      MemorySwap: 268_435_456,
      NanoCpus: 500_000_000,
      CpuQuota: 0,
      CpuPeriod: 0,
      CpuShares: 0,
      PidsLimit: null,
      RestartPolicy: { Name: service ? "unless-stopped" : "no", MaximumRetryCount: 0 },
      PortBindings: {},
      PublishAllPorts: false,
      NetworkMode: service ? "bridge" : "none",
      PidMode: "",
      IpcMode: "private",
      UTSMode: "",
      UsernsMode: "",
      Devices: [],
      DeviceRequests: null,
      CgroupParent: "",
      LogConfig: { Type: "json-file", Config: { "max-file": "3", "max-size": "10m" } },
      Init: true,
      ...change.HostConfig,
    },
    Mounts: change.Mounts ?? [
      {
        Type: "volume",
        Name: "trade2026-toolbox",
        Source: "/var/lib/docker/volumes/x",
        Destination: "/opt/t26",
        RW: false,
        Propagation: "",
      },
      ...(service
        ? [
            {
              Type: "volume",
              Name: "trade2026-store-data",
              Source: "/var/lib/docker/volumes/y",
              Destination: "/data",
              RW: true,
              Propagation: "",
            },
          ]
        : []),
    ],
    NetworkSettings: {
      Networks:
        change.Networks ?? (service ? { "trade2026-backend": { IPAddress: "172.21.0.2" } } : { none: {} }),
    },
  };
}

const names = platform.containers.map(({ name }) => name);
const score = (store: unknown, plan: Plan = platform): ReturnType<typeof inspectScore> =>
  inspectScore(
    plan,
    names.map((name) => (name === "store" ? store : inspected(name))),
    { today: TODAY },
  );

describe("the real containers", () => {
  it("pass what docker inspect can show, and fail what they fail on paper", () => {
    const real = score(inspected("store"));
    expect(real.problems).toEqual([]);
    expect(real.containers.map(({ name }) => [name, failures(real, name)])).toEqual([
      ["store-data-owner", ["D6", "D9"]],
      ["toolbox", ["D9"]],
      ["store", ["D9", "D11"]],
    ]);
  });

  it.each<[string, Parameters<typeof inspected>[1]]>([
    ["D1", { HostConfig: { Privileged: true } }],
    ["D2", { HostConfig: { CapDrop: null } }],
    ["D2", { HostConfig: { CapAdd: ["NET_RAW"] } }],
    ["D3", { HostConfig: { SecurityOpt: null } }],
    ["D4", { HostConfig: { SecurityOpt: ["no-new-privileges:true", "seccomp=unconfined"] } }],
    ["D5", { HostConfig: { ReadonlyRootfs: false } }],
    ["D6", { Config: { User: "" } }],
    ["D7", { HostConfig: { Memory: 0, MemorySwap: 0 } }],
    ["D7", { HostConfig: { MemorySwap: -1 } }],
    ["D8", { HostConfig: { NanoCpus: 0 } }],
    ["D10", { Config: { Healthcheck: null } }],
    [
      "D12",
      {
        Mounts: [
          {
            Type: "bind",
            Source: "/opt/docker.sock",
            Destination: "/d.sock",
            RW: true,
            Propagation: "rprivate",
          },
        ],
      },
    ],
    [
      "D13",
      {
        Mounts: [
          { Type: "bind", Source: "/etc", Destination: "/host/etc", RW: false, Propagation: "rprivate" },
        ],
      },
    ],
    [
      "D14",
      { Mounts: [{ Type: "bind", Source: "/srv", Destination: "/srv", RW: false, Propagation: "rshared" }] },
    ],
    ["D15", { HostConfig: { PidMode: "host" } }],
    ["D15", { HostConfig: { NetworkMode: "host" } }],
    ["D18", { HostConfig: { PortBindings: { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "8000" }] } } }],
    ["D18", { HostConfig: { PublishAllPorts: true } }],
    ["D19", { Networks: { bridge: {} } }],
    ["D20", { HostConfig: { Devices: [{ PathOnHost: "/dev/kvm" }] } }],
    ["D21", { HostConfig: { CgroupParent: "/x" } }],
    ["D22", { Config: { Cmd: ["/usr/sbin/sshd"] } }],
    ["D23", { Config: { Image: "store:latest" } }],
    ["D24", { Config: { Env: ["PASSWORD=hunter2"] } }],
    ["D25", { HostConfig: { LogConfig: { Type: "json-file", Config: {} } } }],
    ["D26", { Config: { StopTimeout: null } }],
    ["D26", { HostConfig: { Init: null } }],
  ])("fail %s: %j", (control, change) => {
    const failed = failures(score(inspected("store", change)), "store").filter(
      (id) => !["D9", "D11"].includes(id),
    );
    expect(failed).toEqual([control]);
  });

  it("publish on one address, and below 1024 only at a gateway", () => {
    const published = failures(
      score(
        inspected("store", {
          HostConfig: { PortBindings: { "8000/tcp": [{ HostIp: "", HostPort: "443" }], "9/tcp": null } },
        }),
      ),
      "store",
    );
    expect(published).toEqual(["D9", "D11", "D16", "D17", "D18"]);
  });

  it("may have a limit of processes where somebody gave them one", () => {
    expect(failures(score(inspected("store", { HostConfig: { PidsLimit: 200 } })), "store")).toEqual(["D11"]);
    expect(failures(score(inspected("store", { HostConfig: { PidsLimit: -1 } })), "store")).toEqual([
      "D9",
      "D11",
    ]);
  });

  it("are found by their name, whatever else runs on the host", () => {
    const all = [
      { ...(inspected("toolbox") as object), Name: "/somebody-elses" },
      ...names.filter((name) => name !== "store").map((name) => inspected(name)),
    ];
    expect(inspectScore(platform, all, { today: TODAY }).problems).toEqual([
      { path: "store", what: "is planned, and there is no such container", fix: "./trade2026 up" },
    ]);
  });

  it("say what was seen", () => {
    expect(
      evidence(score(inspected("store", { HostConfig: { MemorySwap: 536_870_912 } })), "store", "D7"),
    ).toBe("256 MiB, with swap 512 MiB; the same is expected");
  });
});

describe("an inspection", () => {
  it("is read with CPU quotas as well as nano CPUs", () => {
    const cpus = (HostConfig: object): number =>
      viewOfInspect(inspected("store", { HostConfig: { NanoCpus: 0, ...HostConfig } })).cpus;
    expect([
      cpus({}),
      cpus({ CpuQuota: 50_000 }),
      cpus({ CpuQuota: 50_000, CpuPeriod: 25_000 }),
      cpus({ CpuShares: 512 }),
    ]).toEqual([0, 0.5, 2, 512]);
  });

  it("names a volume by its name, and a folder by its path", () => {
    const Mounts = [
      {
        Type: "volume",
        Name: "v",
        Source: "/var/lib/docker/volumes/v/_data",
        Destination: "/a",
        RW: true,
        Propagation: "",
      },
      { Type: "bind", Source: "/srv", Destination: "/b", RW: false, Propagation: "rslave" },
      { Type: "tmpfs", Source: "", Destination: "/c", RW: true, Propagation: "" },
    ];
    expect(viewOfInspect(inspected("store", { Mounts })).mounts).toEqual([
      { kind: "volume", source: "v", target: "/a", readOnly: false, propagation: "" },
      { kind: "bind", source: "/srv", target: "/b", readOnly: true, propagation: "rslave" },
      { kind: "other", source: "", target: "/c", readOnly: false, propagation: "" },
    ]);
  });

  it("of something else is refused", () => {
    expect(() => viewOfInspect({ Name: "/x", Driver: "bridge" })).toThrow();
  });
});
