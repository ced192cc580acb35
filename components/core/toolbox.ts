import type * as pulumi from "@pulumi/pulumi";
import { Component } from "./component";
import { createContainer } from "./container";
import type { Deployment } from "./deployment";
import { SharedVolume } from "./volumes";

/** The static probe binary in a volume that every container mounts read-only, installed there by a job. */
export class Toolbox extends Component {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:core:Toolbox", name, opts);
    new SharedVolume("toolbox", deployment, { parent: this });
    createContainer(deployment, deployment.container("toolbox"), { parent: this });
    this.registerOutputs();
  }
}
