import { createHash } from "node:crypto";
import { nameClashes, workloadProblems } from "./checks";
import { gpuProblems } from "./gpu";
import type { HostFacts } from "./host";
import type { ResolvedImage } from "./images";
import { laneProblems, lanesOf, type CpgsRegistry, type UsedSubnet } from "./lanes";
import { startLevels } from "./order";
import {
  LABEL,
  restartFiles,
  type ContainerPlan,
  type HostMountPlan,
  type HostPort,
  type MountPlan,
  type Plan,
  type VolumePlan,
} from "./plan";
import { hostPort, hostPortProblems } from "./ports";
import { TOOLBOX_PATH, healthcheck } from "./probes";
import { assertNoProblems, type Problem } from "./problems";
import { plannedRoutes } from "./routes";
import {
  thirdParty,
  type FileSpec,
  type HostMountSpec,
  type Precedence,
  type ServiceSpec,
  type TmpfsSpec,
  type Workload,
} from "./service";
import type { Settings } from "./settings";
import { durationSeconds, memoryMiB } from "./units";
import { SECRETS_PATH, wire, type Wired } from "./wiring";

export interface PlanInput {
  readonly workloads: readonly Workload[];
  readonly settings: Settings;
  readonly registry: CpgsRegistry;
  /** Resolves an entry of the image lock in the stack's mode. */
  readonly image: (name: string) => ResolvedImage;
  readonly host: HostFacts;
  /**
   * Whether the stack makes its lanes, or uses those of the stack that it stands on.
   * @default "own"
   */
  readonly lanes?: "own" | "referenced";
}

/** Jobs that every platform has: the probe binary, and each data volume's owner. */
const TOOLBOX = "toolbox";
const JOB_MEMORY = 64;

/**
 * Decides everything: checks the services, wires them, and derives containers, volumes, ports and routes.
 * @throws ProblemsError with every problem of services, lanes and ports
 */
export function buildPlan(input: PlanInput): Plan {
  const { settings, registry, host } = input;
  const { present, leftOut } = availableWorkloads(input);
  const wellKnown = registry.wellKnown;
  assertNoProblems("The platform's services", workloadProblems(present, registry, settings));

  const lanes = lanesOf(registry, settings.prefix, settings.subnets);
  const wiring = wire(present, settings, wellKnown);
  const volumes = wiring.workloads.flatMap(volumesOf);
  const services = present.filter((workload) => workload.kind === "service");
  const hostPorts = services.flatMap((service) => publishedPorts(service, services, settings, wellKnown));
  const problems: Problem[] = [
    ...(input.lanes === "referenced" ? [] : laneProblems(lanes, foreignSubnets(host, settings))),
    ...gpuProblems(present, host),
    ...hostPortProblems(hostPorts, settings, host.listeners === "unknown" ? [] : host.listeners),
  ];
  assertNoProblems("The stack's settings", problems);

  const containers = [
    toolbox(input),
    ...volumes.filter(needsOwner).map((volume) => ownerJob(volume, input)),
    ...wiring.workloads.flatMap((wired) => [
      ...writers(wired, input),
      workloadContainer(
        wired,
        input,
        hostPorts.filter((port) => port.owner === wired.spec.name),
      ),
    ]),
  ];
  const volumePlans: readonly VolumePlan[] = [
    { name: TOOLBOX, kind: "shared", owner: TOOLBOX },
    ...volumes.map(({ plan }) => plan),
  ];
  assertNoProblems("The platform's services", [
    ...nameClashes(
      "container",
      containers.map(({ name, workload }) => ({ name, owner: workload })),
    ),
    ...nameClashes("volume", volumePlans),
  ]);
  return {
    settings,
    lanes,
    volumes: volumePlans,
    credentials: wiring.credentials,
    containers: startLevels(containers).flat(),
    routes: plannedRoutes(services, settings, wellKnown),
    hostPorts,
    leftOut,
  };
}

