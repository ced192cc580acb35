import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import type { Deployment } from "../core/deployment";
import { createWorkloads } from "../core/workloads";

/** The stores of the platform, each with its own credentials, volume and set-up jobs. */
export class DataCore extends Component {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:data:DataCore", name, opts);
    createWorkloads(deployment, ({ capability }) => capability === "data", this);
    this.registerOutputs();
  }
}
