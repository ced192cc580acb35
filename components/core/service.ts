import type * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentType } from "./component";
import { createContainer } from "./container";
import type { Deployment } from "./deployment";
import { ConfigVolume, DataVolume, SharedVolume } from "./volumes";

/** What a service and a job have in common: the volumes that they own, and their container. */
abstract class WorkloadComponent extends Component {
  readonly container: docker.Container;

  protected constructor(
    type: ComponentType,
    name: string,
    deployment: Deployment,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, name, opts);
    for (const { name: volume, kind } of deployment.plan.volumes.filter(({ owner }) => owner === name)) {
      if (kind === "data") new DataVolume(volume, deployment, { parent: this });
      else if (kind === "shared") new SharedVolume(volume, deployment, { parent: this });
      else new ConfigVolume(volume, deployment, { kind }, { parent: this });
    }
    this.container = createContainer(deployment, deployment.container(name), { parent: this });
    this.registerOutputs({ container: this.container.name });
  }
}

/** A long-running container with its volumes, config, secrets, lanes, limits and probe, as its spec declares it. */
export class Service extends WorkloadComponent {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:core:Service", name, deployment, opts);
  }
}

/** Runs to completion; a non-zero exit fails the deployment with the job's last lines, and the next `up` runs it again. */
export class Job extends WorkloadComponent {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:core:Job", name, deployment, opts);
  }
}
