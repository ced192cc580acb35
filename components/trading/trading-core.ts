import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import type { Deployment } from "../core/deployment";
import { createWorkloads } from "../core/workloads";

/** From the order API over risk and routing to the venue, and back to positions and records. */
export class TradingCore extends Component {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:trading:TradingCore", name, opts);
    createWorkloads(deployment, ({ capability }) => capability === "trading", this);
    this.registerOutputs();
  }
}
