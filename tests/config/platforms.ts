import { UNKNOWN_HOST } from "../../model/host";
import type { Plan } from "../../model/plan";
import { parseSettings } from "../../model/settings";
import { loadPlan } from "../../stacks/inputs";

/** The platform as it is without any setting, on images built from package registries. */
export function defaultPlatform(): Plan {
  return loadPlan(parseSettings({ images: "packages" }), UNKNOWN_HOST);
}

/** GPU serving on images built from package registries, on the platform's host unless the settings name another. */
export function gpuServing(more: Readonly<Record<string, unknown>> = {}): Plan {
  return loadPlan(
    parseSettings({ kind: "gpu", prefix: "trade2026-gpu", images: "packages", ...more }),
    UNKNOWN_HOST,
  );
}

/** With every store published: the longest configuration of the tools gateway. */
export function exposedPlatform(): Plan {
  return loadPlan(parseSettings({ images: "packages", exposeData: true }), UNKNOWN_HOST);
}
