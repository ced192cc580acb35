import type Docker from "dockerode";
import { dockerClient, findDocker, type DockerEndpoint } from "../../engine/docker-host";
import { DockerUnavailableError } from "../../engine/errors";

export interface DockerConnection {
  readonly docker: Docker;
  readonly endpoint: DockerEndpoint;
}

/**
 * The engine that the stack is on: the one that its settings name, else the one that `docker` itself would use.
 * @throws DockerUnavailableError naming what was tried, and the fix
 */
export async function connectDocker({
  dockerHost,
}: {
  readonly dockerHost: string;
}): Promise<DockerConnection> {
  if (dockerHost !== "") return connectTo({ host: dockerHost, from: "trade2026:dockerHost" });
  const found = await findDocker();
  if (!found.found) throw new DockerUnavailableError(found.tried, found.fix);
  return { docker: dockerClient(found.endpoint), endpoint: found.endpoint };
}

async function connectTo(endpoint: DockerEndpoint): Promise<DockerConnection> {
  const docker = dockerClient(endpoint);
  try {
    await docker.ping();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const fix = `It said: ${reason}. Make it reachable from here, or correct trade2026:dockerHost.`;
    throw new DockerUnavailableError([`${endpoint.host} (${endpoint.from})`], fix);
  }
  return { docker, endpoint };
}
