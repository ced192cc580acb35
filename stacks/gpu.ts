import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ImagesArgs } from "../components/core/images";
import { GpuServing } from "../components/gpu/gpu-serving";
import type { Plan } from "../model/plan";

/** GPU serving on top of a platform stack: on its lanes, or on another host with lanes of its own there. */
export function gpuStack(plan: Plan, images: ImagesArgs): Record<string, unknown> {
  const { dockerHost, platformStack } = plan.settings;
  if (dockerHost === "") {
    const lanes = new pulumi.StackReference(platformStack).requireOutput("lanes") as pulumi.Output<
      Readonly<Record<string, { readonly network: string }>>
    >;
    new GpuServing("gpu", {
      plan,
      images,
      networks: (lane) => lanes.apply((all) => networkOf(all, lane, platformStack)),
    });
  } else {
    // The host is in the provider's name: another host is then another provider, and its resources are replaced.
    const provider = new docker.Provider(`docker-${dockerHost.replace(/[^A-Za-z0-9]+/g, "-")}`, {
      host: dockerHost,
      sshOpts: [
        "-o",
        "ControlMaster=auto",
        "-o",
        "ControlPath=~/.ssh/cm-%r@%h:%p",
        "-o",
        "ControlPersist=10m",
      ],
    });
    new GpuServing("gpu", { plan, images, networks: undefined }, { providers: { docker: provider } });
  }
  return { urls: plan.routes.map(({ url }) => url), prefix: plan.settings.prefix, leftOut: plan.leftOut };
}

function networkOf(
  lanes: Readonly<Record<string, { readonly network: string }>>,
  lane: string,
  stack: string,
): string {
  const network = lanes[lane]?.network;
  if (network === undefined)
    throw new Error(
      `Stack ${stack} has no lane ${lane}: bring it up first, or name another with trade2026:platformStack`,
    );
  return network;
}
