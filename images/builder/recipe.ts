import { parse } from "yaml";
import { z } from "zod";
import { ProblemsError } from "../../model/problems";
import { zodProblems } from "../../model/zod-problems";

/** A recipe is the list of what an image is made of; images/README.md explains every key. */

const text = z.string("must be text").min(1, "must not be empty");
/** Versions go into commands: no spaces, no leading dash. */
const version = z
  .string("must be text: put quotes around it")
  .regex(/^[A-Za-z0-9][A-Za-z0-9.+~_-]*$/, "must be one exact version, such as 3.5.3");
const sha256 = z.string("must be 64 hex digits").regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits");
const mode = z
  .string("must be an octal mode in quotes")
  .regex(/^0[0-7]{3}$/, 'must be an octal mode such as "0755"');
const arch = z.enum(["amd64", "arm64"], "must be amd64 or arm64");

/** Inside the build context and below artifacts/, so that a recipe cannot write elsewhere. */
const target = z
  .string("must be a path under artifacts/")
  .refine(
    (path) => path.startsWith("artifacts/") && isClean(path),
    "must be a path under artifacts/, without . or ..",
  );
const fileTarget = target.refine((path) => !path.endsWith("/"), "must be a file's path, not a folder");
const source = z
  .string("must be a path in the archive")
  .refine(isClean, "must be a relative path, without . or ..");

function isClean(path: string): boolean {
  const parts = path.replace(/\/$/, "").split("/");
  return parts.every((part) => part !== "" && part !== "." && part !== "..") && !path.includes("\\");
}

const extract = z
  .array(z.strictObject({ from: source, to: target, mode: mode.default("0644") }))
  .min(1, "must name at least one part of the archive")
  .superRefine((parts, context) =>
    parts.forEach((part, index) => {
      if (part.from.endsWith("/") && !part.to.endsWith("/"))
        context.addIssue({
          code: "custom",
          path: [index, "to"],
          message: "must end in /, because `from` is a folder",
        });
    }),
  );

const placed = {
  arch: arch.optional(),
  mode: mode.default("0644"),
  to: target.optional(),
  extract: extract.optional(),
};

const oneOfBoth = (artifact: { to?: unknown; extract?: unknown }): boolean =>
  (artifact.to === undefined) !== (artifact.extract === undefined);
const oneOfBothMessage = {
  message: "must have exactly one of: to (the file itself), extract (parts of the archive)",
};

const pypi = z
  .strictObject({
    kind: z.literal("pypi"),
    package: text.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be a package name"),
    version,
    file: text.regex(
      /^[^/\s]+-py3-none-[^/\s]+\.whl$|^[^/\s]+-cp\d+-[^/\s]+\.whl$/,
      "must be the wheel's file name",
    ),
    sha256,
    ...placed,
  })
  .refine(oneOfBoth, oneOfBothMessage);

const npm = z
  .strictObject({
    kind: z.literal("npm"),
    package: text.regex(/^(@[a-z0-9._-]+\/)?[a-z0-9][a-z0-9._-]*$/, "must be a package name"),
    version,
    integrity: z
      .string()
      .regex(/^sha512-[A-Za-z0-9+/]{86}==$/, "must be the registry's sha512-… value")
      .optional(),
    sha256: sha256.optional(),
    ...placed,
  })
  .refine(oneOfBoth, oneOfBothMessage)
  .refine((artifact) => (artifact.integrity === undefined) !== (artifact.sha256 === undefined), {
    message: "must have exactly one of: integrity, sha256",
  });

const maven = z
  .strictObject({
    kind: z.literal("maven"),
    coordinate: text.regex(
      /^[\w.-]+:[\w.-]+:[\w.+-]+(:[\w.-]+){0,2}$/,
      "must be group:artifact:version[:classifier][:extension]",
    ),
    sha256,
    ...placed,
  })
  .refine(oneOfBoth, oneOfBothMessage);

const modulePath = text.regex(/^[A-Za-z0-9][A-Za-z0-9._~/-]*$/, "must be a Go import path");
const ldflags = text.optional();

