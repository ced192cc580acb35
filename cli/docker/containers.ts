import type Docker from "dockerode";
import { LABEL } from "../../model/plan";
import { splitStreams } from "./log-stream";
import { isStatus } from "./status-code";

export type Health = "healthy" | "unhealthy" | "starting" | "none";

/** A container of this platform, as the engine lists it. */
export interface OwnContainer {
  readonly id: string;
  /** Name in the plan; the engine has the prefix before it. */
  readonly name: string;
  readonly role: string;
  readonly capability: string;
  readonly lanes: readonly string[];
  /** `created`, `running`, `exited`, `restarting` … */
  readonly state: string;
  readonly health: Health;
  /** Only of an ended one. */
  readonly exitCode: number | undefined;
}

/** Every container that carries the platform's label, whoever made it. */
export async function ownContainers(docker: Docker, prefix: string): Promise<readonly OwnContainer[]> {
  const listed = await docker.listContainers({ all: true, filters: { label: [`${LABEL}.stack=${prefix}`] } });
  return listed.map((container) => fromListing(container, prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function fromListing(
  container: Pick<Docker.ContainerInfo, "Id" | "Names" | "Labels" | "State" | "Status" | "NetworkSettings">,
  prefix: string,
): OwnContainer {
  return {
    id: container.Id,
    name: planName(container.Names[0] ?? "", prefix),
    role: container.Labels[`${LABEL}.role`] ?? "service",
    capability: container.Labels[`${LABEL}.capability`] ?? "",
    lanes: Object.keys(container.NetworkSettings.Networks)
      .filter((network) => network.startsWith(`${prefix}-`))
      .map((network) => network.slice(prefix.length + 1))
      .sort(),
    state: container.State,
    health: healthIn(container.Status),
    exitCode: exitCodeIn(container.Status),
  };
}

/** `/trade2026-nats` → `nats`. */
export function planName(engineName: string, prefix: string): string {
  const name = engineName.replace(/^\//, "");
  return name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : name;
}

/** The list says it in words, `Up 5 seconds (health: starting)`, and saves an inspect of each container. */
function healthIn(status: string): Health {
  if (status.includes("(healthy)")) return "healthy";
  if (status.includes("(unhealthy)")) return "unhealthy";
  return status.includes("(health: starting)") ? "starting" : "none";
}

function exitCodeIn(status: string): number | undefined {
  const match = /^(?:Exited|Restarting) \((\d+)\)/.exec(status);
  return match ? Number(match[1]) : undefined;
}

/** Whether a service does its work: healthy where it has a probe, else running. */
export function isUp({ state, health }: Pick<OwnContainer, "state" | "health">): boolean {
  return state === "running" && (health === "healthy" || health === "none");
}

/** What a person needs to see of a container that is in trouble. */
export interface Findings {
  readonly state: string;
  readonly exitCode: number;
  readonly outOfMemory: boolean;
  readonly restarts: number;
  /** Exit code and output of the last probe. */
  readonly probe: { readonly exitCode: number; readonly output: string } | undefined;
  /** Last lines of its log. */
  readonly log: string;
}

/** @returns undefined when the container is gone */
export async function examine(docker: Docker, id: string, lines = 20): Promise<Findings | undefined> {
  try {
    const container = docker.getContainer(id);
    const [inspected, log] = await Promise.all([container.inspect(), logTail(container, lines)]);
    const last = inspected.State.Health?.Log.at(-1);
    return {
      state: inspected.State.Status,
      exitCode: inspected.State.ExitCode,
      outOfMemory: inspected.State.OOMKilled,
      restarts: inspected.RestartCount,
      probe: last && { exitCode: last.ExitCode, output: last.Output.trim() },
      log,
    };
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 409)) return undefined;
    throw error;
  }
}

async function logTail(container: Docker.Container, tail: number): Promise<string> {
  const bytes: unknown = await container.logs({ stdout: true, stderr: true, tail, follow: false });
  return splitStreams(bytes as Buffer)
    .map(({ text }) => text)
    .join("");
}
