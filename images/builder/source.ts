import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ProblemsError } from "../../model/problems";
import { parseRecipe } from "./recipe";
import type { GoLocalArtifact, Recipe } from "./recipe";

/** One file of the repository; paths have forward slashes on every system, so that tags agree. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** A recipe as it lies in the repository. */
export interface RecipeSource {
  readonly name: string;
  readonly recipe: Recipe;
  /** Dockerfile (debootstrap: rootfs.sh) and files/, at their paths in the build context. */
  readonly context: readonly SourceFile[];
  /** `trade2026/<name>:<hash>`; two recipes with the same tag build the same image. */
  readonly tag: string;
}

/** Raised when the builder itself puts images together differently, so that they are built anew. */
const BUILDER_REVISION = "1";

/** The local tag of a recipe's image: a function of the repository's content alone. */
export function recipeTag(root: string, name: string): string {
  return readRecipe(root, name).tag;
}

/**
 * Reads a recipe and, for its tag, everything that it stands on.
 * @throws ProblemsError when the recipe or one it builds on is wrong
 */
export function readRecipe(root: string, name: string, trail: readonly string[] = []): RecipeSource {
  if (trail.includes(name)) throw problem(name, "builds on itself", [...trail, name].join(" → "));
  const folder = join(root, "images", name);
  const recipeFile = join(folder, "recipe.yaml");
  if (!existsSync(recipeFile))
    throw problem(name, "does not exist", `images/${name}/recipe.yaml`, recipeNames(root));

  const recipe = parseRecipe(name, readFileSync(recipeFile, "utf8"));
  const method = recipe.debootstrap === undefined ? "Dockerfile" : "rootfs.sh";
  if (!existsSync(join(folder, method))) throw problem(name, `has no ${method}`, `images/${name}/${method}`);

  const context = [
    { path: method, bytes: readFileSync(join(folder, method)) },
    ...readTree(join(folder, "files"), "files"),
  ];
  const base = baseOf(recipe);
  const hash = createHash("sha256");
  feed(hash, "builder", BUILDER_REVISION);
  feed(hash, "recipe.yaml", readFileSync(recipeFile));
  for (const file of [...context, ...localSources(root, recipe)]) feed(hash, file.path, file.bytes);
  if (base !== undefined) feed(hash, "base", readRecipe(root, base, [...trail, name]).tag);
  return { name, recipe, context, tag: `trade2026/${name}:${hash.digest("hex").slice(0, 12)}` };
}

/** The recipe that has to be built before, if any. */
export function baseOf(recipe: Recipe): string | undefined {
  return recipe.base === "scratch" ? undefined : recipe.base;
}

/** Every folder under images/ that holds a recipe. */
export function recipeNames(root: string): readonly string[] {
  return readdirSync(join(root, "images"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, "images", entry.name, "recipe.yaml")))
    .map((entry) => entry.name)
    .sort();
}

/** The content hash of a local Go program's sources: its tests and notes do not go into the binary. */
export function localSourceHash(root: string, artifact: GoLocalArtifact): string {
  const hash = createHash("sha256");
  for (const file of goSources(root, artifact.dir)) feed(hash, file.path, file.bytes);
  return hash.digest("hex");
}

function localSources(root: string, recipe: Recipe): readonly SourceFile[] {
  return recipe.artifacts.flatMap((artifact) =>
    artifact.kind === "goLocal" ? goSources(root, artifact.dir) : [],
  );
}

function goSources(root: string, dir: string): readonly SourceFile[] {
  const files = readTree(join(root, dir), dir);
  if (files.length === 0) throw problem(dir, "has no sources for a goLocal artifact", join(root, dir));
  return files.filter((file) => !/_test\.go$|\.md$|\/testdata\//.test(file.path));
}

function readTree(folder: string, prefix: string): readonly SourceFile[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: `${prefix}/${path.slice(folder.length + 1).replaceAll("\\", "/")}`, full: path }))
    .filter(({ path }) => !path.split("/").some((part) => part.startsWith(".")))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, full }) => ({ path, bytes: readFileSync(full) }));
}

/** Length-framed, so that no two lists of files run into the same bytes. */
function feed(hash: ReturnType<typeof createHash>, path: string, bytes: string | Buffer): void {
  hash.update(`${path}\n${Buffer.byteLength(bytes)}\n`).update(bytes);
}

function problem(name: string, what: string, value: string, known: readonly string[] = []): ProblemsError {
  return new ProblemsError("The image recipes", [
    {
      path: `images/${name}`,
      what,
      value,
      ...(known.length > 0 ? { allowed: known.join(", ") } : {}),
      fix: "correct the recipe or the name",
    },
  ]);
}
