/** Getting a Pulumi engine, and working on stacks with it. The command uses nothing else of this folder. */
export { chooseEngine, detectEngines, prepareEngine } from "./choose";
export type { ChooseOptions } from "./choose";
export { Deployment } from "./deployment";
export type { DeployResult, DestroyOptions, Plan, PreviewOptions, UpOptions } from "./deployment";
export {
  candidateEndpoints,
  canInstallDockerEngine,
  dockerClient,
  findDocker,
  installDockerEngine,
} from "./docker-host";
export type { DockerEndpoint, DockerSearch, InstallOffer } from "./docker-host";
export * from "./errors";
export type { DeployEvent, PlannedStep } from "./events";
export { DEFAULT_HOME, homeOf } from "./home";
export type { Home } from "./home";
export { readEngineRecord } from "./engine-record";
export type { EngineRecord } from "./engine-record";
export { findLeftovers, removeLeftovers } from "./leftovers";
export type { Leftover } from "./leftovers";
export { openStack } from "./open-stack";
export type { OpenStackOptions } from "./open-stack";
export { parallelSteps } from "./parallel";
export type { ConfigEntry, StackConfig } from "./stack-config";
export type { PendingOperation, StateResource } from "./state";
export type {
  Availability,
  CliFacts,
  EngineChoice,
  EngineKind,
  EngineSurvey,
  Op,
  OpCounts,
  PluginFacts,
  PreparedEngine,
  Progress,
} from "./types";
export { CLI_VERSION, PLUGIN_VERSIONS } from "./versions";
