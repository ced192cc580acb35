import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecipe, baseOf } from "../../images/builder/source";
import type { ImageFacts } from "../../model/hardening";
import { UNKNOWN_HOST } from "../../model/host";
import { parseImageLock, type ImageLock } from "../../model/images";
import type { ContainerPlan, Plan } from "../../model/plan";
import { parseSettings } from "../../model/settings";
import { devStack } from "../../stacks/dev";
import { gpuStack } from "../../stacks/gpu";
import { loadPlan, ROOT } from "../../stacks/inputs";
import { record, type MockOptions, type Recording } from "./mocks";
import { bundle } from "./stack";

/** The real platform, as these settings plan it on a host that nothing is known of. */
export function realPlan(raw: Readonly<Record<string, unknown>> = {}): Plan {
  return loadPlan(parseSettings(raw), UNKNOWN_HOST);
}

/** Every resource that the real program registers. */
export function recordStack(plan: Plan, options: MockOptions = {}): Promise<Recording<unknown>> {
  return record(
    () => (plan.settings.kind === "gpu" ? gpuStack(plan, { bundle }) : devStack(plan, { bundle })),
    options,
  );
}

export function imageLock(): ImageLock {
  return parseImageLock(readFileSync(join(ROOT, "configs/images.yaml"), "utf8"));
}

/** Dockerfiles that a container's image is built from; no scans are kept so far. */
export function imageFacts({ reference, image }: ContainerPlan): ImageFacts {
  const recipe = reference === undefined ? "node" : /^trade2026\/([a-z0-9-]+):/.exec(reference)?.[1];
  if (recipe === undefined) return { dockerfiles: [] };
  const own = image.kind === "inHouse" ? [dockerfile("services/Dockerfile")] : [];
  return { dockerfiles: [...own, ...recipeDockerfiles(recipe)] };
}

/** The recipe's own and those of the recipes that it stands on; debootstrap has none. */
function recipeDockerfiles(name: string): ImageFacts["dockerfiles"] {
  const { recipe, context } = readRecipe(ROOT, name);
  const base = baseOf(recipe);
  return [
    ...(context.some(({ path }) => path === "Dockerfile") ? [dockerfile(`images/${name}/Dockerfile`)] : []),
    ...(base === undefined ? [] : recipeDockerfiles(base)),
  ];
}

function dockerfile(path: string): { path: string; text: string } {
  return { path, text: readFileSync(join(ROOT, path), "utf8") };
}
