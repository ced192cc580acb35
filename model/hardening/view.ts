import { z } from "zod";

/**
 * A container as the controls see it: the same fields whether they were read from the provider's inputs
 * (what will be created) or from `docker inspect` (what there is).
 */
export interface ContainerView {
  /** What it runs: an image id, or a reference. */
  readonly image: string;
  readonly user: string;
  readonly privileged: boolean;
  readonly capDrop: readonly string[];
  readonly capAdd: readonly string[];
  readonly securityOpts: readonly string[];
  readonly readOnlyRoot: boolean;
  /** Path → mount options. */
  readonly tmpfs: Readonly<Record<string, string>>;
  /** MiB; 0 is no limit. */
  readonly memory: number;
  /** Memory and swap together, MiB; 0 is the engine's default, twice the memory. */
  readonly memorySwap: number;
  /** CPUs or shares of them; 0 is no limit. */
  readonly cpus: number;
  /** Processes; 0 is no limit. */
  readonly pids: number;
  /** Words of the health check, `CMD` first; empty is none. */
  readonly probe: readonly string[];
  readonly restart: { readonly name: string; readonly retries: number };
  readonly mounts: readonly MountView[];
  readonly ports: readonly { readonly container: number; readonly host: number; readonly address: string }[];
  readonly publishAll: boolean;
  readonly networkMode: string;
  readonly networks: readonly string[];
  readonly pidMode: string;
  readonly ipcMode: string;
  readonly utsMode: string;
  readonly usernsMode: string;
  /** Host devices that are handed through. */
  readonly devices: readonly string[];
  /** Driver of each device request; "" where none is named. */
  readonly deviceDrivers: readonly string[];
  readonly cgroupParent: string;
  /** `NAME=value`. */
  readonly environment: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Entry point and command. */
  readonly command: readonly string[];
  readonly log: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly init: boolean;
  readonly stopSignal: string;
  /** Seconds between the stop signal and the end of patience. */
  readonly stopSeconds: number;
  /** Seconds that the provider waits when it deletes; `undefined` where this cannot be seen. */
  readonly deleteSeconds: number | undefined;
  /** Inputs that hold secrets; what is inspected cannot say. */
  readonly secretInputs: readonly string[];
}

export interface MountView {
  readonly kind: "volume" | "bind" | "other";
  /** Name of the volume, or path on the host. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  /** "" where it is the engine's default, private. */
  readonly propagation: string;
}

const strings = z.array(z.string()).default([]);
const text = z.string().default("");
const count = z.number().default(0);
const flag = z.boolean().default(false);

/** The inputs of a docker.Container that matter here, with the provider's defaults. */
const inputsSchema = z.object({
  image: text,
  user: text,
  privileged: flag,
  capabilities: z.object({ adds: strings, drops: strings }).default({ adds: [], drops: [] }),
  securityOpts: strings,
  readOnly: flag,
  tmpfs: z.record(z.string(), z.string()).default({}),
  memory: count,
  memorySwap: count,
  cpus: z.coerce.number().default(0),
  cpuShares: count,
  pidsLimit: count,
  healthcheck: z.object({ tests: strings }).default({ tests: [] }),
  restart: z.string().default("no"),
  maxRetryCount: count,
  volumes: z
    .array(z.object({ volumeName: text, hostPath: text, containerPath: text, readOnly: flag }))
    .default([]),
  mounts: z
    .array(
      z.object({
        type: text,
        source: text,
        target: text,
        readOnly: flag,
        bindOptions: z.object({ propagation: text }).default({ propagation: "" }),
      }),
    )
    .default([]),
  ports: z.array(z.object({ internal: z.number(), external: count, ip: text })).default([]),
  publishAllPorts: flag,
  networkMode: text,
  networksAdvanced: z.array(z.object({ name: z.string() })).default([]),
  pidMode: text,
  ipcMode: text,
  usernsMode: text,
  devices: z.array(z.object({ hostPath: z.string() })).default([]),
  deviceRequests: z.array(z.object({ driver: text })).default([]),
  gpus: text,
  cgroupParent: text,
  envs: strings,
  labels: z.array(z.object({ label: z.string(), value: z.string() })).default([]),
  entrypoints: strings,
  command: strings,
  logDriver: text,
  logOpts: z.record(z.string(), z.string()).default({}),
  init: flag,
  stopSignal: text,
  stopTimeout: count,
  destroyGraceSeconds: count,
});

/**
 * @param inputs inputs of a docker.Container as plain values, secrets unwrapped
 * @param secretInputs names of the inputs that hold a secret
 * @throws ZodError when they are not the inputs of a container
 */
export function viewOfInputs(
  inputs: Readonly<Record<string, unknown>>,
  secretInputs: readonly string[] = [],
): ContainerView {
  const given = inputsSchema.parse(inputs);
  return {
    image: given.image,
    user: given.user,
    privileged: given.privileged,
    capDrop: given.capabilities.drops,
    capAdd: given.capabilities.adds,
    securityOpts: given.securityOpts,
    readOnlyRoot: given.readOnly,
    tmpfs: given.tmpfs,
    memory: given.memory,
    memorySwap: given.memorySwap,
    cpus: given.cpus > 0 ? given.cpus : given.cpuShares,
    pids: given.pidsLimit,
    probe: given.healthcheck.tests,
    restart: { name: given.restart, retries: given.maxRetryCount },
    mounts: [
      ...given.volumes.map(({ volumeName, hostPath, containerPath, readOnly }): MountView => ({
        kind: hostPath === "" ? "volume" : "bind",
        source: hostPath === "" ? volumeName : hostPath,
        target: containerPath,
        readOnly,
        propagation: "",
      })),
      ...given.mounts.map(({ type, source, target, readOnly, bindOptions }): MountView => ({
        kind: type === "volume" || type === "bind" ? type : "other",
        source,
        target,
        readOnly,
        propagation: bindOptions.propagation,
      })),
    ],
    ports: given.ports.map(({ internal, external, ip }) => ({
      container: internal,
      host: external,
      address: ip,
    })),
    publishAll: given.publishAllPorts,
    networkMode: given.networkMode,
    networks: given.networksAdvanced.map(({ name }) => name),
    pidMode: given.pidMode,
    ipcMode: given.ipcMode,
    // docker.Container has no input for it: it is always the container's own.
    utsMode: "",
    usernsMode: given.usernsMode,
    devices: given.devices.map(({ hostPath }) => hostPath),
    // `gpus` names no driver.
    deviceDrivers: [...given.deviceRequests.map(({ driver }) => driver), ...(given.gpus === "" ? [] : [""])],
    cgroupParent: given.cgroupParent,
    environment: given.envs,
    labels: Object.fromEntries(given.labels.map(({ label, value }) => [label, value])),
    command: [...given.entrypoints, ...given.command],
    log: { driver: given.logDriver, options: given.logOpts },
    init: given.init,
    stopSignal: given.stopSignal,
    stopSeconds: given.stopTimeout,
    deleteSeconds: given.destroyGraceSeconds,
    secretInputs,
  };
}
