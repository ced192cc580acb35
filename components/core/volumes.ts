import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { VolumePlan } from "../../model/plan";
import { Component } from "./component";
import { createContainer } from "./container";
import type { Deployment } from "./deployment";

/**
 * The volume itself. Its labels never change it: for a changed label the provider would replace, that is empty, it.
 */
function createVolume(
  deployment: Deployment,
  name: string,
  kind: VolumePlan["kind"],
  opts: pulumi.CustomResourceOptions,
): docker.Volume {
  const volume = new docker.Volume(
    name,
    {
      name: deployment.physicalName(name),
      labels: [
        { label: "com.trade2026.stack", value: deployment.plan.settings.prefix },
        { label: "com.trade2026.kind", value: kind },
      ],
    },
    { ...opts, ignoreChanges: ["labels", "driverOpts"], deleteBeforeReplace: true },
  );
  deployment.addVolume(name, volume);
  return volume;
}

/** Gives a fresh volume to its user, where that is not root. */
function createOwner(deployment: Deployment, name: string, parent: pulumi.Resource): void {
  const owner = `${name}-owner`;
  if (deployment.has(owner)) createContainer(deployment, deployment.container(owner), { parent });
}

/**
 * Data worth keeping. Protected (a preview that would replace it fails), retained when it leaves the program,
 * and given to its user by a one-shot job.
 */
export class DataVolume extends Component {
  readonly volume: docker.Volume;

  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:core:DataVolume", name, opts);
    this.volume = createVolume(deployment, name, "data", {
      parent: this,
      protect: true,
      retainOnDelete: true,
    });
    createOwner(deployment, name, this);
    this.registerOutputs({ volume: this.volume.name });
  }
}

/** A volume that jobs fill for others, and fill again when it is lost: the toolbox, certificates. */
export class SharedVolume extends Component {
  readonly volume: docker.Volume;

  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:core:SharedVolume", name, opts);
    this.volume = createVolume(deployment, name, "shared", { parent: this });
    createOwner(deployment, name, this);
    this.registerOutputs({ volume: this.volume.name });
  }
}

/**
 * Rendered files in a volume, written by a container that is created and never started. A changed file replaces
 * only that writer; a consumer that watches its files goes on running. `kind: "secret"` is the same for
 * credentials: mounted by one consumer, and encrypted in the state.
 */
export class ConfigVolume extends Component {
  readonly volume: docker.Volume;
  readonly writer: docker.Container;

  constructor(
    name: string,
    deployment: Deployment,
    args: { readonly kind: "config" | "secret" },
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(args.kind === "config" ? "trade2026:core:ConfigVolume" : "trade2026:core:SecretVolume", name, opts);
    this.volume = createVolume(deployment, name, args.kind, { parent: this });
    this.writer = createContainer(deployment, deployment.container(name), { parent: this });
    this.registerOutputs({ volume: this.volume.name });
  }
}
