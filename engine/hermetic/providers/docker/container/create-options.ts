import type Docker from "dockerode";
import { containsUnknown, flag, int, maps, submap, text, textMap, texts } from "../../protocol/values";
import type { ValueMap } from "../../protocol/values";
import { inSetOrder } from "../../schema/set-order";
import { parseDuration } from "./durations";
import { parseCpus, parseGpus } from "./quantities";

const MIB = 1024 * 1024;
type HostConfig = Docker.HostConfig;

/** Inputs as the daemon's create call wants them. */
export function createOptions(inputs: ValueMap): Docker.ContainerCreateOptions {
  if (containsUnknown(inputs))
    throw new Error("a container cannot be created from values that are not known yet");
  const command = texts(inputs, "command");
  if (command.includes("")) throw new Error("values for command may not be empty");
  const { bindings, exposed } = ports(inputs);
  const { binds, volumesFrom, paths } = volumes(inputs);
  const healthcheck = submap(inputs, "healthcheck");
  const stopTimeout = int(inputs, "stopTimeout");
  const labels = maps(inputs, "labels");
  const options: Record<string, unknown> = {
    name: text(inputs, "name"),
    platform: text(inputs, "platform"),
    Image: text(inputs, "image"),
    Hostname: text(inputs, "hostname"),
    Domainname: text(inputs, "domainname"),
    Tty: flag(inputs, "tty") ?? false,
    OpenStdin: flag(inputs, "stdinOpen") ?? false,
    StopSignal: text(inputs, "stopSignal"),
    StopTimeout: stopTimeout === 0 ? undefined : stopTimeout,
    Env: nonEmpty(inSetOrder(texts(inputs, "envs"))),
    Cmd: nonEmpty(command),
    Entrypoint: nonEmpty(texts(inputs, "entrypoints")),
    User: text(inputs, "user"),
    WorkingDir: text(inputs, "workingDir"),
    ExposedPorts: Object.keys(exposed).length === 0 ? undefined : exposed,
    Volumes: Object.keys(paths).length === 0 ? undefined : paths,
    Labels: labels.length === 0 ? undefined : labelMap(labels),
    Healthcheck: healthcheck === undefined ? undefined : healthConfig(healthcheck),
    HostConfig: present({
      ...hostConfig(inputs),
      PortBindings: Object.keys(bindings).length === 0 ? undefined : bindings,
      Binds: nonEmpty(binds),
      VolumesFrom: nonEmpty(volumesFrom),
    }),
  };
  return present(options) as Docker.ContainerCreateOptions;
}