function foreignSubnets(host: HostFacts, { prefix }: Settings): readonly UsedSubnet[] {
  return host.subnets === "unknown" ? [] : host.subnets.filter(({ owner }) => owner !== prefix);
}

/** Services whose image this mode cannot have are left out by name, and whatever needs them with them. */
function availableWorkloads(input: PlanInput): {
  readonly present: readonly Workload[];
  readonly leftOut: Plan["leftOut"];
} {
  const reasons = new Map<string, string>();
  for (const { name, image } of input.workloads) {
    if (image.kind === "inHouse" || name in input.settings.imageOverrides) continue;
    const resolved = input.image(image.name);
    if ("missing" in resolved) reasons.set(name, resolved.missing);
  }
  // What needs something that is left out may itself be needed by something that was declared before it.
  for (let before = -1; before !== reasons.size;) {
    before = reasons.size;
    for (const { name, needs } of input.workloads) {
      const lost = needs.find(({ target }) => reasons.has(target.name));
      if (lost && !reasons.has(name)) reasons.set(name, `needs ${lost.target.name}`);
    }
  }
  return {
    present: input.workloads.filter(({ name }) => !reasons.has(name)),
    leftOut: input.workloads.flatMap(({ name }) => {
      const reason = reasons.get(name);
      return reason === undefined ? [] : [{ name, reason }];
    }),
  };
}

interface OwnedVolume {
  readonly plan: VolumePlan;
  readonly user: string;
}

function volumesOf({ spec, configured, config, secrets }: Wired): readonly OwnedVolume[] {
  const root = "0:0";
  return [
    ...spec.data.map((volume) => ({
      plan: { name: volume.name, kind: "data" as const, owner: spec.name, backup: volume.backup },
      user: spec.user,
    })),
    ...(configured.shared ?? []).flatMap((mount) =>
      mount.create
        ? [
            {
              plan: {
                name: mount.volume,
                kind: mount.create.protectsData ? ("data" as const) : ("shared" as const),
                owner: spec.name,
              },
              user: spec.user,
            },
          ]
        : [],
    ),
    ...(config.length > 0
      ? [{ plan: { name: `${spec.name}-config`, kind: "config" as const, owner: spec.name }, user: root }]
      : []),
    ...(secrets.length > 0
      ? [{ plan: { name: `${spec.name}-secrets`, kind: "secret" as const, owner: spec.name }, user: root }]
      : []),
  ];
}

const needsOwner = ({ user }: OwnedVolume): boolean => user !== "0:0";
const ownerJobName = (volume: string): string => `${volume}-owner`;

function publishedPorts(
  service: ServiceSpec,
  services: readonly ServiceSpec[],
  settings: Settings,
  wellKnown: Readonly<Record<string, number>>,
): readonly HostPort[] {
  return (service.publish?.({ services, settings, wellKnown }) ?? []).map(({ name, container }) => ({
    name,
    owner: service.name,
    address: settings.bindAddress,
    host: hostPort(name, settings, wellKnown),
    container,
  }));
}

/** Values that writers and helper jobs have in common. */
function helper(
  name: string,
  workload: string,
  input: PlanInput,
): Omit<ContainerPlan, "role" | "mounts" | "user"> {
  return {
    name,
    workload,
    capability: "core",
    ...imageOf(thirdParty("toolbox"), name, input),
    lanes: [],
    env: {},
    tmpfs: {},
    uploads: [],
    ports: [],
    listens: {},
    loopback: {},
    memoryMiB: JOB_MEMORY,
    cpus: 0.5,
    capabilities: [],
    ulimits: {},
    stopSeconds: 1,
    labels: labels(input, workload, "core", {}),
    waivers: [],
    dependsOn: [],
  };
}

function toolbox(input: PlanInput): ContainerPlan {
  return {
    ...helper(TOOLBOX, TOOLBOX, input),
    role: "job",
    user: "65532:65532",
    command: ["install", TOOLBOX_PATH],
    mounts: [{ volume: TOOLBOX, path: TOOLBOX_PATH, readOnly: false }],
    labels: jobLabels(TOOLBOX, TOOLBOX, "core", input),
  };
}

