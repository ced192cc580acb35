import { Component } from "../../../components/core/component";
import { Deployment } from "../../../components/core/deployment";
import { Images } from "../../../components/core/images";
import { Toolbox } from "../../../components/core/toolbox";
import { createWorkloads } from "../../../components/core/workloads";
import { Lanes } from "../../../components/network/lanes";
import { readHostFacts } from "../../../engine/host-facts";
import { portlessSettings } from "../places";
import { growthPlan } from "./plan";

class IdleServices extends Component {
  constructor(deployment: Deployment) {
    super("trade2026:bench:IdleServices", "idle");
    createWorkloads(deployment, () => true, this);
    this.registerOutputs();
  }
}

/** The program of a stack of so many services: what index.ts does, with other services. */
export async function growthProgram(containers: number): Promise<Record<string, unknown>> {
  const deployment = new Deployment(growthPlan(containers, await readHostFacts(portlessSettings())));
  new Images("images", deployment, {
    bundle: (service) => {
      throw new Error(`${service} is built here; no service of this stack is`);
    },
  });
  new Lanes("lanes", deployment);
  new Toolbox("toolbox", deployment);
  new IdleServices(deployment);
  return { containers };
}
