/** The part of the daemon's container inspect that is read here. Everything may be missing: daemons differ. */

export interface Inspect {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly Platform?: string;
  readonly State: InspectState;
  readonly Config: InspectConfig;
  readonly HostConfig: InspectHost;
  readonly NetworkSettings?: InspectNetworks;
}

export interface InspectState {
  readonly Running: boolean;
  readonly ExitCode: number;
  readonly Health?: { readonly Status: string };
}

export interface InspectHealth {
  readonly Test?: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

export interface InspectConfig {
  readonly Image: string;
  readonly Hostname?: string;
  readonly Domainname?: string;
  readonly Cmd?: readonly string[] | null;
  readonly Entrypoint?: readonly string[] | string | null;
  readonly User?: string;
  readonly WorkingDir?: string;
  readonly Tty?: boolean;
  readonly OpenStdin?: boolean;
  readonly StopSignal?: string;
  readonly StopTimeout?: number;
  readonly Healthcheck?: InspectHealth;
}

export interface InspectMount {
  readonly Type: string;
  readonly Target: string;
  readonly Source?: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: { readonly Propagation?: string };
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly Labels?: Readonly<Record<string, string>>;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: Readonly<Record<string, string>> };
    readonly Subpath?: string;
  };
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number };
}

export interface InspectDeviceRequest {
  readonly Driver?: string;
  readonly Count?: number;
  readonly DeviceIDs?: readonly string[] | null;
  readonly Capabilities?: readonly (readonly string[])[] | null;
  readonly Options?: Readonly<Record<string, string>> | null;
}

export interface InspectThrottle {
  readonly Path: string;
  readonly Rate: number;
}

type Texts = readonly string[] | null;
type TextMap = Readonly<Record<string, string>> | null;

export interface InspectHost {
  readonly AutoRemove?: boolean;
  readonly BlkioDeviceReadBps?: readonly InspectThrottle[] | null;
  readonly BlkioDeviceReadIOps?: readonly InspectThrottle[] | null;
  readonly BlkioDeviceWriteBps?: readonly InspectThrottle[] | null;
  readonly BlkioDeviceWriteIOps?: readonly InspectThrottle[] | null;
  readonly CapAdd?: Texts;
  readonly CapDrop?: Texts;
  readonly CpuShares?: number;
  readonly CpusetCpus?: string;
  readonly DeviceRequests?: readonly InspectDeviceRequest[] | null;
  readonly Devices?:
    | readonly {
        readonly PathOnHost: string;
        readonly PathInContainer: string;
        readonly CgroupPermissions: string;
      }[]
    | null;
  readonly Dns?: Texts;
  readonly DnsOptions?: Texts;
  readonly DnsSearch?: Texts;
  readonly ExtraHosts?: Texts;
  readonly GroupAdd?: Texts;
  readonly Init?: boolean | null;
  readonly IpcMode?: string;
  readonly LogConfig?: { readonly Type?: string; readonly Config?: TextMap };
  readonly Memory?: number;
  readonly MemoryReservation?: number;
  readonly MemorySwap?: number;
  readonly Mounts?: readonly InspectMount[] | null;
  readonly NanoCpus?: number;
  readonly NetworkMode?: string;
  readonly PidMode?: string;
  readonly Privileged?: boolean;
  readonly PublishAllPorts?: boolean;
  readonly ReadonlyRootfs?: boolean;
  readonly RestartPolicy?: { readonly Name?: string; readonly MaximumRetryCount?: number };
  readonly Runtime?: string;
  readonly SecurityOpt?: Texts;
  readonly ShmSize?: number;
  readonly StorageOpt?: TextMap;
  readonly Sysctls?: TextMap;
  readonly Tmpfs?: TextMap;
  readonly Ulimits?:
    readonly { readonly Name: string; readonly Soft: number; readonly Hard: number }[] | null;
  readonly UsernsMode?: string;
}

export interface InspectNetworks {
  readonly Bridge?: string;
  readonly Ports?: Readonly<
    Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>
  >;
  readonly Networks?: Readonly<Record<string, InspectEndpoint>>;
}

export interface InspectEndpoint {
  readonly IPAddress?: string;
  readonly IPPrefixLen?: number;
  readonly Gateway?: string;
  readonly GlobalIPv6Address?: string;
  readonly GlobalIPv6PrefixLen?: number;
  readonly IPv6Gateway?: string;
  readonly MacAddress?: string;
}
