import { readFileSync } from "node:fs";
import type Docker from "dockerode";
import { UNKNOWN_HOST, type HostFacts, type JobFact } from "../model/host";
import type { UsedSubnet } from "../model/lanes";
import { LABEL } from "../model/plan";
import type { UsedPort } from "../model/ports";
import type { Settings } from "../model/settings";
import { dockerClient, findDocker, type DockerEndpoint } from "./docker-host";

/**
 * Reads the stack's host once: engine, networks, listeners, finished jobs. Shared by the program and by `doctor`.
 * @param settings the prefix is this platform's own, its lanes and ports are not somebody else's; a stack with a
 * `dockerHost` is judged by that host, not by this one
 * @returns what could be read; the rest is `unknown`. Never throws: a host that cannot be read is unknown.
 */
export async function readHostFacts({
  prefix,
  dockerHost,
}: Pick<Settings, "prefix" | "dockerHost">): Promise<HostFacts> {
  const endpoint = dockerHost === "" ? await localEndpoint() : { host: dockerHost, from: "the settings" };
  if (!endpoint) return UNKNOWN_HOST;
  try {
    const docker = dockerClient(endpoint);
    const [info, networks, containers] = await Promise.all([
      docker.info() as Promise<EngineInfo>,
      docker.listNetworks(),
      docker.listContainers({ all: true, filters: { label: [`${LABEL}.stack=${prefix}`] } }),
    ]);
    return {
      engineVersion: info.ServerVersion,
      operatingSystem: info.OperatingSystem,
      runtimes: Object.keys(info.Runtimes),
      cpus: info.NCPU,
      memoryMiB: Math.floor(info.MemTotal / 1024 ** 2),
      subnets: networks.flatMap((network) => subnetsOf(network, prefix)),
      listeners: endpoint.host.startsWith("unix:") ? listeners(publishedBy(containers)) : "unknown",
      jobs: await Promise.all(
        containers
          .filter(({ Labels }) => Labels[`${LABEL}.attempt`] !== undefined)
          .map((job) => jobFact(docker, job)),
      ),
    };
  } catch {
    return UNKNOWN_HOST;
  }
}

async function localEndpoint(): Promise<DockerEndpoint | undefined> {
  const found = await findDocker().catch(() => undefined);
  return found?.found ? found.endpoint : undefined;
}

interface EngineInfo {
  readonly ServerVersion: string;
  readonly OperatingSystem: string;
  readonly Runtimes: Readonly<Record<string, unknown>>;
  readonly NCPU: number;
  readonly MemTotal: number;
}

function subnetsOf(network: Docker.NetworkInspectInfo, prefix: string): readonly UsedSubnet[] {
  const own = network.Labels?.[`${LABEL}.stack`] === prefix;
  return (network.IPAM?.Config ?? []).flatMap(({ Subnet }) =>
    Subnet === undefined ? [] : [{ subnet: Subnet, owner: own ? prefix : `network ${network.Name}` }],
  );
}

async function jobFact(docker: Docker, job: Docker.ContainerInfo): Promise<JobFact> {
  const { State } = await docker.getContainer(job.Id).inspect();
  const name = (job.Names[0] ?? "").replace(/^\//, "");
  return { name, attempt: Number(job.Labels[`${LABEL}.attempt`]) || 0, exitCode: State.ExitCode };
}

function publishedBy(containers: readonly Docker.ContainerInfo[]): ReadonlySet<number> {
  return new Set(containers.flatMap(({ Ports }) => Ports.flatMap(({ PublicPort }) => PublicPort ?? [])));
}

/** TCP listeners of a Linux host, without `own` ports. Elsewhere the kernel does not say so plainly: unknown. */
function listeners(own: ReadonlySet<number>): readonly UsedPort[] | "unknown" {
  const ports = new Set<number>();
  for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
    let text: string;
    try {
      text = readFileSync(table, "utf8");
    } catch {
      if (table.endsWith("tcp")) return "unknown";
      continue;
    }
    for (const line of text.split("\n").slice(1)) {
      const [, local, , state] = line.trim().split(/\s+/);
      const port = parseInt(local?.split(":")[1] ?? "", 16);
      if (state === "0A" && !own.has(port)) ports.add(port);
    }
  }
  return [...ports].map((port) => ({ port, owner: "another program" }));
}
