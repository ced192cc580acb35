import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { recipeTag } from "../images/builder/source";
import { buildPlan } from "../model/build-plan";
import type { HostFacts } from "../model/host";
import { parseImageLock, resolveImage, type ResolvedImage } from "../model/images";
import { parseCpgs } from "../model/lanes";
import type { Plan } from "../model/plan";
import type { Workload } from "../model/service";
import type { Settings } from "../model/settings";
import { workloadsOf } from "./catalogue";

/** The checkout: where configs/, images/ and services/ are. */
export const ROOT = resolve(__dirname, "..");

/** Ours in every mode: no registry has it. */
const OWN_PROGRAMS: readonly string[] = ["toolbox"];

/** Resolves a program of the image lock in the stack's mode. @throws ProblemsError for a bad lock or name */
export function imageResolver(settings: Settings, root = ROOT): (name: string) => ResolvedImage {
  const lock = parseImageLock(readFileSync(join(root, "configs/images.yaml"), "utf8"));
  return (name) =>
    resolveImage(lock, name, OWN_PROGRAMS.includes(name) ? "packages" : settings.images, {}, (recipe) =>
      recipeTag(root, recipe),
    );
}

/** Reads the two registries and decides the platform. @throws ProblemsError with everything that is wrong */
export function loadPlan(
  settings: Settings,
  host: HostFacts,
  options: { readonly root?: string; readonly workloads?: readonly Workload[] } = {},
): Plan {
  const { root = ROOT, workloads = workloadsOf(settings) } = options;
  return buildPlan({
    workloads,
    lanes: settings.kind === "gpu" && settings.dockerHost === "" ? "referenced" : "own",
    settings,
    registry: parseCpgs(readFileSync(join(root, "configs/cpgs.yaml"), "utf8")),
    image: imageResolver(settings, root),
    host,
  });
}