function hostConfig(inputs: ValueMap): Partial<HostConfig> {
  const capabilities = submap(inputs, "capabilities") ?? {};
  const security = inSetOrder(texts(inputs, "securityOpts"));
  const unconfined = security.includes("systempaths=unconfined");
  const cpus = text(inputs, "cpus");
  const gpus = text(inputs, "gpus");
  const requests = maps(inputs, "deviceRequests").map(deviceRequest);
  return {
    Privileged: flag(inputs, "privileged") ?? false,
    PublishAllPorts: flag(inputs, "publishAllPorts") ?? false,
    RestartPolicy: {
      Name: text(inputs, "restart") ?? "no",
      MaximumRetryCount: int(inputs, "maxRetryCount") ?? 0,
    },
    Runtime: text(inputs, "runtime"),
    Mounts: maps(inputs, "mounts").map(mount),
    AutoRemove: flag(inputs, "rm") ?? false,
    ReadonlyRootfs: flag(inputs, "readOnly") ?? false,
    LogConfig: { Type: text(inputs, "logDriver") ?? "", Config: textMap(inputs, "logOpts") ?? {} },
    Tmpfs: textMap(inputs, "tmpfs"),
    ExtraHosts: nonEmpty(
      maps(inputs, "hosts").map((host) => `${text(host, "host") ?? ""}:${text(host, "ip") ?? ""}`),
    ),
    Ulimits: nonEmpty(
      maps(inputs, "ulimits").map((limit) => ({
        Name: text(limit, "name") ?? "",
        Soft: int(limit, "soft") ?? 0,
        Hard: int(limit, "hard") ?? 0,
      })),
    ),
    CapAdd: nonEmpty(capabilityNames(texts(capabilities, "adds"))),
    CapDrop: nonEmpty(capabilityNames(texts(capabilities, "drops"))),
    SecurityOpt: nonEmpty(security.filter((option) => option !== "systempaths=unconfined")),
    ...(unconfined ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
    Devices: nonEmpty(
      maps(inputs, "devices").map((device) => ({
        PathOnHost: text(device, "hostPath") ?? "",
        PathInContainer: text(device, "containerPath") ?? text(device, "hostPath") ?? "",
        CgroupPermissions: text(device, "permissions") ?? "rwm",
      })),
    ),
    DeviceRequests: nonEmpty(gpus === undefined ? requests : parseGpus(gpus)),
    Dns: nonEmpty(inSetOrder(texts(inputs, "dns"))),
    DnsOptions: nonEmpty(inSetOrder(texts(inputs, "dnsOpts"))),
    DnsSearch: nonEmpty(inSetOrder(texts(inputs, "dnsSearches"))),
    ...resources(inputs),
    ShmSize: megabytes(int(inputs, "shmSize")),
    NanoCpus: cpus === undefined ? undefined : parseCpus(cpus),
    CpuPeriod: cpus === undefined ? int(inputs, "cpuPeriod") : undefined,
    CpuQuota: cpus === undefined ? int(inputs, "cpuQuota") : undefined,
    NetworkMode: text(inputs, "networkMode") ?? "bridge",
    UsernsMode: text(inputs, "usernsMode"),
    PidMode: text(inputs, "pidMode"),
    IpcMode: text(inputs, "ipcMode"),
    CgroupnsMode: cgroupns(text(inputs, "cgroupnsMode")),
    CgroupParent: text(inputs, "cgroupParent"),
    Sysctls: textMap(inputs, "sysctls"),
    GroupAdd: nonEmpty(inSetOrder(texts(inputs, "groupAdds"))),
    StorageOpt: textMap(inputs, "storageOpts"),
    // Unset is sent as false, which overrides a daemon that runs with --init.
    Init: flag(inputs, "init") ?? false,
  } as Partial<HostConfig>;
}

/** The limits that can also be changed on a running container. */
export function resources(inputs: ValueMap): Partial<HostConfig> {
  const swap = int(inputs, "memorySwap");
  const devices = (key: string) =>
    nonEmpty(
      maps(inputs, key).map((device) => ({
        Path: text(device, "path") ?? "",
        Rate: int(device, "rate") ?? 0,
      })),
    );
  return {
    Memory: megabytes(int(inputs, "memory")),
    MemoryReservation: megabytes(int(inputs, "memoryReservation")),
    MemorySwap: swap === undefined || swap === 0 ? undefined : swap > 0 ? swap * MIB : swap,
    CpuShares: int(inputs, "cpuShares"),
    CpusetCpus: text(inputs, "cpuSet"),
    BlkioDeviceReadBps: devices("deviceReadBps"),
    BlkioDeviceReadIOps: devices("deviceReadIops"),
    BlkioDeviceWriteBps: devices("deviceWriteBps"),
    BlkioDeviceWriteIOps: devices("deviceWriteIops"),
  } as Partial<HostConfig>;
}

export function healthConfig(healthcheck: ValueMap): Docker.HealthConfig {
  const nanoseconds = (key: string): number => parseDuration(text(healthcheck, key) ?? "0s") ?? 0;
  const startInterval = nanoseconds("startInterval");
  return {
    Test: [...texts(healthcheck, "tests")],
    Interval: nanoseconds("interval"),
    Timeout: nanoseconds("timeout"),
    StartPeriod: nanoseconds("startPeriod"),
    Retries: int(healthcheck, "retries") ?? 0,
    ...(startInterval === 0 ? {} : { StartInterval: startInterval }),
  };
}

function ports(inputs: ValueMap): { bindings: Record<string, object[]>; exposed: Record<string, object> } {
  const bindings: Record<string, object[]> = {};
  const exposed: Record<string, object> = {};
  for (const port of maps(inputs, "ports")) {
    const key = `${String(int(port, "internal") ?? 0)}/${text(port, "protocol") ?? "tcp"}`;
    exposed[key] = {};
    // Port 0 asks the daemon for a free one.
    const binding = { HostPort: String(int(port, "external") ?? 0), HostIp: text(port, "ip") ?? "0.0.0.0" };
    bindings[key] = [...(bindings[key] ?? []), binding];
  }
  return { bindings, exposed };
}

function volumes(inputs: ValueMap): {
  binds: string[];
  volumesFrom: string[];
  paths: Record<string, object>;
} {
  const binds: string[] = [];
  const volumesFrom: string[] = [];
  const paths: Record<string, object> = {};
  for (const volume of maps(inputs, "volumes")) {
    const from = text(volume, "fromContainer") ?? "";
    const path = text(volume, "containerPath") ?? "";
    const host = text(volume, "hostPath") ?? "";
    const source = host === "" ? (text(volume, "volumeName") ?? "") : host;
    if (from === "" && path === "") {
      throw new Error("Unable to parse volumes: volume entry without container path or source container");
    }
    if (from !== "" && path !== "") {
      throw new Error("Unable to parse volumes: both a container and a path specified in a volume entry");
    }
    if (from !== "") {
      volumesFrom.push(from);
      continue;
    }
    paths[path] = {};
    const relabel = text(volume, "selinuxRelabel") ?? "";
    const mode = (flag(volume, "readOnly") ?? false) ? "ro" : "rw";
    if (source !== "") binds.push(`${source}:${path}:${mode}${relabel === "" ? "" : `,${relabel}`}`);
  }
  return { binds, volumesFrom, paths };
}

function mount(entry: ValueMap): Docker.MountSettings {
  const type = text(entry, "type") ?? "volume";
  const bind = submap(entry, "bindOptions");
  const volume = submap(entry, "volumeOptions");
  const tmpfs = submap(entry, "tmpfsOptions");
  const out: Record<string, unknown> = {
    Type: type,
    Target: text(entry, "target") ?? "",
    Source: text(entry, "source") ?? "",
    ReadOnly: flag(entry, "readOnly") ?? false,
  };
  if (type === "bind" && bind !== undefined)
    out["BindOptions"] = { Propagation: text(bind, "propagation") ?? "" };
  if (type === "tmpfs" && tmpfs !== undefined) {
    out["TmpfsOptions"] = { SizeBytes: int(tmpfs, "sizeBytes") ?? 0, Mode: int(tmpfs, "mode") ?? 0 };
  }
  if (type === "volume" && volume !== undefined) {
    const driver = text(volume, "driverName");
    const options = textMap(volume, "driverOptions");
    out["VolumeOptions"] = present({
      NoCopy: flag(volume, "noCopy") ?? false,
      Labels: labelMap(maps(volume, "labels")),
      DriverConfig:
        driver === undefined && options === undefined
          ? undefined
          : { Name: driver ?? "", Options: options ?? {} },
      Subpath: text(volume, "subpath"),
    });
  }
  return out as unknown as Docker.MountSettings;
}

function deviceRequest(request: ValueMap): Docker.DeviceRequest {
  const ids = inSetOrder(texts(request, "deviceIds"));
  return {
    Driver: text(request, "driver") ?? "cdi",
    Count: int(request, "count") ?? 0,
    DeviceIDs: [...ids],
    // One list: all of these capabilities are wanted. Alternatives cannot be written in this schema.
    Capabilities: [[...inSetOrder(texts(request, "capabilities"))]],
    Options: textMap(request, "options") ?? {},
  };
}

/** The daemon gets full names, sorted: `net_admin` is sent as `CAP_NET_ADMIN`, and that is what a refresh reads. */
function capabilityNames(names: readonly string[]): readonly string[] {
  const full = names.map((name) => {
    const upper = name.trim().toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  });
  return full.includes("ALL") ? ["ALL"] : [...new Set(full)].sort();
}

function cgroupns(mode: string | undefined): string | undefined {
  if (mode === undefined || mode === "" || mode === "private" || mode === "host") return mode;
  throw new Error("cgroupns_mode: invalid CGROUP mode, must be either 'private', 'host' or empty");
}

export function labelMap(labels: readonly ValueMap[]): Record<string, string> {
  return Object.fromEntries(labels.map((entry) => [text(entry, "label") ?? "", text(entry, "value") ?? ""]));
}

const megabytes = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : value * MIB;
const nonEmpty = <T>(values: readonly T[]): T[] | undefined =>
  values.length === 0 ? undefined : [...values];

/** Drops what is undefined, also where the caller's types would not let it be written that way. */
export function present(map: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined));
}
