import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { ServiceSpec, Workload } from "../../model/service";
import { parseSettings } from "../../model/settings";
import { platformWorkloads, workloadsOf } from "../../stacks/catalogue";
import { ROOT } from "../../stacks/inputs";

export const gpuWorkloads = workloadsOf(parseSettings({ kind: "gpu" }));

/** Everything that some stack runs. */
export const catalogue: readonly Workload[] = [...platformWorkloads, ...gpuWorkloads];
export const services: readonly ServiceSpec[] = catalogue.filter((workload) => workload.kind === "service");

/** Specs that the modules of a capability's folder export, alone or in lists, with the folder that they lie in. */
export function declaredSpecs(): readonly { readonly folder: string; readonly spec: Workload }[] {
  const root = join(ROOT, "components");
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: folder }) =>
      readdirSync(join(root, folder))
        .filter((file) => file.endsWith(".ts"))
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- every file of the folder, whatever its name
        .flatMap((file) => Object.values(require(join(root, folder, file)) as Record<string, unknown>))
        .flatMap((exported) => (Array.isArray(exported) ? (exported as unknown[]) : [exported]))
        .filter(isWorkload)
        .map((spec) => ({ folder, spec })),
    );
}

function isWorkload(value: unknown): value is Workload {
  return (
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    "capability" in value &&
    "needs" in value
  );
}
