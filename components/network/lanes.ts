import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import type { Deployment } from "../core/deployment";

/**
 * The CPGS lanes: one bridge network each. Only frontend has a route out. Any change of a network replaces it and
 * every container on it, so nothing volatile is written on them.
 */
export class Lanes extends Component {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:network:Lanes", name, opts);
    for (const lane of deployment.plan.lanes) {
      const network = new docker.Network(
        lane.name,
        {
          name: deployment.physicalName(lane.name),
          driver: "bridge",
          internal: lane.internal,
          ipamConfigs: [{ subnet: lane.subnet, gateway: lane.gateway }],
          options: { "com.docker.network.bridge.name": lane.bridge },
          labels: [{ label: "com.trade2026.stack", value: deployment.plan.settings.prefix }],
        },
        { parent: this, deleteBeforeReplace: true },
      );
      deployment.addNetwork(lane.name, network.name);
    }
    this.registerOutputs();
  }
}
