/** The vocabulary of the conformance table: what a case is, as data. */

import type * as docker from "@pulumi/docker";
import type * as random from "@pulumi/random";
import type * as pulumi from "@pulumi/pulumi";

/** Stands for a value that is only known while the case runs. */
export type Marker =
  | { readonly $: "output"; readonly of: string; readonly property: string }
  | { readonly $: "secret"; readonly value: string }
  /** Id (`sha256:…`) of one of the local case images. */
  | { readonly $: "imageId"; readonly tag: string }
  /** A folder with these files, at the same path in every step. */
  | { readonly $: "folder"; readonly files: Readonly<Record<string, string>> };

type Dynamic = Promise<unknown> | pulumi.OutputInstance<unknown>;
/** Resource arguments with markers in the place of outputs, plain data otherwise. */
export type Data<T> = T extends Dynamic
  ? never
  : T extends readonly (infer Item)[]
    ? readonly Data<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Data<T[Key]> } | Marker
      : T | Marker;

export interface Options {
  readonly dependsOn?: readonly string[];
  readonly deleteBeforeReplace?: boolean;
  readonly replaceOnChanges?: readonly string[];
  readonly ignoreChanges?: readonly string[];
  readonly retainOnDelete?: boolean;
  /** Name of a provider of the same case. */
  readonly provider?: string;
}

interface Kinds {
  readonly container: docker.ContainerArgs;
  readonly network: docker.NetworkArgs;
  readonly volume: docker.VolumeArgs;
  readonly remoteImage: docker.RemoteImageArgs;
  readonly image: docker.ImageArgs;
  readonly provider: docker.ProviderArgs;
  readonly password: random.RandomPasswordArgs;
  readonly bytes: random.RandomBytesArgs;
}
export type Kind = keyof Kinds;

/**
 * One resource. Containers, networks and volumes get the fixed name `t26conf-<case>-<resource>` unless their
 * arguments have a name or `naming` is `auto`.
 */
export type Spec = {
  readonly [K in Kind]: {
    readonly kind: K;
    readonly args: Data<Kinds[K]>;
    readonly options?: Options;
    readonly naming?: "auto";
  };
}[Kind];

export type Resources = Readonly<Record<string, Spec>>;

/** What lies on the engine before the first step, made by somebody else. Names are used as they are. */
export type Given =
  | { readonly make: "container"; readonly name: string; readonly port?: number }
  | { readonly make: "network"; readonly name: string; readonly subnet: string }
  | { readonly make: "volume"; readonly name: string };

/** What somebody else does to the resources, after the second step and before the refresh. */
export type Behind =
  | { readonly act: "remove" | "stop"; readonly container: string }
  | { readonly act: "disconnect"; readonly container: string; readonly network: string }
  | { readonly act: "removeVolume"; readonly volume: string }
  | { readonly act: "removeNetwork"; readonly network: string }
  | { readonly act: "retag"; readonly from: string; readonly to: string };

/** A row of the table. */
export interface Case {
  /** Unique, kebab-case. */
  readonly name: string;
  /** What the real provider is known for here, in a few words. */
  readonly why: string;
  readonly given?: readonly Given[];
  readonly one: Resources;
  /** Resources of the second step. @default the same as the first step */
  readonly two?: Resources;
  readonly behind?: readonly Behind[];
  /**
   * Facts to record of the real object after each step, by resource: paths in the engine's own inspect
   * (`HostConfig.Memory`), or `file:/path` for a file inside a container (mode, owner and text).
   */
  readonly look?: Readonly<Record<string, readonly string[]>>;
  /** Outputs to record after each step, by resource. */
  readonly outputs?: Readonly<Record<string, readonly string[]>>;
  /** Containers whose exit code is recorded when the second step replaces them. */
  readonly ends?: readonly string[];
  /** A phrase that the error of this resource has, whatever surrounds it. */
  readonly says?: Readonly<Record<string, string>>;
}

/** Cases that share one stack. Independent cases do not change each other's verdicts. */
export interface Batch {
  readonly name: string;
  /**
   * `table`: two steps and a refresh. `recovery`: something fails or is disturbed, and one more `up` follows.
   * `refusal`: each case is previewed alone, for inputs that end the whole run.
   */
  readonly kind: "table" | "recovery" | "refusal";
  readonly cases: readonly Case[];
}

export const output = (of: string, property: string): Marker => ({ $: "output", of, property });
export const secret = (value: string): Marker => ({ $: "secret", value });
export const imageId = (tag: string): Marker => ({ $: "imageId", tag });
export const folder = (files: Readonly<Record<string, string>>): Marker => ({ $: "folder", files });

/** Local images of the runner: the subject, the same with another label, and with a health check of its own. */
export const IMAGES = {
  subject: "t26conf/subject:1",
  other: "t26conf/subject:2",
  healthy: "t26conf/subject:healthy",
  moving: "t26conf/subject:moving",
} as const;

export const PREFIX = "t26conf-";

/** The name on the engine of a resource with a fixed name. */
export function objectName(caseName: string, resource: string): string {
  return `${PREFIX}${caseName}-${resource}`;
}

/** The resources of a case in one of its two steps. */
export function resourcesOf(one: Case, step: 1 | 2): Resources {
  return step === 1 ? one.one : (one.two ?? one.one);
}

/** A container of the subject on no network, the cheapest there is. */
export function idle(args: Partial<Data<docker.ContainerArgs>> = {}, options?: Options): Spec {
  return container({ networkMode: "none", ...args }, options);
}

/** A container of the subject; `image` may be overridden. */
export function container(args: Partial<Data<docker.ContainerArgs>> = {}, options?: Options): Spec {
  const all = { image: IMAGES.subject, ...args } as Data<docker.ContainerArgs>;
  return { kind: "container", args: all, ...(options === undefined ? {} : { options }) };
}

/** A container that is created and never started. */
export function unstarted(args: Partial<Data<docker.ContainerArgs>> = {}, options?: Options): Spec {
  return idle({ start: false, mustRun: false, ...args }, options);
}

export function network(args: Data<docker.NetworkArgs> = {}, options?: Options): Spec {
  return { kind: "network", args, ...(options === undefined ? {} : { options }) };
}

export function volume(args: Data<docker.VolumeArgs> = {}, options?: Options): Spec {
  return { kind: "volume", args, ...(options === undefined ? {} : { options }) };
}

export function password(args: Data<random.RandomPasswordArgs>, options?: Options): Spec {
  return { kind: "password", args, ...(options === undefined ? {} : { options }) };
}
