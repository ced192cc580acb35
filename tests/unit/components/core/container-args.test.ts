import {
  containerArgs,
  deviceRequest,
  SILENT_NO_OPS,
  type ContainerRefs,
} from "../../../../components/core/container-args";
import type { ContainerPlan } from "../../../../model/plan";
import { execProbe } from "../../../../model/probes";
import { inHouse } from "../../../../model/service";
import { secretRef, secretText } from "../../../../model/secrets";
import { container, job, plan, service } from "../../../support/model";

const store = service({
  name: "store",
  lanes: ["lowlatency", "backend"],
  ports: { sql: 5432 },
  endpoint: { port: "sql", scheme: "postgresql", credentials: "perConsumer" },
  entrypoint: ["/bin/store"],
  command: ["serve", "--port=5432"],
  env: { ZONE: "utc", LEVEL: "info" },
  probe: execProbe(["ready"], { interval: "60s", startPeriod: "1m30s", retries: 4 }),
  data: [{ name: "store-data", path: "/data", backup: { method: "dump" } }],
  tmpfs: { "/tmp": { size: "16MiB", exec: true } },
  resources: { memory: "1GiB", cpus: 1.5, shm: "64MiB" },
  capabilities: [{ name: "CAP_SYS_NICE", reason: "a test" }],
  ulimits: { nofile: 65_536 },
  stopGrace: "1m0s",
  stopSignal: "SIGINT",
  gate: true,
  publish: () => [{ name: "https", container: 5432 }],
  configure: ({ operator }) => ({
    secrets: [{ path: "admin", content: secretText`${secretRef(operator)}` }],
  }),
});
const platform = plan([
  store,
  job({ name: "seed", command: ["seed"] }),
  service({
    name: "seer",
    hostMounts: [
      { source: "/var/run/engine.sock", path: "/run/engine.sock", readOnly: true, reason: "a test" },
    ],
  }),
  service({ name: "app", image: inHouse("app"), lanes: ["backend"] }),
]);

const args = (name: string, more: Partial<ContainerRefs> = {}): ReturnType<typeof containerArgs> =>
  containerArgs(container(platform, name), {
    image: "sha256:1234",
    network: (lane) => `net-${lane}`,
    volume: (volume) => `vol-${volume}`,
    uploads: [],
    physicalName: `trade2026-${name}`,
    ...more,
  });

const labels = (values: Readonly<Record<string, string>>): { label: string; value: string }[] =>
  Object.entries(values).map(([label, value]) => ({ label, value }));
