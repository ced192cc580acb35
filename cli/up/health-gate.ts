import type Docker from "dockerode";
import type { ContainerPlan, Plan } from "../../model/plan";
import { isUp, ownContainers, type OwnContainer } from "../docker/containers";

export interface GateResult {
  readonly healthy: readonly string[];
  /** What is not, with what it is instead. */
  readonly failing: readonly {
    readonly name: string;
    readonly id: string | undefined;
    readonly what: string;
  }[];
  /** Until it was over, milliseconds. */
  readonly waitedMs: number;
}

/**
 * Waits until every service is healthy at once, as long as the slowest of them may take.
 * @param onWait called once a second with what is still waited for
 */
export async function healthGate(
  docker: Docker,
  plan: Plan,
  onWait: (names: readonly string[]) => void,
  signal?: AbortSignal,
): Promise<GateResult> {
  const services = plan.containers.filter(({ role }) => role === "service");
  const began = Date.now();
  const limitMs = 1000 * Math.max(0, ...services.map(allowance));
  for (;;) {
    const result = judge(services, await ownContainers(docker, plan.settings.prefix));
    const waitedMs = Date.now() - began;
    if (result.failing.length === 0 || waitedMs >= limitMs || signal?.aborted) return { ...result, waitedMs };
    onWait(result.failing.map(({ name }) => name));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

/** Seconds that a service may take to become healthy, or to become so again. */
export function allowance({ healthcheck }: ContainerPlan): number {
  return (healthcheck?.decidedAfter ?? 0) + 30;
}

export function judge(
  services: readonly ContainerPlan[],
  containers: readonly OwnContainer[],
): Omit<GateResult, "waitedMs"> {
  const byName = new Map(containers.map((container) => [container.name, container]));
  const states = services.map(({ name }) => ({ name, container: byName.get(name) }));
  return {
    healthy: states.filter(({ container }) => container && isUp(container)).map(({ name }) => name),
    failing: states
      .filter(({ container }) => !container || !isUp(container))
      .map(({ name, container }) => ({ name, id: container?.id, what: describe(container) })),
  };
}

function describe(container: OwnContainer | undefined): string {
  if (!container) return "does not exist";
  if (container.state !== "running") {
    const code = container.exitCode === undefined ? "" : `, last exit code ${container.exitCode}`;
    return `is ${container.state}${code}`;
  }
  return container.health === "starting" ? "has not become healthy in time" : `is ${container.health}`;
}
