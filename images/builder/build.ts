import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type Docker from "dockerode";
import { placeArtifact, writeSources } from "./assemble";
import type { FetchedArtifact } from "./assemble";
import { stagingFolder } from "./cache";
import type { WorkFolders } from "./cache";
import { makeRootfs } from "./debian";
import { buildOnEngine, importOnEngine } from "./docker";
import { fetchStep, fetchSteps } from "./fetch";
import type { FetchStep } from "./fetch";
import { ImageBuildError } from "./progress";
import type { BuildProgress, BuildStep } from "./progress";
import type { Arch } from "./recipe";
import { Slots } from "./schedule";
import { baseOf, recipeTag } from "./source";
import type { RecipeSource } from "./source";

export interface BuildSetting {
  readonly root: string;
  readonly folders: WorkFolders;
  readonly docker: Docker;
  readonly arch: Arch;
  readonly parallel: number;
  readonly onProgress: (progress: BuildProgress) => void;
}

/**
 * One run of the builder over several recipes: what does not depend on each other goes side by side, and the first
 * failure stops everything.
 */
export class BuildRun {
  readonly steps = new Map<string, BuildStep[]>();
  private readonly slots: Slots;
  private readonly stop = new AbortController();
  private failure: Error | undefined;

  constructor(private readonly setting: BuildSetting) {
    this.slots = new Slots(setting.parallel);
  }

  /**
   * @param sources what to build, bases first
   * @throws ImageBuildError, or the reason given to {@link cancel}
   */
  async build(sources: readonly RecipeSource[]): Promise<void> {
    for (const source of sources) writeFileSync(this.logFile(source), "");
    const fetches = sources.flatMap((source) => this.fetchesOf(source).map((step) => ({ source, step })));
    const images = new Map<string, Promise<void>>();
    // Long work first, so that none is left alone at the end: bases, then compilers, then downloads.
    for (const source of sources.filter(isBase)) images.set(source.name, this.makeBase(source));
    const fetched = fetches
      .sort((a, b) => Number(b.step.slow) - Number(a.step.slow))
      .map(({ source, step }) => ({ source, files: this.fetch(source, step) }));
    for (const source of sources.filter((one) => !isBase(one))) {
      const base = baseOf(source.recipe);
      const own = fetched.filter((one) => one.source === source).map((one) => one.files);
      const ready = Promise.all([Promise.all(own), base === undefined ? undefined : images.get(base)]);
      const built = ready.then(([artifacts]) => this.buildImage(source, artifacts.flat()));
      images.set(source.name, built);
    }
    await Promise.allSettled([...images.values(), ...fetched.map(({ files }) => files)]);
    if (this.failure) throw this.failure;
  }

  /** Stops what runs and starts nothing more. */
  cancel(reason: Error): void {
    this.failure ??= reason;
    this.stop.abort();
  }

  private fetchesOf(source: RecipeSource): readonly FetchStep[] {
    try {
      return fetchSteps(source.recipe.artifacts, this.setting.arch);
    } catch (error) {
      throw this.errorOf(source, "look for artifacts", error);
    }
  }

  private fetch(source: RecipeSource, step: FetchStep): Promise<readonly FetchedArtifact[]> {
    return this.step(source, step.label, async () => {
      const { root, folders, docker, arch } = this.setting;
      const context = {
        root,
        folders,
        docker,
        arch,
        logFile: this.logFile(source),
        signal: this.stop.signal,
      };
      const { files, fromCache } = await fetchStep(step, context);
      const value = step.artifacts.map((artifact, index) => ({ artifact, file: files[index] ?? "" }));
      return { value, fromCache };
    });
  }

  private makeBase(source: RecipeSource): Promise<void> {
    return this.step(source, "make root file system", () =>
      this.inStaging(source, async (folder) => {
        const { debootstrap } = source.recipe;
        if (debootstrap === undefined) throw new Error("only a debootstrap recipe makes a root file system");
        const context = join(folder, "context");
        writeSources(source.context, context);
        const request = { debootstrap, arch: this.setting.arch, context, folder };
        const rootfs = await makeRootfs(request, { logFile: this.logFile(source), signal: this.stop.signal });
        await importOnEngine(this.setting.docker, rootfs, source.tag, labels(source));
        return { value: undefined, fromCache: false };
      }),
    );
  }

  private buildImage(source: RecipeSource, artifacts: readonly FetchedArtifact[]): Promise<void> {
    return this.step(source, "build image", () =>
      this.inStaging(source, async (folder) => {
        const context = join(folder, "context");
        const logFile = this.logFile(source);
        writeSources(source.context, context);
        for (const [index, artifact] of artifacts.entries()) {
          const scratch = join(folder, `unpacked-${index}`);
          mkdirSync(scratch);
          await placeArtifact(artifact, context, scratch, { logFile, signal: this.stop.signal });
        }
        const base = baseOf(source.recipe);
        await buildOnEngine(this.setting.docker, {
          context,
          tag: source.tag,
          base: base === undefined ? undefined : recipeTag(this.setting.root, base),
          labels: labels(source),
          onOutput: (text) => appendFileSync(logFile, text),
          signal: this.stop.signal,
        });
        return { value: undefined, fromCache: false };
      }),
    );
  }

  private async inStaging<T>(source: RecipeSource, work: (folder: string) => Promise<T>): Promise<T> {
    const folder = stagingFolder(this.setting.folders, source.name);
    try {
      return await work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Runs one timed step in a slot; its failure stops the run. */
  private step<T>(
    source: RecipeSource,
    step: string,
    work: () => Promise<{ readonly value: T; readonly fromCache: boolean }>,
  ): Promise<T> {
    const { onProgress } = this.setting;
    const recipe = source.name;
    return this.slots.run(async () => {
      if (this.failure) throw this.failure;
      const started = performance.now();
      const seconds = (): number => (performance.now() - started) / 1000;
      onProgress({ recipe, step, state: "started" });
      try {
        const { value, fromCache } = await work();
        this.steps.set(recipe, [...(this.steps.get(recipe) ?? []), { step, seconds: seconds(), fromCache }]);
        onProgress({ recipe, step, state: "done", seconds: seconds(), fromCache });
        return value;
      } catch (error) {
        onProgress({ recipe, step, state: "failed", seconds: seconds() });
        this.cancel(
          new ImageBuildError(recipe, step, relative(this.setting.root, this.logFile(source)), error),
        );
        throw error;
      }
    });
  }

  private errorOf(source: RecipeSource, step: string, reason: unknown): ImageBuildError {
    return new ImageBuildError(source.name, step, relative(this.setting.root, this.logFile(source)), reason);
  }

  private logFile(source: RecipeSource): string {
    return join(this.setting.folders.logs, `${source.name}.log`);
  }
}

function isBase(source: RecipeSource): boolean {
  return source.recipe.debootstrap !== undefined;
}

function labels(source: RecipeSource): Readonly<Record<string, string>> {
  return {
    "org.opencontainers.image.title": source.recipe.title,
    "org.opencontainers.image.version": source.recipe.version,
    "trade2026.recipe": source.tag.slice(source.tag.lastIndexOf(":") + 1),
  };
}
