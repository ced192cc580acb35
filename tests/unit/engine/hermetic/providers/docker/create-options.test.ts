import { createOptions } from "../../../../../../engine/hermetic/providers/docker/container/create-options";
import { UNKNOWN } from "../../../../../../engine/hermetic/providers/protocol/values";
import type { ValueMap } from "../../../../../../engine/hermetic/providers/protocol/values";

const host = (inputs: ValueMap) => createOptions({ image: "a", name: "c", ...inputs }).HostConfig;

describe("create options", () => {
  it("are these for a bare container", () =>
    expect(createOptions({ image: "a", name: "c" })).toEqual({
      name: "c",
      Image: "a",
      Tty: false,
      OpenStdin: false,
      HostConfig: {
        Privileged: false,
        PublishAllPorts: false,
        RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
        Mounts: [],
        AutoRemove: false,
        ReadonlyRootfs: false,
        LogConfig: { Type: "", Config: {} },
        NetworkMode: "bridge",
        Init: false,
      },
    }));

  it("have sizes in bytes, and swap as given", () =>
    expect(host({ memory: 64, memorySwap: -1, shmSize: 1 })).toMatchObject({
      Memory: 64 * 2 ** 20,
      MemorySwap: -1,
      ShmSize: 2 ** 20,
    }));

  it("publish several ports of one container port", () =>
    expect(
      host({
        ports: [
          { internal: 80, external: 8080, ip: "127.0.0.1" },
          { internal: 80, external: 8081 },
          { internal: 53, protocol: "udp" },
        ],
      })?.PortBindings,
    ).toEqual({
      "80/tcp": [
        { HostPort: "8080", HostIp: "127.0.0.1" },
        { HostPort: "8081", HostIp: "0.0.0.0" },
      ],
      "53/udp": [{ HostPort: "0", HostIp: "0.0.0.0" }],
    }));

  it("give capabilities their full names", () =>
    expect(
      host({ capabilities: { adds: ["net_admin", "CAP_CHOWN", "CHOWN"], drops: ["all", "KILL"] } }),
    ).toMatchObject({
      CapAdd: ["CAP_CHOWN", "CAP_NET_ADMIN"],
      CapDrop: ["ALL"],
    }));

  it.each([
    [
      "count",
      { driver: "nvidia", count: 2, capabilities: ["gpu"] },
      { Driver: "nvidia", Count: 2, DeviceIDs: [], Capabilities: [["gpu"]], Options: {} },
    ],
    [
      "ids",
      { driver: "nvidia", deviceIds: ["0", "1"], capabilities: ["gpu"] },
      {
        Driver: "nvidia",
        Count: 0,
        DeviceIDs: expect.arrayContaining(["0", "1"]),
        Capabilities: [["gpu"]],
        Options: {},
      },
    ],
    [
      "cdi",
      { deviceIds: ["nvidia.com/gpu=all"] },
      { Driver: "cdi", Count: 0, DeviceIDs: ["nvidia.com/gpu=all"], Capabilities: [[]], Options: {} },
    ],
  ])("ask for GPUs by %s", (_, request, wanted) =>
    expect(host({ deviceRequests: [request] })?.DeviceRequests).toEqual([wanted]),
  );

  it("bind volumes and host paths, and read only", () =>
    expect(
      host({
        volumes: [
          { volumeName: "v", containerPath: "/v", readOnly: true },
          { hostPath: "/h", volumeName: "ignored", containerPath: "/h2", selinuxRelabel: "z" },
          { fromContainer: "other" },
        ],
      }),
    ).toMatchObject({ Binds: ["v:/v:ro", "/h:/h2:rw,z"], VolumesFrom: ["other"] }));

  it("take system paths out of the security options", () =>
    expect(host({ securityOpts: ["systempaths=unconfined", "no-new-privileges:true"] })).toMatchObject({
      SecurityOpt: ["no-new-privileges:true"],
      MaskedPaths: [],
      ReadonlyPaths: [],
    }));

  it.each([
    [{ command: ["a", ""] }, "values for command may not be empty"],
    [{ volumes: [{ volumeName: "v" }] }, "without container path"],
    [{ volumes: [{ fromContainer: "x", containerPath: "/x" }] }, "both a container and a path"],
    [{ cgroupnsMode: "odd" }, "invalid CGROUP mode"],
    [{ cpus: "half" }, "failed to parse half"],
    [{ envs: [UNKNOWN] }, "not known yet"],
  ])("refuse %j", (inputs, message) => expect(() => host(inputs as ValueMap)).toThrow(message));
});
