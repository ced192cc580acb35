import * as docker from "@pulumi/docker";
import type * as pulumi from "@pulumi/pulumi";
import type { ContainerPlan, Plan } from "../../model/plan";
import { Component } from "./component";
import type { Deployment } from "./deployment";

/** A build context that is ready: a folder with a Dockerfile. */
export interface BuildContext {
  readonly context: string;
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
}

export interface ImagesArgs {
  /** Bundles an in-house service. Called once for each. */
  readonly bundle: (service: string) => BuildContext;
}

/** Images are shared: one resource for each, whoever runs it. */
export function imageKey(plan: Pick<ContainerPlan, "image" | "reference">): string {
  return plan.reference ?? `${plan.image.kind}:${plan.image.name}`;
}

/**
 * Every image of the stack: third-party ones from the lock (found locally first, pulled if absent), in-house
 * ones built from their bundle. Containers run them by id, so a preview shows who is replaced by a new one.
 */
export class Images extends Component {
  constructor(
    name: string,
    deployment: Deployment,
    args: ImagesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("trade2026:core:Images", name, opts);
    for (const [key, plan] of distinctImages(deployment.plan)) {
      // An operator's own image for one service stands beside the one that others of the same program run.
      const overridden = plan.name in deployment.plan.settings.imageOverrides;
      const logicalName = overridden ? `image-${plan.name}-override` : `image-${plan.image.name}`;
      deployment.addImage(
        key,
        plan.reference === undefined
          ? this.#build(deployment, plan.image.name, args)
          : this.#remote(logicalName, plan.reference),
      );
    }
    this.registerOutputs();
  }

  /** `keepLocally`: the engine refuses to delete an image that anything else uses. */
  #remote(logicalName: string, reference: string): pulumi.Output<string> {
    return new docker.RemoteImage(logicalName, { name: reference, keepLocally: true }, { parent: this })
      .imageId;
  }

  #build(deployment: Deployment, service: string, { bundle }: ImagesArgs): pulumi.Output<string> {
    const { context, dockerfile, args } = bundle(service);
    return new docker.Image(
      `image-${service}`,
      {
        imageName: `${deployment.plan.settings.prefix}/${service}:current`,
        build: { context, dockerfile, args: { ...args } },
        skipPush: true,
      },
      { parent: this },
    ).repoDigest;
  }
}

function distinctImages(plan: Plan): ReadonlyMap<string, ContainerPlan> {
  return new Map(plan.containers.map((container) => [imageKey(container), container]));
}
