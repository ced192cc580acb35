import type { LaneName } from "./lanes";
import type { Probe } from "./probes";
import type { Content, Credential } from "./secrets";
import type { Duration, Memory } from "./units";
import type { Settings } from "./settings";

/** Start-up and repair priority: P0 first. */
export type Tier = "P0" | "P1" | "P2" | "P3";

/** The folder under components/ that a workload belongs to. */
export type Capability =
  "core" | "gateway" | "data" | "trading" | "sre" | "research" | "mlops" | "finance" | "console" | "gpu";

export type ImageRef =
  | { readonly kind: "thirdParty"; readonly name: string }
  /** Built from services/<name>. */
  | { readonly kind: "inHouse"; readonly name: string };

/** An entry of configs/images.yaml. */
export const thirdParty = (name: string): ImageRef => ({ kind: "thirdParty", name });
/** A folder of services/. */
export const inHouse = (name: string): ImageRef => ({ kind: "inHouse", name });

/**
 * GPUs by number or by id. The driver is part of the kind: the provider's own default is `cdi`,
 * which turns a forgotten driver into another request.
 */
export type GpuRequest =
  | { readonly kind: "count"; readonly count: number | "all" }
  | { readonly kind: "deviceIds"; readonly deviceIds: readonly string[] }
  /** Container Device Interface names, `nvidia.com/gpu=0`; engine 25 or later. */
  | { readonly kind: "cdi"; readonly deviceIds: readonly string[] };

export interface Resources {
  readonly memory: Memory;
  /** Share of CPUs, at most. */
  readonly cpus: number;
  /**
   * Who gets a processor first when all are busy: the way of an order, and last what nobody waits for. Of a processor
   * that is free everybody gets what it wants. @default "normal"
   */
  readonly precedence?: Precedence;
  /** Size of /dev/shm. @default the engine's 64 MiB */
  readonly shm?: Memory;
  readonly gpu?: GpuRequest;
}

export type Precedence = "first" | "normal" | "last";

/** A hardening control that this workload fails, on purpose and until a date. Counts as a fail in the score. */
export interface Waiver {
  /** Number of the control, `D1` … `D29`. */
  readonly control: string;
  readonly reason: string;
  /** ISO date after which the test fails. */
  readonly expires: string;
}

/** An added Linux capability, with the reason why the program cannot do without it. */
export interface AddedCapability {
  readonly name: `CAP_${string}`;
  readonly reason: string;
}

/** A named volume with data worth keeping: protected, retained, backed up. */
export interface DataVolumeSpec {
  readonly name: string;
  readonly path: string;
  /** How its content is saved. Carried to the backup plan. */
  readonly backup: { readonly method: string } | { readonly none: string };
}

/**
 * Something of the host, such as the engine's socket. It gives the host away and works on this one host alone, so
 * it needs a reason here and waivers of the controls that it fails.
 */
export interface HostMountSpec {
  /** On the engine's host; absolute. */
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
  readonly reason: string;
}

/** Belongs to the workload's user; nothing on it is executed unless it says so. */
export interface TmpfsSpec {
  readonly size: Memory;
  /** Native libraries are unpacked and loaded from there. @default false */
  readonly exec?: boolean;
}

/** A file of a workload. Fixed names: a file that goes away is written empty but valid. */
export interface FileSpec {
  /** Below the volume's mount point. */
  readonly path: string;
  readonly content: Content;
  /**
   * What happens in the consumer when the content changes: `restart` replaces it, `reload` leaves it running
   * because the program watches the file.
   * @default "restart"
   */
  readonly onChange?: "restart" | "reload";
}

/** How consumers reach a workload; becomes their environment `<NAME>_HOST`, `_PORT`, `_URL`, `_USERNAME`, `_PASSWORD_FILE`. */
export interface Endpoint {
  /** Name of one of the workload's ports. */
  readonly port: string;
  readonly scheme: string;
  /** Host that consumers dial. @default the workload's own name */
  readonly host?: string;
  /**
   * Each consumer gets a user of its own; `shared` is for programs that know a single user;
   * `none` means that the endpoint needs no credential.
   */
  readonly credentials: "perConsumer" | "shared" | "none";
  /** User name of the operator. @default "operator" */
  readonly operator?: string;
  /**
   * More environment, or other names for it.
   * @default the five variables above
   */
  readonly environment?: (use: EndpointUse) => Readonly<Record<string, string>>;
  /** More secret files in the consumer, in a form that its client library reads. */
  readonly secretFiles?: (use: EndpointUse, credential: Credential) => readonly FileSpec[];
}

export interface EndpointUse {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  /** Path of the file that holds the password in the consumer. */
  readonly passwordFile: string;
}

/**
 * What a consumer may do at a provider; the provider's `configure` turns it into its own permission language.
 * `{ as: "operator" }` hands over the operator's own credential (jobs that set the provider up).
 */
export type Grant = Readonly<Record<string, string | readonly string[] | boolean>>;

/** "Started and healthy first", and with it the endpoint, a credential and the permissions. */
export interface Need {
  readonly target: Workload;
  readonly grant: Grant;
}