const hardened = { privileged: false, securityOpts: ["no-new-privileges:true"] };
const logs = { logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" } };

describe("the provider's inputs for", () => {
  it("a service, in the spelling that the engine reads back", () => {
    expect(args("store", { secretRevision: "0123456789ab" })).toEqual({
      name: "trade2026-store",
      image: "sha256:1234",
      entrypoints: ["/bin/store"],
      command: ["serve", "--port=5432"],
      envs: ["LEVEL=info", "ZONE=utc"],
      user: "1000:1000",
      labels: labels({
        "com.trade2026.stack": "trade2026",
        "com.trade2026.workload": "store",
        "com.trade2026.capability": "data",
        "com.trade2026.tier": "P1",
        "com.trade2026.role": "service",
        "com.trade2026.lanes": "lowlatency,backend",
        "com.trade2026.secrets": "0123456789ab",
      }),
      volumes: [
        { volumeName: "vol-toolbox", containerPath: "/opt/t26", readOnly: true },
        { volumeName: "vol-store-data", containerPath: "/data", readOnly: false },
        { volumeName: "vol-store-secrets", containerPath: "/run/secrets", readOnly: true },
      ],
      hostname: "store",
      networkMode: "bridge",
      networksAdvanced: [
        { name: "net-lowlatency", aliases: ["store"] },
        { name: "net-backend", aliases: ["store"] },
      ],
      ports: [{ internal: 5432, external: 443, ip: "127.0.0.1", protocol: "tcp" }],
      ...hardened,
      readOnly: true,
      capabilities: { drops: ["ALL"], adds: ["CAP_SYS_NICE"] },
      tmpfs: { "/tmp": "rw,exec,nosuid,nodev,size=16m,uid=1000,gid=1000,mode=0700" },
      ulimits: [{ name: "nofile", soft: 65_536, hard: 65_536 }],
      memory: 1024,
      memorySwap: 1024,
      cpus: "1.5",
      cpuShares: 1024,
      shmSize: 64,
      ...logs,
      init: true,
      mustRun: true,
      restart: "unless-stopped",
      stopTimeout: 60,
      destroyGraceSeconds: 60,
      stopSignal: "SIGINT",
      healthcheck: {
        tests: [
          ...["CMD", "/opt/t26/t26", "probe", "exec", "--every", "1m0s", "--timeout", "3s", "--hold", "5m"],
          ...["--", "ready"],
        ],
        interval: "1s",
        timeout: "5m15s",
        retries: 4,
        startPeriod: "1m30s",
      },
      wait: true,
      // 90 s of grace, then six probes of 64 s, and a minute for the engine.
      waitTimeout: 534,
    });
  });

  it("a job: attached until it ends, its log kept, never restarted", () => {
    expect(args("seed")).toEqual({
      name: "trade2026-seed",
      image: "sha256:1234",
      command: ["seed"],
      envs: [],
      user: "1000:1000",
      labels: labels({
        "com.trade2026.stack": "trade2026",
        "com.trade2026.workload": "seed",
        "com.trade2026.capability": "data",
        "com.trade2026.attempt": "0",
        "com.trade2026.role": "job",
        "com.trade2026.lanes": "backend",
      }),
      volumes: [{ volumeName: "vol-toolbox", containerPath: "/opt/t26", readOnly: true }],
      hostname: "seed",
      networkMode: "bridge",
      networksAdvanced: [{ name: "net-backend", aliases: ["seed"] }],
      ...hardened,
      readOnly: true,
      capabilities: { drops: ["ALL"] },
      memory: 64,
      memorySwap: 64,
      cpus: "0.5",
      ...logs,
      init: true,
      attach: true,
      logs: true,
      mustRun: false,
      restart: "no",
      stopTimeout: 10,
      destroyGraceSeconds: 10,
    });
  });

  it("a service that says which socket of the host it cannot do without", () => {
    expect(args("seer").volumes).toEqual([
      { volumeName: "vol-toolbox", containerPath: "/opt/t26", readOnly: true },
      { hostPath: "/var/run/engine.sock", containerPath: "/run/engine.sock", readOnly: true },
    ]);
  });

  it("a writer: never started, on no network, with a root that takes uploads", () => {
    expect(args("store-secrets", { uploads: [{ path: "/volume/admin", content: "hidden" }] })).toEqual({
      name: "trade2026-store-secrets",
      image: "sha256:1234",
      envs: [],
      user: "65532:65532",
      labels: labels({
        "com.trade2026.stack": "trade2026",
        "com.trade2026.workload": "store",
        "com.trade2026.capability": "core",
        "com.trade2026.role": "writer",
      }),
      volumes: [{ volumeName: "vol-store-secrets", containerPath: "/volume", readOnly: false }],
      uploads: [{ file: "/volume/admin", content: "hidden", permissions: "0444" }],
      networkMode: "none",
      ...hardened,
      readOnly: false,
      capabilities: { drops: ["ALL"] },
      memory: 64,
      memorySwap: 64,
      cpus: "0.5",
      ...logs,
      start: false,
      mustRun: false,
      restart: "no",
    });
  });
});

describe("what must not be there:", () => {
  const everything = platform.containers.map(({ name }) => args(name));

  it("the shorthand for GPUs, whose driver nobody names", () => {
    expect(everything.filter((one) => "gpus" in one || one.deviceRequests !== undefined)).toEqual([]);
  });

  it("privileges, devices, namespaces and folders of the host", () => {
    for (const one of everything) {
      expect(one).toMatchObject({ privileged: false, capabilities: { drops: ["ALL"] } });
      expect(Object.keys(one)).toEqual(
        expect.not.arrayContaining([
          "devices",
          "pidMode",
          "ipcMode",
          "usernsMode",
          "cgroupParent",
          "mounts",
          "publishAllPorts",
        ]),
      );
      expect(["bridge", "none"]).toContain(one.networkMode);
      if (one.name !== "trade2026-seer") expect(JSON.stringify(one.volumes)).not.toMatch(/hostPath|\.sock/);
    }
  });

  it("ports of anything that does not publish some", () => {
    expect(everything.filter((one) => "ports" in one).map(({ name }) => name)).toEqual(["trade2026-store"]);
  });

  it("values that the provider takes and does not apply; only a new container has them", () => {
    expect(SILENT_NO_OPS).toEqual(["healthcheck", "init", "tmpfs", "cpuPeriod", "cpuQuota", "rm"]);
  });

  it("inputs that come back from the engine in another spelling", () => {
    // platform, gpus and rm are never the same twice; `restart: "no"` and cpus are canonical above.
    for (const one of everything)
      expect(Object.keys(one)).toEqual(expect.not.arrayContaining(["platform", "gpus", "rm"]));
  });
});

describe("a GPU", () => {
  it.each([
    [
      { kind: "count", count: 2 },
      { driver: "nvidia", count: 2, capabilities: ["gpu"] },
    ],
    [
      { kind: "count", count: "all" },
      { driver: "nvidia", count: -1, capabilities: ["gpu"] },
    ],
    [
      { kind: "deviceIds", deviceIds: ["0", "GPU-1"] },
      { driver: "nvidia", deviceIds: ["0", "GPU-1"], capabilities: ["gpu"] },
    ],
    [
      { kind: "cdi", deviceIds: ["nvidia.com/gpu=0"] },
      { driver: "cdi", deviceIds: ["nvidia.com/gpu=0"] },
    ],
  ] as const)("%j is asked for with its driver", (gpu, expected) => {
    expect(deviceRequest(gpu)).toEqual(expected);
  });

  it("is one device request of the container", () => {
    const model: ContainerPlan = { ...container(platform, "app"), gpu: { kind: "count", count: 1 } };
    const inputs = containerArgs(model, {
      image: "i",
      network: () => "n",
      volume: () => "v",
      uploads: [],
      physicalName: "p",
    });
    expect(inputs.deviceRequests).toEqual([{ driver: "nvidia", count: 1, capabilities: ["gpu"] }]);
    expect(inputs).not.toHaveProperty("gpus");
  });
});
