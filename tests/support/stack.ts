import { Credentials } from "../../components/core/credentials";
import { Deployment } from "../../components/core/deployment";
import { Images } from "../../components/core/images";
import { Toolbox } from "../../components/core/toolbox";
import { createWorkloads } from "../../components/core/workloads";
import { Component } from "../../components/core/component";
import { Lanes } from "../../components/network/lanes";
import type { Plan } from "../../model/plan";
import { record, type MockOptions, type Recording } from "./mocks";

/** The bundle of an in-house service, without bundling it. */
export const bundle = (
  service: string,
): { context: string; dockerfile: string; args: Record<string, string> } => ({
  context: `bundles/${service}`,
  dockerfile: `bundles/${service}/Dockerfile`,
  args: { BASE: "trade2026/node:0123456789ab" },
});

class Everything extends Component {
  constructor(deployment: Deployment) {
    super("trade2026:test:Everything", "everything");
    createWorkloads(deployment, () => true, this);
    this.registerOutputs();
  }
}

/** Every resource of a plan, as a stack makes them. */
export function deploy(plan: Plan): Deployment {
  const deployment = new Deployment(plan);
  new Images("images", deployment, { bundle });
  new Lanes("lanes", deployment);
  new Credentials("credentials", deployment);
  new Toolbox("toolbox", deployment);
  new Everything(deployment);
  return deployment;
}

export function recordPlan(plan: Plan, options: MockOptions = {}): Promise<Recording<Deployment>> {
  return record(() => deploy(plan), options);
}
