import { flag, maps, submap, text } from "../../protocol/values";
import type { Value, ValueMap } from "../../protocol/values";
import type { Observed } from "../../schema/state";
import { formatDuration } from "./durations";
import type {
  Inspect,
  InspectDeviceRequest,
  InspectHealth,
  InspectHost,
  InspectMount,
  InspectNetworks,
  InspectThrottle,
} from "./inspect";
import { formatCpus, formatGpus } from "./quantities";

const MIB = 1024 * 1024;

/**
 * What the official plugin records of a container it looks at. `prior` is what was wanted or recorded before: some
 * properties are read only if they were set. Environment, labels, volumes, attached networks and uploads are never
 * read back, so drift in them stays unseen.
 */
export function observe(inspect: Inspect, prior: ValueMap): Observed {
  const { Config: config, HostConfig: host, State: state, NetworkSettings: settings } = inspect;
  const mustRun = flag(prior, "mustRun") ?? true;
  return {
    name: inspect.Name.replace(/^\/+/, ""),
    rm: host.AutoRemove ?? false,
    readOnly: host.ReadonlyRootfs ?? false,
    bridge: settings?.Bridge ?? "",
    networkDatas: networkDatas(settings),
    ...(state.Running ? {} : { exitCode: state.ExitCode, ...(mustRun ? { mustRun: false } : {}) }),
    ...((state.Running || mustRun) && maps(prior, "ports").length > 0 ? { ports: ports(settings) } : {}),
    image: (text(prior, "image") ?? "").startsWith("sha256:") ? inspect.Image : config.Image,
    hostname: config.Hostname ?? "",
    domainname: config.Domainname ?? "",
    command: list(config.Cmd),
    entrypoints: list(typeof config.Entrypoint === "string" ? [config.Entrypoint] : config.Entrypoint),
    user: config.User ?? "",
    workingDir: config.WorkingDir ?? "",
    tty: config.Tty ?? false,
    stdinOpen: config.OpenStdin ?? false,
    stopSignal: config.StopSignal ?? "",
    stopTimeout: config.StopTimeout ?? 0,
    ...(config.Healthcheck === undefined ? {} : { healthcheck: healthcheck(config.Healthcheck) }),
    ...hostState(host, prior),
    platform: inspect.Platform ?? "",
    ...mounts(host.Mounts ?? []),
  };
}

function hostState(host: InspectHost, prior: ValueMap): Observed {
  const caps = { adds: list(host.CapAdd), drops: list(host.CapDrop) };
  const hasCaps = caps.adds.length > 0 || caps.drops.length > 0;
  const nanoCpus = host.NanoCpus ?? 0;
  const swap = host.MemorySwap ?? 0;
  const gpus = text(prior, "gpus") === undefined ? undefined : formatGpus(host.DeviceRequests ?? []);
  const readRequests = text(prior, "gpus") === undefined && maps(prior, "deviceRequests").length > 0;
  return {
    dns: list(host.Dns),
    dnsOpts: list(host.DnsOptions),
    dnsSearches: list(host.DnsSearch),
    securityOpts: list(host.SecurityOpt),
    publishAllPorts: host.PublishAllPorts ?? false,
    restart: host.RestartPolicy?.Name ?? "no",
    maxRetryCount: host.RestartPolicy?.MaximumRetryCount ?? 0,
    init: host.Init ?? false,
    ...(hasCaps ? { capabilities: caps } : {}),
    runtime: host.Runtime ?? "",
    tmpfs: host.Tmpfs ?? {},
    hosts: list(host.ExtraHosts).map(extraHost),
    ...(maps(prior, "ulimits").length === 0
      ? {}
      : {
          ulimits: (host.Ulimits ?? []).map((limit) => ({
            name: limit.Name,
            soft: limit.Soft,
            hard: limit.Hard,
          })),
        }),
    privileged: host.Privileged ?? false,
    ...(maps(prior, "devices").length === 0 ? {} : { devices: devices(host, prior) }),
    deviceReadBps: throttles(host.BlkioDeviceReadBps),
    deviceReadIops: throttles(host.BlkioDeviceReadIOps),
    deviceWriteBps: throttles(host.BlkioDeviceWriteBps),
    deviceWriteIops: throttles(host.BlkioDeviceWriteIOps),
    ...(gpus === undefined ? {} : { gpus }),
    ...(readRequests ? { deviceRequests: (host.DeviceRequests ?? []).map(deviceRequest) } : {}),
    memory: Math.trunc((host.Memory ?? 0) / MIB),
    memoryReservation: Math.trunc((host.MemoryReservation ?? 0) / MIB),
    memorySwap: swap > 0 ? Math.trunc(swap / MIB) : swap,
    shmSize: Math.trunc((host.ShmSize ?? 0) / MIB),
    ...(nanoCpus > 0 ? { cpus: formatCpus(nanoCpus) } : {}),
    cpuShares: host.CpuShares ?? 0,
    cpuSet: host.CpusetCpus ?? "",
    logDriver: host.LogConfig?.Type ?? "",
    // With options of its own set, the daemon's defaults come along; unset ones are not read.
    logOpts: submap(prior, "logOpts") === undefined ? null : (host.LogConfig?.Config ?? {}),
    storageOpts: host.StorageOpt ?? {},
    networkMode: host.NetworkMode ?? "",
    ...(text(prior, "pidMode") === undefined ? {} : { pidMode: host.PidMode ?? "" }),
    usernsMode: host.UsernsMode ?? "",
    sysctls: host.Sysctls ?? {},
    ipcMode: host.IpcMode ?? "",
    groupAdds: list(host.GroupAdd),
  };
}

