import * as pulumi from "@pulumi/pulumi";
import { readHostFacts } from "./engine/host-facts";
import { parseSettings } from "./model/settings";
import { bundler } from "./services/context";
import { devStack } from "./stacks/dev";
import { gpuStack } from "./stacks/gpu";
import { imageResolver, loadPlan } from "./stacks/inputs";

/** Settings → stack → outputs. `pulumi up` and `./trade2026 up` run this same function. */
async function program(): Promise<Record<string, unknown>> {
  const settings = parseSettings(ownConfig());
  const plan = loadPlan(settings, await readHostFacts(settings));
  const images = { bundle: bundler(imageResolver(settings)) };
  switch (settings.kind) {
    case "platform":
      return devStack(plan, images);
    case "gpu":
      return gpuStack(plan, images);
  }
}

/** Every key of this project's namespace, known or not: an unknown one is an error, not silence. */
function ownConfig(): Record<string, unknown> {
  const namespace = `${pulumi.getProject()}:`;
  return Object.fromEntries(
    Object.entries(pulumi.runtime.allConfig())
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, value]) => [key.slice(namespace.length), value]),
  );
}

export = program;
