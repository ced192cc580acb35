import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { LaneName } from "../../model/lanes";
import type { ContainerPlan } from "../../model/plan";
import type { GpuRequest } from "../../model/service";
import { canonicalCpus } from "../../model/units";

/** What a plan refers to by name and the deployment knows as resources. */
export interface ContainerRefs {
  /** Image id. */
  readonly image: pulumi.Input<string>;
  readonly network: (lane: LaneName) => pulumi.Input<string>;
  readonly volume: (name: string) => pulumi.Input<string>;
  /** Uploads with their secrets filled in, in the plan's order. */
  readonly uploads: readonly { readonly path: string; readonly content: pulumi.Input<string> }[];
  /** Changes with the secrets that the container reads. */
  readonly secretRevision?: pulumi.Input<string>;
  readonly physicalName: string;
}

/** Inputs that the provider takes as updates and then ignores: only a new container has them. */
export const SILENT_NO_OPS = ["healthcheck", "init", "tmpfs", "cpuPeriod", "cpuQuota", "rm"];

/**
 * A planned container as the provider's inputs, in the spelling that the engine reads back: any other one is a
 * difference at every preview (Go durations, shortest decimals, `CAP_` names, swap equal to memory).
 */
export function containerArgs(plan: ContainerPlan, refs: ContainerRefs): docker.ContainerArgs {
  return {
    name: refs.physicalName,
    image: refs.image,
    ...(plan.entrypoint === undefined ? {} : { entrypoints: [...plan.entrypoint] }),
    ...(plan.command === undefined ? {} : { command: [...plan.command] }),
    envs: Object.entries(plan.env)
      .map(([key, value]) => `${key}=${value}`)
      .sort(),
    user: plan.user,
    labels: labelArgs(plan, refs),
    volumes: [
      ...plan.mounts.map(({ volume, path, readOnly }) => ({
        volumeName: refs.volume(volume),
        containerPath: path,
        readOnly,
      })),
      ...(plan.hostMounts ?? []).map(({ source, path, readOnly }) => ({
        hostPath: source,
        containerPath: path,
        readOnly,
      })),
    ],
    ...(refs.uploads.length === 0
      ? {}
      : { uploads: refs.uploads.map(({ path, content }) => ({ file: path, content, permissions: "0444" })) }),
    ...networkArgs(plan, refs),
    ...hardeningArgs(plan),
    ...resourceArgs(plan),
    ...lifecycleArgs(plan),
  };
}

function labelArgs(plan: ContainerPlan, refs: ContainerRefs): docker.ContainerArgs["labels"] {
  const labels: Record<string, pulumi.Input<string>> = { ...plan.labels, "com.trade2026.role": plan.role };
  if (plan.lanes.length > 0) labels["com.trade2026.lanes"] = plan.lanes.join(",");
  if (refs.secretRevision !== undefined) labels["com.trade2026.secrets"] = refs.secretRevision;
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}

function networkArgs(plan: ContainerPlan, refs: ContainerRefs): Partial<docker.ContainerArgs> {
  if (plan.lanes.length === 0) return { networkMode: "none" };
  return {
    hostname: plan.name,
    networkMode: "bridge",
    networksAdvanced: plan.lanes.map((lane) => ({ name: refs.network(lane), aliases: [plan.name] })),
    ...(plan.ports.length === 0
      ? {}
      : {
          ports: plan.ports.map(({ container, host, address }) => ({
            internal: container,
            external: host,
            ip: address,
            protocol: "tcp",
          })),
        }),
  };
}

function hardeningArgs(plan: ContainerPlan): Partial<docker.ContainerArgs> {
  // Uploads need a writable root, and a writer never runs.
  const readOnly = plan.role !== "writer";
  return {
    readOnly,
    privileged: false,
    capabilities: {
      drops: ["ALL"],
      ...(plan.capabilities.length === 0 ? {} : { adds: plan.capabilities.map(({ name }) => name) }),
    },
    securityOpts: ["no-new-privileges:true"],
    ...(Object.keys(plan.tmpfs).length === 0 ? {} : { tmpfs: { ...plan.tmpfs } }),
    ...(Object.keys(plan.ulimits).length === 0
      ? {}
      : {
          ulimits: Object.entries(plan.ulimits).map(([name, limit]) => ({ name, soft: limit, hard: limit })),
        }),
  };
}

function resourceArgs(plan: ContainerPlan): Partial<docker.ContainerArgs> {
  return {
    memory: plan.memoryMiB,
    memorySwap: plan.memoryMiB,
    cpus: canonicalCpus(plan.cpus),
    ...(plan.cpuShares === undefined ? {} : { cpuShares: plan.cpuShares }),
    ...(plan.shmMiB === undefined ? {} : { shmSize: plan.shmMiB }),
    ...(plan.gpu === undefined ? {} : { deviceRequests: [deviceRequest(plan.gpu)] }),
  };
}

/** The driver is always named: the provider's default is `cdi`. Ids and a count together are refused by the engine. */
export function deviceRequest(gpu: GpuRequest): docker.types.input.ContainerDeviceRequest {
  switch (gpu.kind) {
    case "count":
      return { driver: "nvidia", count: gpu.count === "all" ? -1 : gpu.count, capabilities: ["gpu"] };
    case "deviceIds":
      return { driver: "nvidia", deviceIds: [...gpu.deviceIds], capabilities: ["gpu"] };
    case "cdi":
      return { driver: "cdi", deviceIds: [...gpu.deviceIds] };
  }
}

function lifecycleArgs(plan: ContainerPlan): Partial<docker.ContainerArgs> {
  const logs = { logDriver: "json-file", logOpts: { "max-size": "10m", "max-file": "3" } };
  switch (plan.role) {
    case "writer":
      return { ...logs, start: false, mustRun: false, restart: "no" };
    case "job":
      return {
        ...logs,
        init: true,
        attach: true,
        logs: true,
        mustRun: false,
        restart: "no",
        stopTimeout: plan.stopSeconds,
        destroyGraceSeconds: plan.stopSeconds,
      };
    case "service":
      return {
        ...logs,
        init: true,
        mustRun: true,
        restart: "unless-stopped",
        // Without it the provider stops a container by SIGKILL.
        stopTimeout: plan.stopSeconds,
        destroyGraceSeconds: plan.stopSeconds,
        ...(plan.stopSignal === undefined ? {} : { stopSignal: plan.stopSignal }),
        ...healthArgs(plan),
      };
  }
}

function healthArgs(plan: ContainerPlan): Partial<docker.ContainerArgs> {
  if (!plan.healthcheck) return {};
  const { decidedAfter, tests, ...check } = plan.healthcheck;
  return {
    healthcheck: { tests: [...tests], ...check },
    wait: true,
    waitTimeout: decidedAfter + 60,
  };
}