function healthcheck(config: InspectHealth): Value {
  return {
    tests: list(config.Test),
    interval: formatDuration(config.Interval ?? 0),
    timeout: formatDuration(config.Timeout ?? 0),
    startPeriod: formatDuration(config.StartPeriod ?? 0),
    startInterval: formatDuration(config.StartInterval ?? 0),
    retries: config.Retries ?? 0,
  };
}

/** Bindings sorted by the container's port, as the plugin lists them. */
function ports(settings: InspectNetworks | undefined): readonly ValueMap[] {
  const bound = settings?.Ports ?? {};
  const keys = Object.keys(bound).sort((a, b) => parseInt(a, 10) - parseInt(b, 10));
  return keys.flatMap((key) => {
    const [internal = "0", protocol = "tcp"] = key.split("/");
    return (bound[key] ?? []).map((binding) => ({
      internal: Number(internal),
      external: Number(binding.HostPort),
      ip: binding.HostIp,
      protocol,
    }));
  });
}

function networkDatas(settings: InspectNetworks | undefined): readonly ValueMap[] {
  return Object.entries(settings?.Networks ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([networkName, data]) => ({
      networkName,
      ipAddress: data.IPAddress ?? "",
      ipPrefixLength: data.IPPrefixLen ?? 0,
      gateway: data.Gateway ?? "",
      globalIpv6Address: data.GlobalIPv6Address ?? "",
      globalIpv6PrefixLength: data.GlobalIPv6PrefixLen ?? 0,
      ipv6Gateway: data.IPv6Gateway ?? "",
      macAddress: data.MacAddress ?? "",
    }));
}

/** A volume's labels break the plugin's reading of mounts as a whole: the recorded ones stay. */
function mounts(entries: readonly InspectMount[]): Observed {
  const labelled = entries.some((entry) => Object.keys(entry.VolumeOptions?.Labels ?? {}).length > 0);
  return labelled ? {} : { mounts: entries.map(mount) };
}

function mount(entry: InspectMount): ValueMap {
  const { BindOptions: bind, VolumeOptions: volume, TmpfsOptions: tmpfs } = entry;
  const driver = volume?.DriverConfig;
  return {
    target: entry.Target,
    source: entry.Source ?? "",
    type: entry.Type,
    readOnly: entry.ReadOnly ?? false,
    ...(bind === undefined ? {} : { bindOptions: { propagation: bind.Propagation ?? "" } }),
    ...(volume === undefined
      ? {}
      : {
          volumeOptions: {
            noCopy: volume.NoCopy ?? false,
            labels: [],
            ...(driver === undefined
              ? {}
              : { driverName: driver.Name ?? "", driverOptions: driver.Options ?? {} }),
            ...(volume.Subpath === undefined ? {} : { subpath: volume.Subpath }),
          },
        }),
    ...(tmpfs === undefined
      ? {}
      : { tmpfsOptions: { sizeBytes: tmpfs.SizeBytes ?? 0, mode: tmpfs.Mode ?? 0 } }),
  };
}

function extraHost(line: string): ValueMap {
  const [host = "", ip = ""] = line.split(":");
  return { host, ip };
}

/** `containerPath` is kept only where the program wrote one. */
function devices(host: InspectHost, prior: ValueMap): readonly ValueMap[] {
  const written = new Set(
    maps(prior, "devices")
      .filter((device) => (text(device, "containerPath") ?? "") !== "")
      .map((device) => text(device, "hostPath")),
  );
  return (host.Devices ?? []).map((device) => ({
    hostPath: device.PathOnHost,
    permissions: device.CgroupPermissions,
    ...(written.has(device.PathOnHost) ? { containerPath: device.PathInContainer } : {}),
  }));
}

function deviceRequest(request: InspectDeviceRequest): ValueMap {
  const capabilities = (request.Capabilities ?? [])[0] ?? [];
  const ids = request.DeviceIDs ?? [];
  const options = request.Options ?? {};
  return {
    driver: request.Driver ?? "",
    count: request.Count ?? 0,
    ...(ids.length === 0 ? {} : { deviceIds: ids }),
    ...(capabilities.length === 0 ? {} : { capabilities }),
    ...(Object.keys(options).length === 0 ? {} : { options }),
  };
}

function throttles(devices: readonly InspectThrottle[] | null | undefined): readonly ValueMap[] {
  return (devices ?? []).map((device) => ({ path: device.Path, rate: device.Rate }));
}

const list = <T>(values: readonly T[] | null | undefined): readonly T[] => values ?? [];
