import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import type { Deployment } from "../core/deployment";
import { createWorkloads } from "../core/workloads";

/** What watches the platform: numbers, alerts, and those who are told. */
export class SreStack extends Component {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:sre:SreStack", name, opts);
    createWorkloads(deployment, ({ capability }) => capability === "sre", this);
    this.registerOutputs();
  }
}
