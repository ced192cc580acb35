import { stringify } from "yaml";
import { LABEL, type ContainerPlan, type HostMountPlan, type MountPlan, type Plan } from "./plan";
import { resolveContent, type SecretRef } from "./secrets";
import type { GpuRequest } from "./service";

/** How the exported file refers to what the deployment would have made. */
export interface ComposeOptions {
  /** Folder of the rendered files, as the Compose file sees it: `./dev.files`. */
  readonly folder: string;
  /** The image of an in-house service, which has no reference in the plan. */
  readonly inHouse: (service: string) => string;
  /** A credential's value, or what stands for it. */
  readonly value: (ref: SecretRef) => string;
  /** The project that makes the lanes, where this stack stands on another one. @default the file makes its own */
  readonly lanesOf?: string;
  /** First lines of the file, for its reader. */
  readonly header?: readonly string[];
}

/** A rendered file that a container mounts. */
export interface ComposeFile {
  /** Below the folder of the options, with forward slashes. */
  readonly path: string;
  readonly content: string;
  readonly secret: boolean;
}

export interface ComposeExport {
  readonly yaml: string;
  readonly files: readonly ComposeFile[];
}

/**
 * The same containers for Docker Compose (tried with 2.26). What a never-started writer puts into a volume here, and
 * owner jobs hand over, is a `configs` or `secrets` entry there, at the same path; the rest of a container is the
 * same, but for the label by which `./trade2026` knows its own.
 */
export function composeExport(plan: Plan, options: ComposeOptions): ComposeExport {
  const files = plan.containers
    .filter(({ role }) => role === "writer")
    .flatMap((writer) => filesOf(writer, plan, options));
  const running = plan.containers.filter(({ role }) => role !== "writer");
  const filled = new Set(files.map(({ volume }) => volume));
  const entries = (kind: "secret" | "config"): Record<string, { file: string }> =>
    Object.fromEntries(
      files
        .filter(({ secret }) => secret === (kind === "secret"))
        .map(({ key, path }) => [key, { file: `${options.folder}/${path}` }]),
    );
  const document = {
    name: plan.settings.prefix,
    services: Object.fromEntries(
      running.map((container) => [container.name, service(container, plan, files, options)]),
    ),
    networks: Object.fromEntries(
      plan.lanes.map((lane) => [
        lane.name,
        options.lanesOf === undefined
          ? ownLane(lane)
          : { external: true, name: `${options.lanesOf}_${lane.name}` },
      ]),
    ),
    volumes: Object.fromEntries(
      plan.volumes.filter(({ name }) => !filled.has(name)).map(({ name }) => [name, {}]),
    ),
    ...nonEmpty("configs", entries("config")),
    ...nonEmpty("secrets", entries("secret")),
  };
  const header = (options.header ?? []).map((line) => `# ${line}`.trimEnd());
  return {
    yaml: `${header.map((line) => `${line}\n`).join("")}${stringify(escaped(document), { lineWidth: 0 })}`,
    files: files.map(({ path, content, secret }) => ({ path, content, secret })),
  };
}

function ownLane({ internal, bridge, subnet, gateway }: Plan["lanes"][number]): ComposeValue {
  return {
    driver: "bridge",
    internal,
    driver_opts: { "com.docker.network.bridge.name": bridge },
    ipam: { config: [{ subnet, gateway }] },
  };
}

interface WrittenFile extends ComposeFile {
  /** Name among the file's configs or secrets. */
  readonly key: string;
  readonly volume: string;
  /** Below the volume's mount point. */
  readonly below: string;
}

function filesOf(writer: ContainerPlan, plan: Plan, { value }: ComposeOptions): readonly WrittenFile[] {
  const mount = writer.mounts[0];
  if (!mount) return [];
  const secret = plan.volumes.some(({ name, kind }) => name === mount.volume && kind === "secret");
  return writer.uploads.map(({ path, content }) => {
    const below = path.slice(mount.path.length + 1);
    return {
      key: `${writer.name}.${below.replaceAll("/", ".")}`,
      path: `${writer.name}/${below}`,
      below,
      volume: mount.volume,
      secret,
      content: resolveContent(content, value),
    };
  });
}

type ComposeValue =
  string | number | boolean | readonly ComposeValue[] | { readonly [key: string]: ComposeValue };
type ComposeService = Record<string, ComposeValue>;

