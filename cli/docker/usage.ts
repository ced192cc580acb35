import type Docker from "dockerode";
import { isStatus } from "./status-code";

export interface Usage {
  readonly memoryBytes: number;
  readonly memoryLimitBytes: number;
  /** Of one CPU. */
  readonly cpuPercent: number;
  readonly uptimeSeconds: number;
  readonly restarts: number;
}

/** What the engine reports of a container at one moment. */
export interface StatsSample {
  readonly read: string;
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  readonly memory_stats: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: Readonly<Record<string, number>>;
  };
}

const BETWEEN_MS = 700;

/**
 * Memory and CPU of running containers: two samples of each, all at once. The engine's own two-sample mode takes more
 * than a second a container.
 */
export async function sampleUsage(
  docker: Docker,
  containers: readonly { readonly id: string; readonly name: string }[],
): Promise<ReadonlyMap<string, Usage>> {
  const samples = async (): Promise<readonly (StatsSample | undefined)[]> =>
    Promise.all(containers.map(({ id }) => oneSample(docker, id)));
  const [first, facts] = await Promise.all([
    samples(),
    Promise.all(containers.map(({ id }) => lifeOf(docker, id))),
  ]);
  await new Promise((resolve) => setTimeout(resolve, containers.length === 0 ? 0 : BETWEEN_MS));
  const second = await samples();
  return new Map(
    containers.flatMap(({ name }, index) => {
      const [before, after, life] = [first[index], second[index], facts[index]];
      return before && after && life ? [[name, { ...usageBetween(before, after), ...life }] as const] : [];
    }),
  );
}

/** Memory without the page cache, as `docker stats` counts it, on both kinds of cgroups. */
export function usageBetween(
  before: StatsSample,
  after: StatsSample,
): Omit<Usage, "uptimeSeconds" | "restarts"> {
  const { usage = 0, limit = 0, stats = {} } = after.memory_stats;
  const cache = stats["inactive_file"] ?? stats["total_inactive_file"] ?? 0;
  const elapsedMs = Date.parse(after.read) - Date.parse(before.read);
  const cpuNs = after.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage;
  return {
    memoryBytes: Math.max(0, usage - cache),
    memoryLimitBytes: limit,
    cpuPercent: elapsedMs > 0 ? Math.max(0, cpuNs / 1e6 / elapsedMs) * 100 : 0,
  };
}

async function oneSample(docker: Docker, id: string): Promise<StatsSample | undefined> {
  try {
    return (await docker
      .getContainer(id)
      .stats({ stream: false, "one-shot": true })) as unknown as StatsSample;
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 409)) return undefined;
    throw error;
  }
}

async function lifeOf(
  docker: Docker,
  id: string,
): Promise<Pick<Usage, "uptimeSeconds" | "restarts"> | undefined> {
  try {
    const { State, RestartCount } = await docker.getContainer(id).inspect();
    return {
      uptimeSeconds: Math.max(0, (Date.now() - Date.parse(State.StartedAt)) / 1000),
      restarts: RestartCount,
    };
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}
