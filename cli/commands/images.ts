import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { canonicalJson } from "../../model/canonical";
import { parseImageLock, upstreamReference } from "../../model/images";
import { ProblemsError } from "../../model/problems";
import { imageResolver } from "../../stacks/inputs";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { load } from "../load";
import { untilInterrupted } from "../signals";
import { count, formatBytes, formatSeconds } from "../ui/format";
import { Output } from "../ui/output";
import { table } from "../ui/table";
import { hasImage } from "../up/image-mode";
import { buildLine } from "../up/images";
import type * as builderModule from "../../images/builder";
import type * as resolverModule from "../../images/builder/resolve";

/** Builds recipes of images/: those named, or all. What is there already takes no time. @returns exit code */
export async function imagesBuild(
  context: Context,
  names: readonly string[],
  out = new Output(),
): Promise<number> {
  const builder = load<typeof builderModule>("../images/builder");
  const known = builder.recipeNames(context.root);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ProblemsError(
      "The arguments",
      unknown.map((name) => ({
        path: "recipe",
        what: "is no folder of images/",
        value: name,
        allowed: known.join(", "),
        fix: "choose among them",
      })),
    );
  }
  const { docker } = await connectDocker({ dockerHost: "" });
  const interruptible = untilInterrupted((line) => out.line(line));
  try {
    const report = await builder.buildImages(context.root, names.length > 0 ? names : known, {
      docker,
      signal: interruptible.signal,
      onProgress: (progress) => {
        const line = buildLine(progress);
        if (line !== undefined) out.line(line);
      },
    });
    const rows = report.images.map(({ name, tag, state, bytes }) => [name, tag, state, formatBytes(bytes)]);
    table(
      [{ title: "RECIPE" }, { title: "IMAGE" }, { title: "STATE" }, { title: "SIZE", align: "right" }],
      rows,
    ).forEach((line) => out.line(line));
    const built = report.images.filter(({ state }) => state === "built").length;
    out.line(
      `\n${count(built, "image")} built, ${report.images.length - built} there already, in ${formatSeconds(report.seconds)}`,
    );
    return 0;
  } finally {
    interruptible.done();
  }
}

/** Every third-party program of the lock in the stack's image mode. @returns exit code */
export async function imagesList(
  context: Context,
  options: { readonly json: boolean },
  out = new Output(),
): Promise<number> {
  const { settings } = readStackConfig(context);
  const lock = parseImageLock(readFileSync(join(context.root, "configs/images.yaml"), "utf8"));
  const resolve = imageResolver(settings, context.root);
  const { docker } = await connectDocker(settings);
  const programs = await Promise.all(
    Object.entries(lock.programs).map(async ([name, program]) => {
      const resolved = resolve(name);
      const reference = "missing" in resolved ? undefined : resolved.reference;
      return {
        name,
        reference,
        here: reference !== undefined && (await hasImage(docker, reference)),
        upstream: program.upstream === null ? undefined : upstreamReference(program.upstream),
        recipe: program.recipe ?? undefined,
        missing: "missing" in resolved ? resolved.missing : undefined,
        substitute: settings.images === "packages" ? program.substitute : undefined,
      };
    }),
  );
  if (options.json) {
    out.line(canonicalJson({ mode: settings.images, programs }, 2));
    return 0;
  }
  const rows = programs.map(({ name, reference, here, missing, substitute }) => [
    name,
    reference ?? "left out",
    here ? out.style.good("here") : reference === undefined ? "" : out.style.caution("to get"),
    missing ?? (substitute === undefined ? "" : `substitute: ${substitute}`),
  ]);
  out.line(`Image mode: ${settings.images}`);
  table([{ title: "PROGRAM" }, { title: "IMAGE" }, { title: "STATE" }, { title: "NOTE" }], rows).forEach(
    (line) => out.line(line),
  );
  return 0;
}

/** Asks the registries for the digests of the lock's tags and writes them into it. @returns 1 when one could not be asked */
export async function imagesResolve(
  context: Context,
  only: readonly string[],
  options: { readonly update: boolean; readonly check: boolean },
  out = new Output(),
): Promise<number> {
  const file = join(context.root, "configs/images.yaml");
  const before = readFileSync(file, "utf8");
  const { text, resolutions } = await load<typeof resolverModule>("../images/builder/resolve").resolveDigests(
    before,
    {
      update: options.update,
      ...(only.length > 0 ? { only } : {}),
    },
  );
  const rows = resolutions.map((found) => {
    const note =
      found.state === "unreachable"
        ? found.reason
        : found.state === "moved"
          ? `${found.digest}, the lock has ${found.locked}`
          : found.digest;
    return [
      found.program,
      found.reference,
      found.state === "moved" && found.updated ? "updated" : found.state,
      note,
    ];
  });
  table([{ title: "PROGRAM" }, { title: "TAG" }, { title: "STATE" }, { title: "DIGEST" }], rows).forEach(
    (line) => out.line(line),
  );
  if (text !== before && !options.check) {
    writeFileSync(file, text);
    out.line(`\n${file} is updated: review it with git, and commit it.`);
  } else
    out.line(
      text === before
        ? "\nThe lock is as it was."
        : "\nThe lock would change (--check: nothing was written).",
    );
  const kept = resolutions.filter((found) => found.state === "moved" && !found.updated);
  if (kept.length > 0)
    out.line(`${count(kept.length, "tag")} now stands for another image; --update takes it over.`);
  const failed =
    resolutions.some(({ state }) => state === "unreachable") || (options.check && text !== before);
  return failed ? 1 : 0;
}