function service(
  container: ContainerPlan,
  plan: Plan,
  files: readonly WrittenFile[],
  options: ComposeOptions,
): ComposeService {
  const mounted = container.mounts.flatMap((mount) =>
    files
      .filter(({ volume }) => volume === mount.volume)
      .map((file) => ({ file, target: `${mount.path}/${file.below}` })),
  );
  const grants = (secret: boolean): ComposeValue[] =>
    mounted
      .filter(({ file }) => file.secret === secret)
      .map(({ file, target }) => ({ source: file.key, target }));
  const volumes = container.mounts.filter(({ volume }) => !files.some((file) => file.volume === volume));
  return {
    image: container.reference ?? options.inHouse(container.image.name),
    // Built here, so no registry has it.
    ...(container.reference === undefined || container.reference.startsWith("trade2026/")
      ? { pull_policy: "never" }
      : {}),
    ...(container.entrypoint === undefined ? {} : { entrypoint: container.entrypoint }),
    ...(container.command === undefined ? {} : { command: container.command }),
    ...nonEmpty("environment", container.env),
    user: container.user,
    ...network(container),
    ...nonEmpty("volumes", [...volumes.map(volumeMount), ...(container.hostMounts ?? []).map(hostMount)]),
    ...nonEmpty("configs", grants(false)),
    ...nonEmpty("secrets", grants(true)),
    ...nonEmpty(
      "tmpfs",
      Object.entries(container.tmpfs).map(([path, mode]) => (mode === "" ? path : `${path}:${mode}`)),
    ),
    ...health(container),
    ...nonEmpty("depends_on", dependencies(container, plan)),
    ...limits(container),
    ...hardening(container),
    ...lifecycle(container),
    labels: labels(container),
  };
}

function network({ lanes, name, ports }: ContainerPlan): ComposeService {
  if (lanes.length === 0) return { network_mode: "none" };
  return {
    hostname: name,
    networks: Object.fromEntries(lanes.map((lane) => [lane, { aliases: [name] }])),
    ...nonEmpty(
      "ports",
      ports.map(({ address, host, container }) => ({
        target: container,
        published: String(host),
        host_ip: address,
        protocol: "tcp",
      })),
    ),
  };
}

function volumeMount({ volume, path, readOnly }: MountPlan): ComposeValue {
  return { type: "volume", source: volume, target: path, ...(readOnly ? { read_only: true } : {}) };
}

/** Without it Compose would make a folder where the host has nothing. */
function hostMount({ source, path, readOnly }: HostMountPlan): ComposeValue {
  return {
    type: "bind",
    source,
    target: path,
    ...(readOnly ? { read_only: true } : {}),
    bind: { create_host_path: false },
  };
}

function health({ healthcheck }: ContainerPlan): ComposeService {
  if (!healthcheck) return {};
  const { tests, interval, timeout, retries, startPeriod } = healthcheck;
  return { healthcheck: { test: tests, interval, timeout, retries, start_period: startPeriod } };
}

/** A writer exists at once, as a file does. */
function dependencies({ dependsOn }: ContainerPlan, plan: Plan): Record<string, ComposeValue> {
  return Object.fromEntries(
    dependsOn.flatMap((name) => {
      const role = plan.containers.find((other) => other.name === name)?.role;
      if (role === undefined || role === "writer") return [];
      return [[name, { condition: role === "job" ? "service_completed_successfully" : "service_healthy" }]];
    }),
  );
}

function limits({ memoryMiB, cpus, cpuShares, shmMiB, gpu, ulimits }: ContainerPlan): ComposeService {
  return {
    mem_limit: `${memoryMiB}m`,
    memswap_limit: `${memoryMiB}m`,
    cpus,
    ...(cpuShares === undefined ? {} : { cpu_shares: cpuShares }),
    ...(shmMiB === undefined ? {} : { shm_size: `${shmMiB}m` }),
    ...(gpu === undefined ? {} : { deploy: { resources: { reservations: { devices: [device(gpu)] } } } }),
    ...nonEmpty(
      "ulimits",
      Object.fromEntries(
        Object.entries(ulimits).map(([name, limit]) => [name, { soft: limit, hard: limit }]),
      ),
    ),
  };
}

function device(gpu: GpuRequest): ComposeValue {
  switch (gpu.kind) {
    case "count":
      return { driver: "nvidia", count: gpu.count, capabilities: ["gpu"] };
    case "deviceIds":
      return { driver: "nvidia", device_ids: gpu.deviceIds, capabilities: ["gpu"] };
    case "cdi":
      return { driver: "cdi", device_ids: gpu.deviceIds, capabilities: ["gpu"] };
  }
}

function hardening({ capabilities }: ContainerPlan): ComposeService {
  return {
    read_only: true,
    cap_drop: ["ALL"],
    ...nonEmpty(
      "cap_add",
      capabilities.map(({ name }) => name),
    ),
    security_opt: ["no-new-privileges:true"],
  };
}

function lifecycle({ role, stopSeconds, stopSignal }: ContainerPlan): ComposeService {
  return {
    init: true,
    restart: role === "service" ? "unless-stopped" : "no",
    stop_grace_period: `${stopSeconds}s`,
    ...(stopSignal === undefined ? {} : { stop_signal: stopSignal }),
    logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
  };
}

/** Without the owner's label: `./trade2026 up` would take such a container for a leftover of its own. */
function labels({ labels, lanes, role }: ContainerPlan): Record<string, ComposeValue> {
  const all = {
    ...labels,
    [`${LABEL}.role`]: role,
    ...(lanes.length === 0 ? {} : { [`${LABEL}.lanes`]: lanes.join(",") }),
  };
  return Object.fromEntries(Object.entries(all).filter(([label]) => label !== `${LABEL}.stack`));
}

/** Compose takes `$` for one of its own variables. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
}

function nonEmpty<T extends object>(key: string, value: T): Record<string, T> {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}
