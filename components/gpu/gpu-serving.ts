import type * as pulumi from "@pulumi/pulumi";
import type { LaneName } from "../../model/lanes";
import type { Plan } from "../../model/plan";
import { Component } from "../core/component";
import { Credentials } from "../core/credentials";
import { Deployment } from "../core/deployment";
import { Images, type ImagesArgs } from "../core/images";
import { Toolbox } from "../core/toolbox";
import { createWorkloads } from "../core/workloads";
import { Lanes } from "../network/lanes";

export interface GpuServingArgs {
  readonly plan: Plan;
  readonly images: ImagesArgs;
  /** Networks of the stack that this one stands on; without them, on another host, it makes lanes of its own. */
  readonly networks: ((lane: LaneName) => pulumi.Input<string>) | undefined;
}

/** Everything of a GPU stack under one component, so that one provider option moves it to another host. */
export class GpuServing extends Component {
  constructor(
    name: string,
    { plan, images, networks }: GpuServingArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trade2026:gpu:GpuServing", name, opts);
    const deployment = new Deployment(plan);
    new Images("images", deployment, images, { parent: this });
    if (networks) for (const lane of plan.lanes) deployment.addNetwork(lane.name, networks(lane.name));
    else new Lanes("lanes", deployment, { parent: this });
    new Credentials("credentials", deployment, { parent: this });
    new Toolbox("toolbox", deployment, { parent: this });
    createWorkloads(deployment, () => true, this);
    this.registerOutputs();
  }
}