export type RouteRole = "none" | "viewer" | "trader" | "admin";

/** An HTTP path at the main gateway. */
export interface RouteSpec {
  readonly path: `/${string}`;
  /** Name of the port behind it. @default "http" */
  readonly port?: string;
  /** Remove the prefix before the service sees the request. @default true, except for "/" */
  readonly stripPrefix?: boolean;
  /** Role that the service itself demands; shown in the route list. @default "none" */
  readonly role?: RouteRole | ((settings: Settings) => RouteRole);
  /** A person opens it in a browser; else programs ask for what lies below the path. @default false */
  readonly page?: boolean;
  /** Largest request body, bytes. @default 1 MiB */
  readonly maxBodyBytes?: number;
  /** Requests per second and client, and the burst above it. @default 200 and 400 */
  readonly rate?: { readonly average: number; readonly burst: number };
  /** Requests, and open sockets, of all clients at the same time. @default 1000 */
  readonly inFlight?: number;
}

/**
 * `gateway`: the gateway asks, and the program nobody. `basic`: the program asks by HTTP basic authentication; for who
 * has a session the gateway answers with a credential of its own. `own`: the program asks in a way of its own, and has
 * nothing of sessions. `none`: everybody may look.
 */
export type ToolLogin = "gateway" | "basic" | "own" | "none";

/** Role of a user whose session a gateway lets in. */
export type SessionRole = Exclude<RouteRole, "none">;

/** A host port at the tools gateway (entry point of its own, TLS). */
export interface ToolSpec {
  /** Entry in `wellKnown` of configs/cpgs.yaml, or a number from a range of the service's lanes. */
  readonly hostPort: string | number;
  readonly port: string;
  readonly protocol: "http" | "tcp";
  /** What clients of a `tcp` tool write before `://`, where it is not the service's own protocol. */
  readonly scheme?: string;
  /** Who asks the visitor who he is; a function where the stack's settings decide it. */
  readonly login: ToolLogin | ((settings: Settings) => ToolLogin);
  /** What a session must have to look, where the gateway lets sessions in. @default "viewer" */
  readonly role?: SessionRole;
  /** What it must have for more than a look: for every method but GET and HEAD. @default "admin" */
  readonly changes?: SessionRole;
  /** Published only with `exposeData: true`. */
  readonly data: boolean;
  /** Shown in `urls` and on the landing page. */
  readonly title: string;
}

export type MetricsSpec =
  | {
      readonly kind: "endpoint";
      readonly port: string;
      readonly path: string;
      /** Where a scrape has to log in, the program's endpoint hands Prometheus its credential. @default false */
      readonly login?: boolean;
      /** Each series names the service that it is about: what an exporter of many says. @default false */
      readonly ofOthers?: boolean;
    }
  /** Measured by a separate exporter that the SRE stack brings. */
  | { readonly kind: "exporter"; readonly exporter: string }
  | { readonly kind: "none"; readonly reason: string };

/** What a service promises over 30 days; from it follow recording rules, alerts and the dashboard of budgets. */
export interface ServiceObjectives {
  /** Share of all minutes, in percent, in which it is there. */
  readonly availability: number;
  readonly latency?: {
    /** 95 of 100 answers within it; one of the histogram's bounds. */
    readonly p95: Duration;
    /** Histogram in seconds. @default "http_request_duration_seconds" */
    readonly histogram?: string;
  };
}

/** Everything that services and jobs have in common. */
interface WorkloadBase {
  /** DNS name on every lane that it joins. */
  readonly name: string;
  readonly title: string;
  readonly capability: Capability;
  readonly image: ImageRef;
  readonly lanes: readonly LaneName[];
  readonly needs: readonly Need[];
  readonly resources: Resources;
  /** Numeric `uid:gid`. */
  readonly user: `${number}:${number}`;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly data: readonly DataVolumeSpec[];
  /** @default nothing of the host */
  readonly hostMounts?: readonly HostMountSpec[];
  /** Scratch space in memory, by path. */
  readonly tmpfs: Readonly<Record<string, TmpfsSpec>>;
  /** Where its ConfigVolume is mounted. @default "/etc/trade2026" */
  readonly configPath: string;
  readonly capabilities: readonly AddedCapability[];
  readonly waivers: readonly Waiver[];
  readonly ulimits: Readonly<Record<string, number>>;
  /** Ports for others, by name: the program listens on all addresses. */
  readonly ports: Readonly<Record<string, number>>;
  /** Ports on 127.0.0.1 alone, for its own probe. */
  readonly localPorts: Readonly<Record<string, number>>;
  readonly endpoint?: Endpoint;
  /** Everything that depends on the rest of the platform: who consumes it, which routes exist. */
  readonly configure?: (context: ConfigureContext) => Configured;
}

