import { z } from "zod";
import type { ContainerView, MountView } from "./view";

/** The engine writes null where there is nothing. */
const strings = z.array(z.string()).nullish().transform(orEmpty);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const record = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});

const mount = z.object({
  Type: z.string(),
  Name: text,
  Source: text,
  Destination: z.string(),
  RW: z.boolean(),
  Propagation: text,
});

/** What `docker inspect` of a container says, as far as it matters here; from Engine API 1.41 on. */
const inspectSchema = z.object({
  Name: z.string(),
  Config: z.object({
    Image: z.string(),
    User: text,
    Env: strings,
    Labels: record,
    Entrypoint: strings,
    Cmd: strings,
    StopSignal: text,
    StopTimeout: count,
    Healthcheck: z.object({ Test: strings }).nullish(),
  }),
  HostConfig: z.object({
    Privileged: flag,
    CapAdd: strings,
    CapDrop: strings,
    SecurityOpt: strings,
    ReadonlyRootfs: flag,
    Tmpfs: record,
    Memory: count,
    MemorySwap: count,
    NanoCpus: count,
    CpuQuota: count,
    CpuPeriod: count,
    CpuShares: count,
    PidsLimit: count,
    RestartPolicy: z.object({ Name: text, MaximumRetryCount: count }),
    PortBindings: z
      .record(z.string(), z.array(z.object({ HostIp: text, HostPort: text })).nullable())
      .nullish()
      .transform((value) => value ?? {}),
    PublishAllPorts: flag,
    NetworkMode: text,
    PidMode: text,
    IpcMode: text,
    UTSMode: text,
    UsernsMode: text,
    Devices: z
      .array(z.object({ PathOnHost: z.string() }))
      .nullish()
      .transform(orEmpty),
    DeviceRequests: z
      .array(z.object({ Driver: text }))
      .nullish()
      .transform(orEmpty),
    CgroupParent: text,
    LogConfig: z.object({ Type: text, Config: record }),
    Init: flag,
  }),
  Mounts: z.array(mount).nullish().transform(orEmpty),
  NetworkSettings: z.object({
    Networks: z
      .record(z.string(), z.unknown())
      .nullish()
      .transform((value) => value ?? {}),
  }),
});

const MIB = 1024 ** 2;

/** Name on the engine, without the leading slash. */
export function inspectedName(inspected: unknown): string {
  return inspectSchema.pick({ Name: true }).parse(inspected).Name.replace(/^\//, "");
}

/**
 * @param inspected one element of `docker inspect`'s answer
 * @throws ZodError when it is not the inspection of a container
 */
export function viewOfInspect(inspected: unknown): ContainerView {
  const {
    Config: config,
    HostConfig: host,
    Mounts: mounts,
    NetworkSettings: settings,
  } = inspectSchema.parse(inspected);
  return {
    image: config.Image,
    user: config.User,
    privileged: host.Privileged,
    capDrop: host.CapDrop,
    capAdd: host.CapAdd,
    securityOpts: host.SecurityOpt,
    readOnlyRoot: host.ReadonlyRootfs,
    tmpfs: host.Tmpfs,
    memory: Math.round(host.Memory / MIB),
    memorySwap: host.MemorySwap < 0 ? host.MemorySwap : Math.round(host.MemorySwap / MIB),
    cpus: cpus(host),
    pids: Math.max(0, host.PidsLimit),
    probe: config.Healthcheck?.Test ?? [],
    restart: {
      name: host.RestartPolicy.Name === "" ? "no" : host.RestartPolicy.Name,
      retries: host.RestartPolicy.MaximumRetryCount,
    },
    mounts: mounts.map(({ Type, Name, Source, Destination, RW, Propagation }): MountView => ({
      kind: Type === "volume" || Type === "bind" ? Type : "other",
      source: Type === "volume" ? Name : Source,
      target: Destination,
      readOnly: !RW,
      propagation: Propagation,
    })),
    ports: Object.entries(host.PortBindings).flatMap(([container, bindings]) =>
      (bindings ?? []).map(({ HostIp, HostPort }) => ({
        container: Number.parseInt(container, 10),
        host: Number(HostPort),
        address: HostIp,
      })),
    ),
    publishAll: host.PublishAllPorts,
    networkMode: host.NetworkMode,
    networks: Object.keys(settings.Networks)
      .filter((network) => network !== "none")
      .sort(),
    pidMode: host.PidMode,
    ipcMode: host.IpcMode,
    utsMode: host.UTSMode,
    usernsMode: host.UsernsMode,
    devices: host.Devices.map(({ PathOnHost }) => PathOnHost),
    deviceDrivers: host.DeviceRequests.map(({ Driver }) => Driver),
    cgroupParent: host.CgroupParent,
    environment: config.Env,
    labels: config.Labels,
    command: [...config.Entrypoint, ...config.Cmd],
    log: { driver: host.LogConfig.Type, options: host.LogConfig.Config },
    init: host.Init,
    stopSignal: config.StopSignal,
    stopSeconds: config.StopTimeout,
    deleteSeconds: undefined,
    secretInputs: [],
  };
}

interface CpuLimits {
  readonly NanoCpus: number;
  readonly CpuQuota: number;
  readonly CpuPeriod: number;
  readonly CpuShares: number;
}

function cpus({ NanoCpus, CpuQuota, CpuPeriod, CpuShares }: CpuLimits): number {
  if (NanoCpus > 0) return NanoCpus / 1e9;
  return CpuQuota > 0 ? CpuQuota / (CpuPeriod > 0 ? CpuPeriod : 100_000) : CpuShares;
}

function orEmpty<T>(value: readonly T[] | null | undefined): readonly T[] {
  return value ?? [];
}
