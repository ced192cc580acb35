import { parse } from "yaml";
import { z } from "zod";
import { ProblemsError } from "./problems";
import type { Problem } from "./problems";
import { zodProblems } from "./zod-problems";

/** Where third-party images come from: their own registries, or built here from package registries. */
export type ImageMode = "upstream" | "packages";

const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, "must be sha256:<64 hex digits>, or null until it is resolved");
const absolutePath = z.string().regex(/^\/[^\s]*$/, "must be an absolute path");
const id = z.number("must be a numeric id").int("must be a whole number").min(0, "must not be negative");
const sentence = z.string("must be text").min(1, "must not be empty");

const upstreamSchema = z.strictObject({
  image: z
    .string("must be an image name with its registry, such as docker.io/library/nats")
    .regex(
      /^(localhost|[a-z0-9.-]+\.[a-z]{2,}|[a-z0-9.-]+(?=:\d))(:\d{1,5})?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)+$/,
      "must be an image name with its registry, such as docker.io/library/nats",
    ),
  tag: z
    .string("must be an exact tag")
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, "must be an exact tag")
    .refine(
      (tag) => /\d/.test(tag) && !tag.includes("latest"),
      "must be an exact tag with a version in it, never latest",
    ),
  digest: digest.nullable().describe("What the tag stood for when `images resolve` last looked"),
});

/** How a secret gets into the program; all read files, none an environment variable that holds the secret. */
const secretWays = ["none", "hash-in-config", "rendered-config", "file-env", "wrapper"] as const;

const contractSchema = z.strictObject({
  uid: id.refine((uid) => uid !== 0, "must not be root"),
  gid: id.refine((gid) => gid !== 0, "must not be root's group"),
  binary: absolutePath
    .describe("The program, at the same path in both modes; null when a mode has none")
    .nullable(),
  entrypoint: z
    .array(z.string())
    .min(1)
    .nullable()
    .default(null)
    .describe("Set by the service; null = the image's own"),
  dataPath: absolutePath.nullable(),
  configPath: absolutePath.nullable(),
  writablePaths: z
    .array(z.strictObject({ path: absolutePath, why: sentence, exec: z.boolean().default(false) }))
    .describe("tmpfs mounts that a read-only root needs, besides the data path"),
  probe: sentence.describe("What tells that it serves"),
  secrets: z.strictObject({
    how: z.enum(secretWays, `must be one of: ${secretWays.join(", ")}`),
    detail: sentence,
  }),
});

const programSchema = z
  .strictObject({
    upstream: upstreamSchema.nullable(),
    recipe: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, "must be a folder name under images/")
      .nullable(),
    missing: sentence
      .optional()
      .describe("Why a mode cannot have it: what was looked for, and what to do instead"),
    substitute: sentence
      .optional()
      .describe("How the packages build differs from upstream: version, program, features"),
    contract: contractSchema.nullable().describe("null: nothing runs it, only other images stand on it"),
  })
  .superRefine((program, context) => {
    const absent = program.upstream === null || program.recipe === null;
    if (program.upstream === null && program.recipe === null && program.missing === undefined)
      context.addIssue({
        code: "custom",
        path: [],
        message: "has neither an upstream image nor a recipe, and no reason",
      });
    else if (absent && program.missing === undefined)
      context.addIssue({
        code: "custom",
        path: ["missing"],
        message: "the reason why a mode cannot have it, in a sentence",
      });
    if (!absent && program.missing !== undefined)
      context.addIssue({
        code: "custom",
        path: ["missing"],
        message: "both modes have it: remove the reason",
      });
    if (program.recipe === null && program.substitute !== undefined)
      context.addIssue({
        code: "custom",
        path: ["substitute"],
        message: "there is no recipe that it could be about: remove it",
      });
  });

const lockSchema = z.strictObject({
  programs: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/, "must be lower-case letters, digits and dashes"),
    programSchema,
    "must be an object: program → entry",
  ),
});

/** configs/images.yaml: every third-party program, where its image comes from, and what both modes promise. */
export type ImageLock = z.infer<typeof lockSchema>;
export type ProgramLock = z.infer<typeof programSchema>;
export type ImageContract = z.infer<typeof contractSchema>;
export type UpstreamImage = z.infer<typeof upstreamSchema>;

/**
 * @param text configs/images.yaml
 * @throws ProblemsError with every problem of the file
 */
export function parseImageLock(text: string): ImageLock {
  const input: unknown = readYaml(text);
  const result = lockSchema.safeParse(input);
  if (result.success) return result.data;
  throw new ProblemsError("The image lock configs/images.yaml", zodProblems(result.error, input));
}

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const problem: Problem = {
      path: "configs/images.yaml",
      what: `is not YAML: ${error instanceof Error ? error.message : String(error)}`,
      fix: "correct the syntax",
    };
    throw new ProblemsError("The image lock configs/images.yaml", [problem]);
  }
}

export type ResolvedImage =
  | { readonly reference: string; readonly origin: "upstream" | "packages" | "override" }
  /** This mode cannot have the program; the reason is a sentence for the user. */
  | { readonly missing: string };

/**
 * The image that a service runs.
 * @param name program in the lock
 * @param overrides the operator's own images, service → reference
 * @param recipeTag recipe → local tag of its build (`recipeTag` of images/builder)
 * @param service the service that asks; @default the program's name
 * @throws ProblemsError when the lock has no such program
 */
export function resolveImage(
  lock: ImageLock,
  name: string,
  mode: ImageMode,
  overrides: Readonly<Record<string, string>>,
  recipeTag: (recipe: string) => string,
  service: string = name,
): ResolvedImage {
  const program = lockedProgram(lock, name);
  const override = Object.hasOwn(overrides, service) ? overrides[service] : undefined;
  if (override !== undefined) return { reference: override, origin: "override" };
  if (mode === "packages") {
    if (program.recipe === null) return { missing: missingReason(name, mode, program) };
    return { reference: recipeTag(program.recipe), origin: "packages" };
  }
  if (program.upstream === null) return { missing: missingReason(name, mode, program) };
  return { reference: upstreamReference(program.upstream), origin: "upstream" };
}

/** `image:tag@digest` once resolved, `image:tag` before. */
export function upstreamReference(upstream: UpstreamImage): string {
  const tagged = `${upstream.image}:${upstream.tag}`;
  return upstream.digest === null ? tagged : `${tagged}@${upstream.digest}`;
}

/** @throws ProblemsError when the lock has no such program */
export function lockedProgram(lock: ImageLock, name: string): ProgramLock {
  const program = Object.hasOwn(lock.programs, name) ? lock.programs[name] : undefined;
  if (program !== undefined) return program;
  throw new ProblemsError("The platform's images", [
    {
      path: "configs/images.yaml",
      what: "has no such program",
      value: name,
      allowed: Object.keys(lock.programs).join(", "),
      fix: "add an entry to the lock, or correct the name",
    },
  ]);
}

function missingReason(name: string, mode: ImageMode, program: ProgramLock): string {
  const what =
    mode === "packages" ? "cannot be built from package registries" : "has no image in a container registry";
  return `${name} ${what}: ${program.missing ?? "no reason is recorded"}`;
}
