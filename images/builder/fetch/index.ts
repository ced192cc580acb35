import { rmSync } from "node:fs";
import { cached, fileDigest, stagingFolder, store, textDigest } from "../cache";
import type { Artifact, MavenArtifact } from "../recipe";
import { localSourceHash } from "../source";
import { ChecksumError } from "./context";
import type { FetchContext } from "./context";
import { compileGoLocal, compileGoModule } from "./go";
import { fetchMaven } from "./maven";
import { fetchNpmPackage } from "./npm";
import { fetchWheel } from "./pypi";

export type { FetchContext } from "./context";

/** Artifacts that are fetched together, as one step of a build. */
export interface FetchStep {
  readonly label: string;
  readonly artifacts: readonly Artifact[];
  /** A compiler runs: worth starting before downloads. */
  readonly slow: boolean;
}

/**
 * The steps that bring a recipe's artifacts for one CPU: one each, but all Maven artifacts together.
 * @throws Error when something is there for another CPU only
 */
export function fetchSteps(artifacts: readonly Artifact[], arch: FetchContext["arch"]): readonly FetchStep[] {
  const wanted = artifacts.filter((artifact) => (archOf(artifact) ?? arch) === arch);
  const covered = new Set(wanted.flatMap(targetsOf));
  const lacking = artifacts.flatMap(targetsOf).filter((target) => !covered.has(target));
  if (lacking.length > 0)
    throw new Error(
      `there is no ${[...new Set(lacking)].join(", ")} for ${arch}: the recipe has it for another CPU only`,
    );
  const maven = wanted.filter((artifact) => artifact.kind === "maven");
  const single = wanted.filter((artifact) => artifact.kind !== "maven");
  const steps = single.map((artifact) => ({
    label: labelOf(artifact),
    artifacts: [artifact],
    slow: artifact.kind === "go" || artifact.kind === "goLocal",
  }));
  const [first] = maven;
  if (first === undefined) return steps;
  const label = maven.length === 1 ? labelOf(first) : `maven, ${maven.length} artifacts`;
  return [...steps, { label, artifacts: maven, slow: false }];
}

function archOf(artifact: Artifact): string | undefined {
  return "arch" in artifact ? artifact.arch : undefined;
}

function targetsOf(artifact: Artifact): readonly string[] {
  if (artifact.kind === "go" || artifact.kind === "goLocal" || artifact.to !== undefined)
    return [artifact.to ?? ""];
  return (artifact.extract ?? []).map((part) => part.to);
}

export interface Fetched {
  /** Verified files in the cache, in the order of the step's artifacts. */
  readonly files: readonly string[];
  readonly fromCache: boolean;
}

/**
 * Brings the files of one step into the cache, verified.
 * @throws CommandError when a client fails, ChecksumError when what came is not what the recipe pins
 */
export async function fetchStep(step: FetchStep, context: FetchContext): Promise<Fetched> {
  const known = await Promise.all(step.artifacts.map((artifact) => fromCache(artifact, context)));
  if (known.every((file) => file !== undefined)) return { files: known, fromCache: true };
  const folder = stagingFolder(context.folders, "fetch");
  try {
    const fresh = await fetchInto(step.artifacts, folder, context);
    await Promise.all(step.artifacts.map((artifact, index) => verify(artifact, fresh[index] ?? "")));
    const keys = step.artifacts.map((artifact) => cacheKey(artifact, context));
    return {
      files: keys.map((key, index) => store(context.folders, key, fresh[index] ?? "")),
      fromCache: false,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fetchInto(
  artifacts: readonly Artifact[],
  folder: string,
  context: FetchContext,
): Promise<readonly string[]> {
  const maven = artifacts.filter((artifact): artifact is MavenArtifact => artifact.kind === "maven");
  if (maven.length > 0) return fetchMaven(maven, folder, context);
  const files: string[] = [];
  for (const artifact of artifacts) files.push(await fetchOne(artifact, folder, context));
  return files;
}

function fetchOne(artifact: Artifact, folder: string, context: FetchContext): Promise<string> {
  switch (artifact.kind) {
    case "pypi":
      return fetchWheel(artifact, folder, context);
    case "npm":
      return fetchNpmPackage(artifact, folder, context);
    case "go":
      return compileGoModule(artifact, folder, context);
    case "goLocal":
      return compileGoLocal(artifact, folder, context);
    case "maven":
      throw new Error("maven artifacts are fetched together");
  }
}

/** A cached file is verified again: disks and people change files. */
async function fromCache(artifact: Artifact, context: FetchContext): Promise<string | undefined> {
  const file = cached(context.folders, cacheKey(artifact, context));
  if (file === undefined) return undefined;
  try {
    await verify(artifact, file);
    return file;
  } catch {
    return undefined;
  }
}

async function verify(artifact: Artifact, file: string): Promise<void> {
  if (artifact.kind === "go" || artifact.kind === "goLocal") return;
  const integrity = artifact.kind === "npm" ? artifact.integrity : undefined;
  const expected = integrity ?? artifact.sha256 ?? "";
  const actual =
    integrity === undefined ? await fileDigest(file, "sha256") : `sha512-${await fileDigest(file, "sha512")}`;
  if (actual !== expected) throw new ChecksumError(labelOf(artifact), expected, actual);
}

/** The content's digest where it is pinned; for what is compiled, the digest of everything that goes in. */
function cacheKey(artifact: Artifact, context: FetchContext): string {
  if (artifact.kind === "go") return textDigest(JSON.stringify([context.arch, { ...artifact, to: "" }]));
  if (artifact.kind === "goLocal")
    return textDigest(
      JSON.stringify([context.arch, { ...artifact, to: "" }, localSourceHash(context.root, artifact)]),
    );
  if (artifact.kind === "npm" && artifact.sha256 === undefined)
    return textDigest(`npm ${artifact.integrity ?? ""}`);
  return artifact.sha256 ?? "";
}

function labelOf(artifact: Artifact): string {
  switch (artifact.kind) {
    case "pypi":
    case "npm":
      return `${artifact.kind} ${artifact.package} ${artifact.version}`;
    case "maven":
      return `maven ${artifact.coordinate}`;
    case "go":
      return `compile ${artifact.module} ${artifact.version}`;
    case "goLocal":
      return `compile ${artifact.dir}`;
  }
}
