import Docker from "dockerode";
import { BuildRun } from "./build";
import { removeAbandoned, workFolders } from "./cache";
import { engineArch, imageExists, imageSize } from "./docker";
import type { BuildProgress, BuildReport, BuildStep, BuiltImage } from "./progress";
import { baseOf, readRecipe } from "./source";
import type { RecipeSource } from "./source";

export { recipeNames, recipeTag } from "./source";
export { ImageBuildError } from "./progress";
export type { BuildProgress, BuildReport, BuildStep, BuiltImage } from "./progress";

export interface BuildOptions {
  /** @default the engine that DOCKER_HOST names, or the local one */
  readonly docker?: Docker;
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Fetches, compiles and builds at a time. @default 2 */
  readonly parallel?: number;
  /**
   * Stops the build; what runs is stopped, nothing half-made stays.
   * @default Ctrl-C and a request to terminate stop it
   */
  readonly signal?: AbortSignal;
}

/** An image that has to be built before it can be used. */
export interface MissingImage {
  readonly name: string;
  readonly tag: string;
}

/**
 * Builds what is missing of the named recipes and of what they stand on. With every tag present it only asks the
 * engine for them.
 * @param root the repository
 * @param names recipes, folders under images/
 * @throws ProblemsError on a wrong recipe, ImageBuildError on the first build that fails
 */
export async function buildImages(
  root: string,
  names: readonly string[],
  options: BuildOptions = {},
): Promise<BuildReport> {
  const started = performance.now();
  const docker = options.docker ?? new Docker();
  const sources = withBases(root, names);
  const present = new Set<string>();
  for (const source of sources) if (await imageExists(docker, source.tag)) present.add(source.name);

  const asked = new Set(names);
  const needed = neededBuilds(sources, asked, present);
  const steps = await runBuilds(root, docker, needed, options);

  const images: BuiltImage[] = [];
  for (const source of sources.filter((one) => asked.has(one.name) || needed.includes(one)))
    images.push({
      name: source.name,
      tag: source.tag,
      state: needed.includes(source) ? "built" : "present",
      bytes: (await imageSize(docker, source.tag)) ?? 0,
      steps: steps.get(source.name) ?? [],
    });
  return { images, seconds: (performance.now() - started) / 1000 };
}

async function runBuilds(
  root: string,
  docker: Docker,
  needed: readonly RecipeSource[],
  options: BuildOptions,
): Promise<ReadonlyMap<string, readonly BuildStep[]>> {
  if (needed.length === 0) return new Map();
  const folders = workFolders(root);
  removeAbandoned(folders);
  const arch = await engineArch(docker);
  const onProgress = options.onProgress ?? ((): void => undefined);
  const run = new BuildRun({ root, folders, docker, arch, parallel: options.parallel ?? 2, onProgress });
  const interrupt = (): void =>
    run.cancel(new Error("The build of images was stopped; nothing half-made stays."));
  options.signal?.addEventListener("abort", interrupt, { once: true });
  if (!options.signal) process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    await run.build(needed);
  } finally {
    options.signal?.removeEventListener("abort", interrupt);
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
  return run.steps;
}

/** Those of the named recipes that have no image on the engine yet. */
export async function missingImages(
  root: string,
  names: readonly string[],
  docker: Docker = new Docker(),
): Promise<readonly MissingImage[]> {
  const missing: MissingImage[] = [];
  for (const name of new Set(names)) {
    const { tag } = readRecipe(root, name);
    if (!(await imageExists(docker, tag))) missing.push({ name, tag });
  }
  return missing;
}

/** The named recipes and all that they stand on, bases first. */
function withBases(root: string, names: readonly string[]): readonly RecipeSource[] {
  const found = new Map<string, RecipeSource>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    const source = readRecipe(root, name);
    const base = baseOf(source.recipe);
    if (base !== undefined) add(base);
    found.set(name, source);
  };
  names.forEach(add);
  return [...found.values()];
}

/** What is asked for and absent, and the absent bases of that; a base that nobody needs now is not built. */
function neededBuilds(
  sources: readonly RecipeSource[],
  asked: ReadonlySet<string>,
  present: ReadonlySet<string>,
): readonly RecipeSource[] {
  const needed = new Set([...asked].filter((name) => !present.has(name)));
  for (const source of [...sources].reverse()) {
    const base = baseOf(source.recipe);
    if (needed.has(source.name) && base !== undefined && !present.has(base)) needed.add(base);
  }
  return sources.filter((source) => needed.has(source.name));
}
