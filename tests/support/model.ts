import { buildPlan, type PlanInput } from "../../model/build-plan";
import { UNKNOWN_HOST } from "../../model/host";
import type { CpgsRegistry } from "../../model/lanes";
import type { ContainerPlan, Plan } from "../../model/plan";
import { httpProbe } from "../../model/probes";
import { ProblemsError, type Problem } from "../../model/problems";
import {
  defineJob,
  defineService,
  thirdParty,
  type JobInput,
  type JobSpec,
  type ServiceInput,
  type ServiceSpec,
  type Workload,
} from "../../model/service";
import { parseSettings, type Settings } from "../../model/settings";

/** The real registry's shape with few well-known ports, so that tests do not change with the catalogue. */
export const registry: CpgsRegistry = {
  version: "1.0",
  lanes: {
    frontend: {
      purpose: "users",
      subnet: "172.23.0.0/16",
      bridge: "trade2026-front",
      internal: false,
      hostPorts: [80, 443],
    },
    lowlatency: {
      purpose: "orders",
      subnet: "172.22.0.0/16",
      bridge: "trade2026-low",
      internal: true,
      hostPorts: [[8000, 8199]],
    },
    backend: {
      purpose: "stores",
      subnet: "172.21.0.0/16",
      bridge: "trade2026-back",
      internal: true,
      hostPorts: [[8300, 8499]],
    },
  },
  wellKnown: { "gateway-dashboard": 8080, store: 5432 },
};

export function settings(raw: Readonly<Record<string, unknown>> = {}): Settings {
  return parseSettings(raw);
}

/** A small service; say only what the test is about. */
export function service(input: Partial<ServiceInput> & { readonly name: string }): ServiceSpec {
  return defineService({
    title: `Title of ${input.name}`,
    capability: "data",
    image: thirdParty(input.name),
    lanes: ["backend"],
    ports: { http: 8000 },
    probe: httpProbe("/health"),
    metrics: { kind: "none", reason: "a test" },
    resources: { memory: "256MiB", cpus: 0.5 },
    user: "1000:1000",
    tier: "P1",
    ...input,
  });
}

export function job(input: Partial<JobInput> & { readonly name: string }): JobSpec {
  return defineJob({
    title: `Title of ${input.name}`,
    capability: "data",
    image: thirdParty(input.name),
    lanes: ["backend"],
    resources: { memory: "64MiB", cpus: 0.5 },
    user: "1000:1000",
    ...input,
  });
}

export function planInput(workloads: readonly Workload[], more: Partial<PlanInput> = {}): PlanInput {
  return {
    workloads,
    settings: settings(),
    registry,
    image: (name) => ({ reference: `docker.io/test/${name}:1.0`, origin: "upstream" }),
    host: UNKNOWN_HOST,
    ...more,
  };
}

export function plan(workloads: readonly Workload[], more: Partial<PlanInput> = {}): Plan {
  return buildPlan(planInput(workloads, more));
}

export function container(of: Plan, name: string): ContainerPlan {
  const found = of.containers.find((one) => one.name === name);
  if (!found)
    throw new Error(`the plan has no container ${name}: ${of.containers.map((one) => one.name).join(", ")}`);
  return found;
}

/** The problems that `act` throws; a test fails when it throws none, or something else. */
export function problemsOf(act: () => unknown): readonly Problem[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems;
    throw error;
  }
  throw new Error("no ProblemsError was thrown");
}