const go = z.strictObject({
  kind: z.literal("go"),
  module: modulePath,
  version: z
    .string()
    .regex(/^v\d+\.\d+\.\d+[A-Za-z0-9.+-]*$/, "must be an exact module version, such as v1.4.2"),
  sum: z
    .string("the module's h1:… checksum")
    .regex(/^h1:[A-Za-z0-9+/]{43}=$/, "must be the module's h1:… checksum"),
  package: modulePath.optional(),
  ldflags,
  tags: z.array(text.regex(/^[A-Za-z0-9_.]+$/, "must be a build tag")).default([]),
  env: z.record(text, z.string("must be text")).default({}),
  to: fileTarget,
});

const goLocal = z.strictObject({
  kind: z.literal("goLocal"),
  dir: source,
  package: text.regex(/^\.(\/[\w.-]+)*$/, "must be a package of that folder, such as ./cmd/x").default("."),
  ldflags,
  to: fileTarget,
});

const artifact = z.discriminatedUnion(
  "kind",
  [pypi, npm, maven, go, goLocal],
  "must have a kind: pypi, npm, maven, go or goLocal",
);

const recipeSchema = z
  .strictObject({
    title: text,
    version: z.string("must be text: put quotes around it").min(1, "must not be empty"),
    base: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, "must be the name of another recipe, or scratch")
      .optional(),
    artifacts: z.array(artifact).default([]),
    debootstrap: z
      .strictObject({
        suite: z.string().regex(/^[a-z]+$/, "must be a Debian code name"),
        variant: z.literal("minbase", "must be minbase"),
        refreshed: z.string("must be a day").regex(/^\d{4}-\d{2}-\d{2}$/, "must be a day such as 2026-11-23"),
      })
      .optional(),
  })
  .superRefine((recipe, context) => {
    if (recipe.debootstrap === undefined && recipe.base === undefined)
      context.addIssue({ code: "custom", path: ["base"], message: "the name of another recipe, or scratch" });
    if (recipe.debootstrap !== undefined && (recipe.base !== undefined || recipe.artifacts.length > 0))
      context.addIssue({
        code: "custom",
        path: ["debootstrap"],
        message: "stands alone: remove base and artifacts",
      });
    const seen = new Map<string, string | undefined>();
    recipe.artifacts.forEach((item, index) => {
      const targets =
        "extract" in item && item.extract ? item.extract.map((part) => part.to) : [item.to ?? ""];
      const itemArch = "arch" in item ? item.arch : undefined;
      for (const path of targets.filter((to) => to !== "" && !to.endsWith("/"))) {
        if (seen.has(path) && (itemArch === undefined || seen.get(path) === itemArch))
          context.addIssue({
            code: "custom",
            path: ["artifacts", index, "to"],
            message: `${path} is written twice`,
          });
        seen.set(path, itemArch);
      }
    });
  });

export type Recipe = z.infer<typeof recipeSchema>;
export type Artifact = z.infer<typeof artifact>;
export type PypiArtifact = z.infer<typeof pypi>;
export type NpmArtifact = z.infer<typeof npm>;
export type MavenArtifact = z.infer<typeof maven>;
export type GoArtifact = z.infer<typeof go>;
export type GoLocalArtifact = z.infer<typeof goLocal>;
export type Debootstrap = NonNullable<Recipe["debootstrap"]>;
/** The CPU that the engine runs containers on, in Go's and Debian's words. */
export type Arch = z.infer<typeof arch>;

/**
 * @param name folder under images/
 * @param yaml its recipe.yaml
 * @throws ProblemsError with every problem of the file
 */
export function parseRecipe(name: string, yaml: string): Recipe {
  const subject = `The recipe images/${name}/recipe.yaml`;
  let input: unknown;
  try {
    input = parse(yaml, { schema: "core" });
  } catch (error) {
    const what = `is not YAML: ${error instanceof Error ? error.message : String(error)}`;
    throw new ProblemsError(subject, [{ path: "recipe.yaml", what, fix: "correct the syntax" }]);
  }
  const result = recipeSchema.safeParse(input);
  if (result.success) return result.data;
  throw new ProblemsError(subject, zodProblems(result.error, input));
}