/** One-shot chown: a fresh volume belongs to root, and the program that writes to it does not run as root. */
function ownerJob({ plan, user }: OwnedVolume, input: PlanInput): ContainerPlan {
  const name = ownerJobName(plan.name);
  const expires = "2027-11-30";
  return {
    ...helper(name, plan.owner, input),
    role: "job",
    user: "0:0",
    command: ["own", user, "/volume"],
    mounts: [{ volume: plan.name, path: "/volume", readOnly: false }],
    capabilities: (["CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE"] as const).map((capability) => ({
      name: capability,
      reason: "gives a volume to its user",
    })),
    waivers: [
      {
        control: "D6",
        reason: "only root may give a volume to its user; it has no network and runs once",
        expires,
      },
    ],
    labels: jobLabels(name, plan.owner, "core", input),
  };
}

/** Never started: its uploads fill a volume. Replaced when a file changes; its consumer is not. */
function writers({ spec, config, secrets }: Wired, input: PlanInput): readonly ContainerPlan[] {
  const writer = (kind: "config" | "secrets", files: readonly FileSpec[]): readonly ContainerPlan[] => {
    if (files.length === 0) return [];
    const name = `${spec.name}-${kind}`;
    return [
      {
        ...helper(name, spec.name, input),
        role: "writer",
        user: "65532:65532",
        mounts: [{ volume: name, path: "/volume", readOnly: false }],
        uploads: files.map(({ path, content }) => ({ path: `/volume/${path}`, content })),
      },
    ];
  };
  return [...writer("config", config), ...writer("secrets", secrets)];
}

function workloadContainer(wired: Wired, input: PlanInput, ports: readonly HostPort[]): ContainerPlan {
  const { spec, env, configured, config, secrets } = wired;
  const hasConfig = config.length > 0;
  const hasSecrets = secrets.length > 0;
  const owned = [
    ...spec.data.map(({ name }) => name),
    ...(configured.shared ?? []).filter(({ create }) => create).map(({ volume }) => volume),
  ];
  const command = configured.command ?? spec.command;
  const mounts: readonly MountPlan[] = [
    { volume: TOOLBOX, path: TOOLBOX_PATH, readOnly: true },
    ...spec.data.map(({ name, path }) => ({ volume: name, path, readOnly: false })),
    ...(configured.shared ?? []).map(({ volume, path, readOnly }) => ({ volume, path, readOnly })),
    ...(hasConfig ? [{ volume: `${spec.name}-config`, path: spec.configPath, readOnly: true }] : []),
    ...(hasSecrets ? [{ volume: `${spec.name}-secrets`, path: SECRETS_PATH, readOnly: true }] : []),
  ];
  const revision = hasConfig ? { [`${LABEL}.config`]: digest(restartFiles(config)) } : {};
  return {
    name: spec.name,
    role: spec.kind,
    workload: spec.name,
    capability: spec.capability,
    ...imageOf(spec.image, spec.name, input),
    lanes: spec.lanes,
    ...(spec.entrypoint === undefined ? {} : { entrypoint: spec.entrypoint }),
    ...(command === undefined ? {} : { command }),
    env,
    user: spec.user,
    mounts,
    ...(spec.hostMounts === undefined ? {} : { hostMounts: spec.hostMounts.map(hostMount) }),
    tmpfs: Object.fromEntries(
      Object.entries(spec.tmpfs).map(([path, mount]) => [path, tmpfsOptions(mount, spec.user)]),
    ),
    uploads: [],
    ports,
    listens: { ...spec.ports, ...entryPoints(spec, ports) },
    loopback: spec.localPorts,
    memoryMiB: memoryMiB(spec.resources.memory),
    cpus: spec.resources.cpus,
    ...(spec.kind === "service" ? { cpuShares: CPU_SHARES[spec.resources.precedence ?? "normal"] } : {}),
    ...(spec.resources.shm === undefined ? {} : { shmMiB: memoryMiB(spec.resources.shm) }),
    ...(spec.resources.gpu === undefined ? {} : { gpu: spec.resources.gpu }),
    capabilities: spec.capabilities,
    ulimits: spec.ulimits,
    waivers: spec.waivers,
    dependsOn: [
      TOOLBOX,
      ...owned.map(ownerJobName),
      ...(hasConfig ? [`${spec.name}-config`] : []),
      ...(hasSecrets ? [`${spec.name}-secrets`] : []),
      ...gatesOf(spec),
    ],
    ...(hasSecrets ? { secretsFrom: `${spec.name}-secrets` } : {}),
    ...(spec.kind === "service"
      ? {
          tier: spec.tier,
          healthcheck: healthcheck(spec.probe, { ...spec.ports, ...spec.localPorts }),
          stopSeconds: durationSeconds(spec.stopGrace),
          ...(spec.stopSignal === undefined ? {} : { stopSignal: spec.stopSignal }),
          labels: labels(input, spec.name, spec.capability, { ...revision, [`${LABEL}.tier`]: spec.tier }),
        }
      : {
          stopSeconds: 10,
          labels: { ...jobLabels(spec.name, spec.name, spec.capability, input), ...revision },
        }),
  };
}

