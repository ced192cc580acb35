import type * as pulumi from "@pulumi/pulumi";
import type { Capability } from "../../model/service";
import type { Deployment } from "./deployment";
import { Job, Service } from "./service";

/** Creates the planned workloads of one capability, in start order. What a mode leaves out is not in the plan. */
export function createWorkloads(
  deployment: Deployment,
  select: (workload: { readonly name: string; readonly capability: Capability }) => boolean,
  parent: pulumi.Resource,
): ReadonlyMap<string, Service | Job> {
  const created = new Map<string, Service | Job>();
  for (const plan of deployment.plan.containers) {
    if (plan.name !== plan.workload || plan.name === "toolbox" || plan.role === "writer" || !select(plan))
      continue;
    created.set(
      plan.name,
      plan.role === "job"
        ? new Job(plan.name, deployment, { parent })
        : new Service(plan.name, deployment, { parent }),
    );
  }
  return created;
}
