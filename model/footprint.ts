import type { HostFacts } from "./host";
import type { ContainerPlan, Plan, VolumePlan } from "./plan";
import type { Problem } from "./problems";
import { formatMiB } from "./units";

/** What a platform asks of its host. Limits, not use: a container may take as much, and no more. */
export interface Footprint {
  readonly services: number;
  readonly jobs: number;
  readonly containers: number;
  /** Sum of the services' memory limits, MiB. */
  readonly memoryMiB: number;
  /** Sum of the services' CPU limits. */
  readonly cpus: number;
  readonly largest: { readonly name: string; readonly memoryMiB: number } | undefined;
  readonly volumes: Readonly<Record<VolumePlan["kind"], number>>;
  /** Host ports, ascending. */
  readonly hostPorts: readonly number[];
  readonly subnets: readonly string[];
  /** Services that need a GPU. */
  readonly gpu: readonly string[];
}

export function footprint(plan: Plan): Footprint {
  const services = plan.containers.filter(({ role }) => role === "service");
  const volumes = { data: 0, config: 0, secret: 0, shared: 0 };
  for (const { kind } of plan.volumes) volumes[kind] += 1;
  const largest = services.reduce<ContainerPlan | undefined>(
    (most, service) => (most === undefined || service.memoryMiB > most.memoryMiB ? service : most),
    undefined,
  );
  return {
    services: services.length,
    jobs: plan.containers.filter(({ role }) => role === "job").length,
    containers: plan.containers.length,
    memoryMiB: services.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0),
    // Hundredths: 0.1 + 0.2 is not for people.
    cpus: Math.round(services.reduce((sum, { cpus }) => sum + cpus, 0) * 100) / 100,
    largest: largest && { name: largest.name, memoryMiB: largest.memoryMiB },
    volumes,
    hostPorts: plan.hostPorts.map(({ host }) => host).sort((a, b) => a - b),
    subnets: plan.lanes.map(({ subnet }) => subnet),
    gpu: services.filter(({ gpu }) => gpu !== undefined).map(({ name }) => name),
  };
}

export interface Preflight {
  /** The engine would refuse them. */
  readonly problems: readonly Problem[];
  /** It may work all the same. */
  readonly warnings: readonly Problem[];
}

/** Memory that a host should have left for the engine, the command and the person at the keyboard, MiB. */
const RESERVE_MIB = 1024;

/** The footprint against the host; GPUs, ports and subnets are judged with the plan. What the host does not say is no problem. */
export function preflight(plan: Plan, host: HostFacts): Preflight {
  return {
    problems: [...cpuProblems(plan, host), ...memoryProblems(plan, host)],
    warnings: memoryWarnings(plan, host),
  };
}

function cpuProblems(plan: Plan, { cpus }: HostFacts): readonly Problem[] {
  if (cpus === "unknown") return [];
  return plan.containers
    .filter((container) => container.cpus > cpus)
    .map((container) => ({
      path: `service ${container.name}: resources.cpus`,
      what: "is more than the host has; the engine refuses such a container",
      value: container.cpus,
      allowed: `at most ${cpus}`,
      fix: "give the engine more CPUs, or lower the service's limit",
    }));
}

function memoryProblems(plan: Plan, { memoryMiB }: HostFacts): readonly Problem[] {
  if (memoryMiB === "unknown") return [];
  return plan.containers
    .filter((container) => container.memoryMiB > memoryMiB)
    .map((container) => ({
      path: `service ${container.name}: resources.memory`,
      what: "is more memory than the host has",
      value: formatMiB(container.memoryMiB),
      allowed: `at most ${formatMiB(memoryMiB)}`,
      fix: "give the engine more memory, or lower the service's limit",
    }));
}

function memoryWarnings(plan: Plan, { memoryMiB }: HostFacts): readonly Problem[] {
  const needed = footprint(plan).memoryMiB;
  if (memoryMiB === "unknown" || needed + RESERVE_MIB <= memoryMiB) return [];
  return [
    {
      path: "memory",
      what: "the services' limits together come to more than the host has to give; under load the kernel would end some of them",
      value: formatMiB(needed),
      allowed: `${formatMiB(Math.max(0, memoryMiB - RESERVE_MIB))} (${formatMiB(memoryMiB)} less ${formatMiB(RESERVE_MIB)} for the host itself)`,
      fix: "give the engine more memory (Docker Desktop: Settings, Resources), or run on a larger host",
    },
  ];
}
