import type Docker from "dockerode";
import { footprint, preflight } from "../../model/footprint";
import { UNKNOWN_HOST, type HostFacts } from "../../model/host";
import type { Plan } from "../../model/plan";
import { ProblemsError } from "../../model/problems";
import type { Settings } from "../../model/settings";
import { formatMiB } from "../../model/units";
import { loadPlan } from "../../stacks/inputs";
import { diskProblems, engineDisk } from "../docker/disk";
import { count, formatBytes } from "../ui/format";
import { fromProblem, type Check } from "./check";

/** The oldest engine that this has been tried on. */
const OLDEST = [20, 10] as const;

/** The engine itself: version, what it was given, what it complains about. */
export async function dockerChecks(
  docker: Docker,
  { engineVersion, operatingSystem, cpus, memoryMiB, runtimes }: HostFacts,
  from: string,
): Promise<readonly Check[]> {
  const info = (await docker.info()) as {
    readonly Warnings?: readonly string[] | null;
    readonly SecurityOptions?: readonly string[];
  };
  const about = "Docker";
  const old = isOlder(engineVersion);
  const size = `${cpus} CPUs, ${typeof memoryMiB === "number" ? formatMiB(memoryMiB) : memoryMiB} of memory`;
  return [
    {
      about,
      state: old ? "problem" : "ok",
      found: `engine ${engineVersion} (${from}) on ${operatingSystem}, ${size}, runtimes ${runtimes === "unknown" ? runtimes : runtimes.join(", ")}`,
      ...(old ? { fix: `upgrade it to ${OLDEST.join(".")} or later` } : {}),
    },
    ...(canLockUp(engineVersion)
      ? [
          {
            about,
            state: "warning",
            found: `engine ${engineVersion} can lock up when many containers go at once (moby/moby#46661)`,
            fix: "upgrade it to 23.0 or later; if it happens (docker answers nothing any more), restart it and run the command again",
          } as const,
        ]
      : []),
    ...(info.SecurityOptions?.some((option) => option.includes("seccomp")) === false
      ? [
          {
            about,
            state: "warning",
            found: "this engine runs containers without a seccomp profile",
            fix: "use a kernel and an engine with seccomp",
          } as const,
        ]
      : []),
    ...(info.Warnings ?? []).map((warning): Check => ({ about, state: "warning", found: warning })),
  ];
}

export function isOlder(version: string): boolean {
  const match = /^(\d+)\.(\d+)/.exec(version);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** Engines whose networks can lock each other out, seen with 20.10.24; mended in 23.0. */
export function canLockUp(version: string): boolean {
  return /^20\.10\b/.test(version);
}

/** The plan against this host: ports, subnets, memory, CPUs, GPUs. */
export function footprintChecks(
  settings: Settings,
  host: HostFacts,
): { readonly plan: Plan; readonly checks: readonly Check[] } {
  const plan = loadPlan(settings, UNKNOWN_HOST);
  const { services, jobs, memoryMiB, cpus, hostPorts, subnets, volumes } = footprint(plan);
  const { problems, warnings } = preflight(plan, host);
  const checks: Check[] = [
    ...hostProblems(settings, host),
    ...problems.map((problem) => fromProblem("problem", problem)),
    ...warnings.map((problem) => fromProblem("warning", problem)),
  ];
  if (!checks.some(({ about }) => about === "memory")) {
    const given = host.memoryMiB === "unknown" ? "of an unknown amount" : `of ${formatMiB(host.memoryMiB)}`;
    checks.push({
      about: "footprint",
      state: "ok",
      found: `${count(services, "service")}, ${count(jobs, "job")}, ${count(volumes.data, "data volume")}; up to ${formatMiB(memoryMiB)} ${given} of memory and ${cpus} CPUs`,
    });
  }
  if (!checks.some(({ about }) => about.startsWith("trade2026:"))) {
    const known = host.listeners === "unknown" ? "whether they are free is unknown" : "free or its own";
    checks.push({
      about: "ports and subnets",
      state: "ok",
      found: `${hostPorts.join(", ")} and ${subnets.join(", ")}: ${known}`,
    });
  }
  return { plan, checks };
}

/** Ports and subnets are judged by the plan itself. */
function hostProblems(settings: Settings, host: HostFacts): readonly Check[] {
  try {
    loadPlan(settings, host);
    return [];
  } catch (error) {
    if (error instanceof ProblemsError)
      return error.problems.map((problem) => fromProblem("problem", problem));
    throw error;
  }
}

export async function diskChecks(docker: Docker): Promise<readonly Check[]> {
  const disk = await engineDisk(docker);
  if (!disk) return [{ about: "disk", state: "unknown", found: "the engine's disk is not this machine's" }];
  const { problems, warnings } = diskProblems(disk);
  if (problems.length + warnings.length === 0)
    return [
      {
        about: "disk",
        state: "ok",
        found: `${formatBytes(disk.freeBytes)} of ${formatBytes(disk.totalBytes)} free in ${disk.folder}`,
      },
    ];
  return [
    ...problems.map((problem) => fromProblem("problem", problem)),
    ...warnings.map((problem) => fromProblem("warning", problem)),
  ];
}
