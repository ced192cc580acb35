/** The Docker engine of this machine: finding it, talking to it, getting one. */
export { candidateEndpoints, clientOptions, dockerClient, findDocker } from "./docker-endpoint";
export type { DockerEndpoint, DockerSearch } from "./docker-endpoint";
export { canInstallDockerEngine, installDockerEngine } from "./docker-install";
export type { InstallOffer } from "./docker-install";