function hostMount({ source, path, readOnly }: HostMountSpec): HostMountPlan {
  return { source, path, readOnly };
}

/** Ports that a gateway listens on because something is published there, beside those that it always has. */
function entryPoints(spec: Workload, published: readonly HostPort[]): Readonly<Record<string, number>> {
  const own = Object.values(spec.ports);
  return Object.fromEntries(
    published
      .filter(({ container }) => !own.includes(container))
      .map(({ name, container }) => [name, container]),
  );
}

/** Always said, the engine's own too: a weight that is taken away again would stay on a running container. */
const CPU_SHARES: Readonly<Record<Precedence, number>> = { first: 4096, normal: 1024, last: 256 };

/**
 * Owner by number: without it the mount belongs to root after the container is restarted, whatever mode it was given
 * (seen with runc 1.1.5).
 */
function tmpfsOptions({ size, exec = false }: TmpfsSpec, user: string): string {
  const [uid, gid] = user.split(":");
  return `rw,${exec ? "exec" : "noexec"},nosuid,nodev,size=${memoryMiB(size)}m,uid=${uid},gid=${gid},mode=0700`;
}

/** Needs that are waited for: jobs until they have completed, stores until they are healthy. */
function gatesOf(spec: Workload): readonly string[] {
  return spec.needs
    .map(({ target }) => target)
    .filter((target) => target.kind === "job" || target.gate)
    .map(({ name }) => name);
}

function imageOf(
  image: ContainerPlan["image"],
  name: string,
  input: PlanInput,
): Pick<ContainerPlan, "image" | "reference"> {
  const override = input.settings.imageOverrides[name];
  if (override !== undefined) return { image, reference: override };
  if (image.kind === "inHouse") return { image };
  const resolved = input.image(image.name);
  return "missing" in resolved ? { image } : { image, reference: resolved.reference };
}

function labels(
  input: PlanInput,
  workload: string,
  capability: string,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    [`${LABEL}.stack`]: input.settings.prefix,
    [`${LABEL}.workload`]: workload,
    [`${LABEL}.capability`]: capability,
    ...more,
  };
}

/**
 * A job that failed is a finished container to the engine, and the next `up` would leave it alone. The number of
 * its attempt, read from the engine, makes the next one a new container.
 */
function jobLabels(
  name: string,
  workload: string,
  capability: string,
  input: PlanInput,
): Readonly<Record<string, string>> {
  const { jobs } = input.host;
  const last =
    jobs === "unknown" ? undefined : jobs.find((job) => job.name === `${input.settings.prefix}-${name}`);
  const attempt = last ? last.attempt + (last.exitCode === 0 ? 0 : 1) : 0;
  return labels(input, workload, capability, { [`${LABEL}.attempt`]: String(attempt) });
}

function digest(files: readonly FileSpec[]): string {
  return createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 12);
}
