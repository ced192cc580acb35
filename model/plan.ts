import type { Healthcheck } from "./probes";
import type { Lane, LaneName } from "./lanes";
import type { Credential, SecretText } from "./secrets";
import type { AddedCapability, Capability, FileSpec, GpuRequest, ImageRef, Tier, Waiver } from "./service";
import type { Settings } from "./settings";

/**
 * The decided platform as plain data: every container, network and volume with every value that matters, secrets
 * by reference only. Components turn it into resources; the Compose export, the hardening score, the reachability
 * matrix, the footprint and the pull-request diff read the same value.
 */
export interface Plan {
  readonly settings: Settings;
  readonly lanes: readonly Lane[];
  readonly volumes: readonly VolumePlan[];
  readonly credentials: readonly Credential[];
  /** In an order in which each comes after what it depends on. */
  readonly containers: readonly ContainerPlan[];
  readonly routes: readonly PlannedRoute[];
  readonly hostPorts: readonly HostPort[];
  /** Services that this image mode cannot have, with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

export interface VolumePlan {
  readonly name: string;
  /** `data` is protected and retained; the rest is written again at every `up`. */
  readonly kind: "data" | "config" | "secret" | "shared";
  /** The workload it belongs to. */
  readonly owner: string;
  readonly backup?: { readonly method: string } | { readonly none: string };
}

export interface MountPlan {
  readonly volume: string;
  readonly path: string;
  readonly readOnly: boolean;
}

/** A mount of the host's. */
export interface HostMountPlan {
  readonly source: string;
  readonly path: string;
  readonly readOnly: boolean;
}

export interface UploadPlan {
  /** Absolute path in the writer. */
  readonly path: string;
  readonly content: string | SecretText;
}

export interface ContainerPlan {
  /** Logical name, unique in the stack; `<prefix>-<name>` on the engine. */
  readonly name: string;
  /**
   * `service` runs for ever, `job` runs to completion, `writer` is never started: it only carries uploads
   * into a volume.
   */
  readonly role: "service" | "job" | "writer";
  /** The service or job it serves; itself, or the owner of a writer. */
  readonly workload: string;
  readonly capability: Capability;
  readonly tier?: Tier;
  readonly image: ImageRef;
  /** What the lock (or the operator's override) resolved to; absent for in-house images. */
  readonly reference?: string;
  readonly lanes: readonly LaneName[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly mounts: readonly MountPlan[];
  readonly hostMounts?: readonly HostMountPlan[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly uploads: readonly UploadPlan[];
  readonly ports: readonly HostPort[];
  /** Ports that the program listens on for others, by name. */
  readonly listens: Readonly<Record<string, number>>;
  /** Ports on 127.0.0.1 alone. */
  readonly loopback: Readonly<Record<string, number>>;
  readonly healthcheck?: Healthcheck;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Weight against the others' when all processors are busy. Of what runs for a moment it is the engine's own, 1024. */
  readonly cpuShares?: number;
  readonly shmMiB?: number;
  readonly gpu?: GpuRequest;
  readonly capabilities: readonly AddedCapability[];
  readonly ulimits: Readonly<Record<string, number>>;
  readonly stopSeconds: number;
  readonly stopSignal?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly waivers: readonly Waiver[];
  /** Containers that must exist (writers), have completed (jobs) or be healthy (services) before. */
  readonly dependsOn: readonly string[];
  /** The secret writer whose content, when it changes, replaces this container. */
  readonly secretsFrom?: string;
}

export interface HostPort {
  /** Name in the settings' `hostPorts`. */
  readonly name: string;
  /** The container that publishes it. */
  readonly owner: string;
  readonly address: string;
  readonly host: number;
  readonly container: number;
}

export interface PlannedRoute {
  readonly service: string;
  readonly title: string;
  readonly kind: "api" | "ui" | "tool";
  readonly url: string;
  readonly role: string;
}

export const LABEL = "com.trade2026";

/** Files of a workload by what a change of them does. */
export function restartFiles(files: readonly FileSpec[]): readonly FileSpec[] {
  return files.filter((file) => (file.onChange ?? "restart") === "restart");
}