export interface ServiceSpec extends WorkloadBase {
  readonly kind: "service";
  /** Why it may reach outside. Only with it does a service join frontend for that purpose. */
  readonly egress?: string;
  readonly probe: Probe;
  readonly route?: RouteSpec;
  readonly tools: readonly ToolSpec[];
  readonly metrics: MetricsSpec;
  readonly tier: Tier;
  readonly slo?: ServiceObjectives;
  /** Time to stop after SIGTERM before it is killed. */
  readonly stopGrace: Duration;
  readonly stopSignal?: string;
  /** Others wait until it is healthy (stores); the rest start in parallel and retry. */
  readonly gate: boolean;
  /** It knows who is logged in: where, at its port `http`, gateways ask for each request of a browser. */
  readonly sessions?: { readonly path: `/${string}` };
  /** A gateway in front of the tools: those with `login: "basic"` know it by a credential of its own. */
  readonly frontsTools?: boolean;
  /** Host ports of its own; gateways only. */
  readonly publish?: (context: PlatformContext) => readonly Published[];
}

/** Runs to completion; a non-zero exit fails the deployment. Must be idempotent. */
export interface JobSpec extends WorkloadBase {
  readonly kind: "job";
}

export type Workload = ServiceSpec | JobSpec;

/** A host port that a gateway publishes. */
export interface Published {
  /** Key in the settings' `hostPorts`. */
  readonly name: string;
  /** Container port. */
  readonly container: number;
  /** Listed among what answers: a page of the gateway itself, behind its login. */
  readonly page?: { readonly title: string; readonly path: string };
}

/** A consumer of a workload, with the credential it was given. */
export interface Consumer {
  readonly name: string;
  readonly grant: Grant;
  readonly credential: Credential;
}

/** The rest of the platform, as one of its services may see it. */
export interface PlatformContext {
  readonly settings: Settings;
  /** Well-known host ports by name, from configs/cpgs.yaml. */
  readonly wellKnown: Readonly<Record<string, number>>;
  readonly services: readonly ServiceSpec[];
}

export interface ConfigureContext extends PlatformContext {
  /** Consumers of this workload with a credential of their own, sorted by name; the operator is not among them. */
  readonly consumers: readonly Consumer[];
  /** The operator's credential for this workload. */
  readonly operator: Credential;
  /**
   * The credential that this workload was given at one of its needs, for a program that wants it in a form of its own.
   * @throws when it has no such need and is not the gateway in front of it, or there is no credential
   */
  readonly credentialAt: (provider: Workload) => Credential;
  /**
   * A further credential of this workload's own: internal users, probes. `protectsData` for one that data elsewhere is
   * locked with; where the workload keeps data itself, all of its credentials are. `file`: not generated, but read from
   * that file of the operator's.
   */
  readonly own: (
    username: string,
    purpose: string,
    options?: { readonly protectsData?: boolean; readonly file?: string },
  ) => Credential;
}

export interface Configured {
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the ConfigVolume, mounted read-only at `configPath`. No secrets in them. */
  readonly config?: readonly FileSpec[];
  /** Files of the SecretVolume, mounted read-only at /run/secrets, by nobody else. */
  readonly secrets?: readonly FileSpec[];
  /** Volumes shared with other workloads. */
  readonly shared?: readonly SharedMount[];
}

/** A volume that several workloads mount; the one that writes it is a job. */
export interface SharedMount {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
  /** Set on the writer: the volume's owner, and whether losing it loses data. */
  readonly create?: { readonly protectsData: boolean };
}

type Defaulted =
  "env" | "data" | "tmpfs" | "configPath" | "capabilities" | "waivers" | "ulimits" | "ports" | "localPorts";

type Given<T, D extends keyof T> = Omit<T, D | "kind" | "needs"> &
  Partial<Pick<T, D>> & { readonly needs?: readonly (Need | Workload)[] };

/** What a person writes. Optional fields have the defaults of {@link defineService}. */
export type ServiceInput = Given<
  Omit<ServiceSpec, "stopGrace" | "gate" | "tools"> &
    Partial<Pick<ServiceSpec, "stopGrace" | "gate" | "tools">>,
  Defaulted & keyof ServiceSpec
>;
export type JobInput = Given<JobSpec, Defaulted & keyof JobSpec>;

const workloadDefaults = {
  env: {},
  data: [],
  tmpfs: {},
  configPath: "/etc/trade2026",
  capabilities: [],
  waivers: [],
  ulimits: {},
  ports: {},
  localPorts: {},
} as const;

/**
 * Declares a service once. From this value follow the container, its networks and aliases, start order, secrets,
 * gateway route, port map, reachability, footprint and the rest; nothing about it is written a second time.
 */
export function defineService(input: ServiceInput): ServiceSpec {
  return {
    ...workloadDefaults,
    stopGrace: "10s",
    gate: false,
    tools: [],
    ...input,
    kind: "service",
    needs: (input.needs ?? []).map(asNeed),
  };
}

/** Declares a run-to-completion container: buckets, streams, DDL, migrations. */
export function defineJob(input: JobInput): JobSpec {
  return { ...workloadDefaults, ...input, kind: "job", needs: (input.needs ?? []).map(asNeed) };
}

/** `needs: [access(nats, { publish: [...] })]`: a need with permissions. */
export function access(target: Workload, grant: Grant): Need {
  return { target, grant };
}

function asNeed(need: Need | Workload): Need {
  return "target" in need ? need : { target: need, grant: {} };
}
