/** `official`: Pulumi's CLI with its own plugins. `hermetic`: built from package registries, see hermetic/. */
export type EngineKind = "official" | "hermetic";

export interface PluginFacts {
  readonly name: "docker" | "random";
  readonly version: string;
  readonly from: "installed" | "path" | "download" | "in-process";
}

export interface CliFacts {
  readonly version: string;
  /** Absent while `prepareEngine` has yet to get or build it. */
  readonly path?: string;
}

export interface EngineChoice {
  readonly kind: EngineKind;
  /** One sentence for the user: why this engine. */
  readonly reason: string;
  readonly cli: CliFacts;
  readonly plugins: readonly PluginFacts[];
  /** The user asked for this kind. */
  readonly requested: boolean;
}

/** An engine whose parts are all here. */
export interface PreparedEngine extends EngineChoice {
  readonly cli: CliFacts & { readonly path: string };
}

export type Availability =
  | {
      readonly available: true;
      /** Nothing has to be downloaded or built. */
      readonly ready: boolean;
      /** One sentence: where its parts come from. */
      readonly detail: string;
      readonly cli: CliFacts;
      readonly plugins: readonly PluginFacts[];
    }
  | {
      readonly available: false;
      /** What is missing, each with its fix. */
      readonly missing: readonly string[];
    };

export interface EngineSurvey {
  readonly official: Availability;
  readonly hermetic: Availability;
}

/** A line of progress for the user. */
export type Progress = (line: string) => void;

/** What the engine does, or would do, to one resource. */
export type Op =
  | "same"
  | "create"
  | "update"
  | "delete"
  | "replace"
  | "create-replacement"
  | "delete-replaced"
  | "read"
  | "read-replacement"
  | "refresh"
  | "discard"
  | "discard-replaced"
  | "remove-pending-replace"
  | "import"
  | "import-replacement";

export type OpCounts = Readonly<Partial<Record<Op, number>>>;
