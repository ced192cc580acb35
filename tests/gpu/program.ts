import * as pulumi from "@pulumi/pulumi";
import { UNKNOWN_HOST } from "../../model/host";
import { parseSettings } from "../../model/settings";
import { devStack } from "../../stacks/dev";
import { gpuStack } from "../../stacks/gpu";
import { loadPlan } from "../../stacks/inputs";

export const PREFIXES = { platform: "t26gpu-below", here: "t26gpu-here", there: "t26gpu-there" } as const;
export const PLATFORM = "below";

const images = {
  bundle: (service: string): never => {
    throw new Error(`${service} is not part of this`);
  },
};

type Outputs = Promise<Record<string, unknown>>;

/** A platform that is nothing but its lanes. */
export async function lanesOnly(): Outputs {
  const settings = parseSettings({
    prefix: PREFIXES.platform,
    images: "packages",
    subnets: { frontend: "10.234.0.0/24", lowlatency: "10.234.1.0/24", backend: "10.234.2.0/24" },
  });
  return devStack(loadPlan(settings, UNKNOWN_HOST, { workloads: [] }), images);
}

/** The GPU stack as it is, but that its model server is made and not started: this host has no GPU. */
export async function unstarted(more: Readonly<Record<string, unknown>>): Outputs {
  pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) =>
    type === "docker:index/container:Container" && name === "triton"
      ? // An engine refuses more CPUs than its host has, at once.
        { props: { ...props, start: false, mustRun: false, wait: false, cpus: "1" }, opts }
      : undefined,
  );
  const settings = parseSettings({ kind: "gpu", images: "packages", ...more });
  // Of the host nothing is known, so nothing is held against it.
  return gpuStack(loadPlan(settings, UNKNOWN_HOST), images);
}
