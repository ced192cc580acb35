import type Docker from "dockerode";
import { DockerUnavailableError } from "../../engine/errors";
import { dockerClient, findDocker, type DockerEndpoint } from "../../engine/docker-host";

export interface DockerConnection {
  readonly docker: Docker;
  readonly endpoint: DockerEndpoint;
  readonly version: string;
}

/** The engine that `docker` itself would use. @throws DockerUnavailableError naming what was tried, and the fix */
export async function connectDocker(): Promise<DockerConnection> {
  const found = await findDocker();
  if (!found.found) throw new DockerUnavailableError(found.tried, found.fix);
  return { docker: dockerClient(found.endpoint), endpoint: found.endpoint, version: found.version };
}
