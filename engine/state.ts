import { existsSync, readFileSync } from "node:fs";
import { stateFile } from "./home";
import type { Home } from "./home";

/** A resource as the state has it, without its (partly encrypted) properties. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The id that Docker gave; components have none. */
  readonly id?: string;
  readonly parent?: string;
  readonly protect: boolean;
  /** Exists only until its replacement is through. */
  readonly pendingDelete: boolean;
  /** Why it did not become what was asked for; the next deployment deals with it. */
  readonly initErrors: readonly string[];
  /** Properties in plain text: those that are not secret. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** An operation that was under way when a run was killed: whether it happened is not known. */
export interface PendingOperation {
  readonly kind: "creating" | "updating" | "deleting" | "reading" | "importing";
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface StackState {
  readonly resources: readonly StateResource[];
  readonly pending: readonly PendingOperation[];
}

interface RawResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly parent?: string;
  readonly protect?: boolean;
  readonly delete?: boolean;
  readonly initErrors?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface RawCheckpoint {
  readonly checkpoint?: {
    readonly latest?: {
      readonly resources?: readonly RawResource[];
      readonly pending_operations?: readonly {
        readonly resource: RawResource;
        readonly type: PendingOperation["kind"];
      }[];
    };
  };
}

const SECRET_KEY = "4dabf18193072939515e22adb298388d";

/** Reads a stack's state from its file, which takes milliseconds; the CLI would take half a second. */
export function readState(home: Home, project: string, stack: string): StackState {
  const file = stateFile(home, project, stack);
  if (!existsSync(file)) return { resources: [], pending: [] };
  const latest = (JSON.parse(readFileSync(file, "utf8")) as RawCheckpoint).checkpoint?.latest;
  return {
    resources: (latest?.resources ?? []).map(resource),
    pending: (latest?.pending_operations ?? []).map(({ type: kind, resource: raw }) => ({
      kind,
      urn: raw.urn,
      type: raw.type,
      name: nameOf(raw.urn),
      inputs: plain(raw.inputs ?? {}),
    })),
  };
}

function resource(raw: RawResource): StateResource {
  return {
    urn: raw.urn,
    type: raw.type,
    name: nameOf(raw.urn),
    ...(raw.id === undefined ? {} : { id: raw.id }),
    ...(raw.parent === undefined ? {} : { parent: raw.parent }),
    protect: raw.protect ?? false,
    pendingDelete: raw.delete ?? false,
    initErrors: raw.initErrors ?? [],
    outputs: plain(raw.outputs ?? {}),
  };
}

const plain = (properties: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(properties).filter(
      ([key, value]) => !key.startsWith("__") && !isSecret(value) && value !== null,
    ),
  );

const isSecret = (value: unknown): boolean =>
  typeof value === "object" && value !== null && SECRET_KEY in value;

export const nameOf = (urn: string): string => urn.split("::").slice(3).join("::");
/** The resource's own type, without those of its parents. */
export const typeOf = (urn: string): string => (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
