import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UNKNOWN_HOST } from "../../model/host";
import type { Plan } from "../../model/plan";
import { writePlanDocument } from "../../model/plan-document";
import { imageResolver, loadPlan } from "../../stacks/inputs";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { ownImages } from "../docker/own-images";
import { load } from "../load";
import { Output } from "../ui/output";
import type * as servicesModule from "../../services/context";

export interface ExportPlanOptions {
  readonly out?: string;
  readonly set: readonly string[];
}

/** The decided platform as JSON, for `diff`. Needs neither engine nor state, and holds no credential. @returns exit code */
export function exportPlan(context: Context, options: ExportPlanOptions): number {
  const { settings } = readStackConfig(context, { set: options.set });
  const plan = loadPlan(settings, UNKNOWN_HOST);
  const text = writePlanDocument(plan, buildHashes(context, plan));
  if (options.out === undefined) process.stdout.write(text);
  else {
    writeFileSync(options.out, text);
    new Output(process.stderr).line(`Written to ${options.out}.`);
  }
  return 0;
}

/** A hash of each in-house service's bundle: its image, and so its container, changes with it. */
function buildHashes({ root }: Context, plan: Plan): Readonly<Record<string, string>> {
  const services = [...ownImages(plan)].sort();
  if (services.length === 0) return {};
  const bundle = load<typeof servicesModule>("../services/context").bundler(
    imageResolver(plan.settings, root),
    root,
  );
  return Object.fromEntries(services.map((service) => [service, hashBuild(root, bundle(service))]));
}

function hashBuild(
  root: string,
  { context, args }: { readonly context: string; readonly args: Readonly<Record<string, string>> },
): string {
  const hash = createHash("sha256").update(JSON.stringify(args));
  const folder = join(root, context);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files)
    hash.update(`\0${file.slice(folder.length).replaceAll("\\", "/")}\0`).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}
