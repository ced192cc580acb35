import { UNKNOWN } from "./values";
import type { Value, ValueMap } from "./values";

/** An input that cannot be accepted, with the property it belongs to. */
export interface InputProblem {
  readonly property: string;
  readonly reason: string;
}

export interface Checked {
  readonly inputs: ValueMap;
  readonly problems: readonly InputProblem[];
}

export type ChangeKind = "add" | "delete" | "update";
/** One changed property. `path` as Pulumi writes paths: `ports[0].external`, `healthcheck.interval`. */
export interface Change {
  readonly path: string;
  readonly kind: ChangeKind;
  /** The resource must be replaced for it. */
  readonly replace: boolean;
}

export interface Diff {
  readonly changes: readonly Change[];
  readonly deleteBeforeReplace: boolean;
}

export interface CheckArgs {
  /** The resource's logical name. */
  readonly name: string;
  readonly oldInputs: ValueMap;
  readonly inputs: ValueMap;
  /** Name that the user's autonaming settings propose; `verbatim` ones may not be changed. */
  readonly autonaming?: { readonly proposed: string; readonly mode: "propose" | "enforce" | "disabled" };
  /** Seed for generated names: the same resource gets the same name in preview and up. */
  readonly seed: Uint8Array;
}

export interface DiffArgs {
  readonly state: ValueMap;
  readonly oldInputs: ValueMap;
  readonly inputs: ValueMap;
}

export interface Created {
  readonly id: string;
  readonly state: ValueMap;
}

export interface ReadBack {
  /** Where a resource's id can change behind the engine's back. */
  readonly id?: string;
  readonly state: ValueMap;
  readonly inputs: ValueMap;
}

/** What one resource type does. `C` is the configured provider (for Docker: a client). */
export interface ResourceType<C> {
  readonly token: string;
  check(args: CheckArgs): Checked | Promise<Checked>;
  diff(args: DiffArgs): Diff | Promise<Diff>;
  /** Outputs of a create that has not happened yet; unknown ones are UNKNOWN. */
  planCreate(inputs: ValueMap): ValueMap;
  planUpdate(args: DiffArgs): ValueMap;
  create(context: C, inputs: ValueMap, timing: Timing): Promise<Created>;
  /** Undefined when it is gone. */
  read(context: C, id: string, state: ValueMap, inputs: ValueMap): Promise<ReadBack | undefined>;
  update(context: C, id: string, args: DiffArgs, timing: Timing): Promise<ValueMap>;
  remove(context: C, id: string, state: ValueMap, timing: Timing): Promise<void>;
}

export interface Timing {
  /** Limit of the whole operation in seconds, where the program sets one (customTimeouts). */
  readonly timeoutSeconds?: number;
  readonly signal: AbortSignal;
  /** Shows a line with the resource while it is being worked on. */
  readonly status: (line: string) => void;
}

/** A plugin: its configuration and its resource types. */
export interface Plugin<C> {
  readonly name: string;
  readonly version: string;
  readonly types: readonly ResourceType<C>[];
  checkConfig(inputs: ValueMap): Checked;
  diffConfig(oldInputs: ValueMap, inputs: ValueMap): Diff;
  configure(inputs: ValueMap): Promise<C>;
}

/**
 * The resource exists but did not become what was asked for: it stays in the state, with the reasons,
 * and the engine deals with it in the next deployment.
 */
export class InitializationError extends Error {
  override readonly name = "InitializationError";
  constructor(
    readonly id: string,
    readonly state: ValueMap,
    readonly inputs: ValueMap,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
  }
}

/** Types of values in error messages for users. */
export function describe(value: Value | undefined): string {
  if (value === undefined || value === null) return "nothing";
  if (value === UNKNOWN) return "a value not known yet";
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  if (typeof value === "object") return "an object";
  if (typeof value === "string") return "text";
  return `the ${typeof value} ${String(value)}`;
}
