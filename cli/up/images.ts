import type Docker from "dockerode";
import type { BuildProgress } from "../../images/builder";
import type { Plan } from "../../model/plan";
import { imageResolver } from "../../stacks/inputs";
import type { Context } from "../context";
import { load } from "../load";
import { count, formatBytes, formatSeconds } from "../ui/format";
import type * as builderModule from "../../images/builder";

/** Recipes whose images this plan runs, or builds its own services on. `trade2026/<recipe>:<hash>` names them. */
export function neededRecipes(
  plan: Plan,
  base: string | undefined,
  recipes: readonly string[],
): readonly string[] {
  const references = plan.containers.flatMap(({ reference }) => reference ?? []);
  const buildsOwn = plan.containers.some(({ reference }) => reference === undefined);
  const named = [...references, ...(buildsOwn && base !== undefined ? [base] : [])].flatMap(
    (reference) => /^trade2026\/([a-z][a-z0-9-]*):[0-9a-f]{12}$/.exec(reference)?.[1] ?? [],
  );
  return [...new Set(named)].filter((name) => recipes.includes(name)).sort();
}

/** Builds what this plan needs and the engine lacks; says nothing where nothing is missing. */
export async function ensureImages(
  context: Context,
  plan: Plan,
  docker: Docker,
  say: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const builder = load<typeof builderModule>("../images/builder");
  const base = imageResolver(plan.settings, context.root)("node");
  const recipes = neededRecipes(
    plan,
    "missing" in base ? undefined : base.reference,
    builder.recipeNames(context.root),
  );
  const missing = await builder.missingImages(context.root, recipes, docker);
  if (missing.length === 0) return;
  say(
    `Building ${count(missing.length, "image")} from package registries, once: ${missing.map(({ name }) => name).join(", ")}`,
  );
  const report = await builder.buildImages(context.root, recipes, {
    docker,
    onProgress: (progress) => {
      const line = buildLine(progress);
      if (line !== undefined) say(line);
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const built = report.images.filter(({ state }) => state === "built");
  const bytes = built.reduce((sum, image) => sum + image.bytes, 0);
  say(`  ${count(built.length, "image")} built in ${formatSeconds(report.seconds)}, ${formatBytes(bytes)}`);
}

/** A step's end; starts are for terminals only, and cached steps are no news. */
export function buildLine({ recipe, step, state, seconds, fromCache }: BuildProgress): string | undefined {
  if (state === "started" || fromCache === true) return undefined;
  const took = seconds === undefined ? "" : ` (${formatSeconds(seconds)})`;
  return `  ${state === "failed" ? "✗" : "✓"} ${recipe}: ${step}${took}`;
}
