import type { UsedSubnet } from "./lanes";
import type { UsedPort } from "./ports";

/** A run-to-completion container of this platform that the engine has. */
export interface JobFact {
  /** Name on the engine. */
  readonly name: string;
  readonly attempt: number;
  /** 0 also while it has never been started. */
  readonly exitCode: number;
}

/** What is known of the Docker host. What could not be read is `unknown`, never guessed. */
export interface HostFacts {
  readonly engineVersion: string | "unknown";
  readonly operatingSystem: string | "unknown";
  /** Container runtimes, `runc`, `nvidia`. */
  readonly runtimes: readonly string[] | "unknown";
  readonly cpus: number | "unknown";
  readonly memoryMiB: number | "unknown";
  /** Networks of the engine; `owner` is the platform's prefix for its own lanes. */
  readonly subnets: readonly UsedSubnet[] | "unknown";
  /** Host ports that something other than this platform listens on. */
  readonly listeners: readonly UsedPort[] | "unknown";
  readonly jobs: readonly JobFact[] | "unknown";
}

export const UNKNOWN_HOST: HostFacts = {
  engineVersion: "unknown",
  operatingSystem: "unknown",
  runtimes: "unknown",
  cpus: "unknown",
  memoryMiB: "unknown",
  subnets: "unknown",
  listeners: "unknown",
  jobs: "unknown",
};
