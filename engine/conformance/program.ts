/** Turns the cases of a batch into a Pulumi program. */

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Case, Marker, Resources, Spec } from "./spec";
import { objectName, resourcesOf } from "./spec";

export interface Setting {
  /** Where the folders of build contexts lie. */
  readonly folders: string;
  /** Ids of the local case images by tag. */
  readonly imageIds: ReadonlyMap<string, string>;
}

export function program(cases: readonly Case[], step: 1 | 2, setting: Setting): () => Promise<void> {
  return async () => {
    for (const one of cases) {
      new CaseProgram(one.name, setting).declare(resourcesOf(one, step));
    }
    return Promise.resolve();
  };
}

function isMarker(value: object): value is Marker {
  return "$" in value;
}

class CaseProgram {
  private readonly made = new Map<string, pulumi.CustomResource>();

  constructor(
    private readonly name: string,
    private readonly setting: Setting,
  ) {}

  /** Declares them in an order in which each comes after those it refers to. */
  declare(resources: Resources): void {
    const open = new Map(Object.entries(resources));
    while (open.size > 0) {
      const before = open.size;
      for (const [name, spec] of open) {
        if (needs(spec).every((other) => this.made.has(other))) {
          this.made.set(name, this.create(name, spec));
          open.delete(name);
        }
      }
      if (open.size === before) {
        throw new Error(
          `case ${this.name}: ${[...open.keys()].join(", ")} refer to nothing that is declared`,
        );
      }
    }
  }

  private create(name: string, spec: Spec): pulumi.CustomResource {
    const logical = objectName(this.name, name);
    const named = { name: logical, ...(this.resolve(spec.args, logical) as Record<string, unknown>) };
    const plain = this.resolve(spec.args, logical);
    const fixed = (spec.naming === "auto" ? plain : named) as never;
    const options = this.options(spec);
    switch (spec.kind) {
      case "container":
        return new docker.Container(logical, fixed, options);
      case "network":
        return new docker.Network(logical, fixed, options);
      case "volume":
        return new docker.Volume(logical, fixed, options);
      case "remoteImage":
        return new docker.RemoteImage(logical, plain as never, options);
      case "image":
        return new docker.Image(logical, plain as never, options);
      case "provider":
        return new docker.Provider(logical, plain as never, options);
      case "password":
        return new random.RandomPassword(logical, plain as never, options);
      case "bytes":
        return new random.RandomBytes(logical, plain as never, options);
    }
  }

  private options(spec: Spec): pulumi.CustomResourceOptions {
    const { dependsOn, provider, replaceOnChanges, ignoreChanges, ...plain } = spec.options ?? {};
    return {
      ...plain,
      ...(replaceOnChanges === undefined ? {} : { replaceOnChanges: [...replaceOnChanges] }),
      ...(ignoreChanges === undefined ? {} : { ignoreChanges: [...ignoreChanges] }),
      ...(dependsOn === undefined ? {} : { dependsOn: dependsOn.map((name) => this.resource(name)) }),
      ...(provider === undefined
        ? {}
        : { provider: this.resource(provider) as unknown as pulumi.ProviderResource }),
    };
  }

  private resource(name: string): pulumi.CustomResource {
    const found = this.made.get(name);
    if (found === undefined) {
      throw new Error(`case ${this.name}: no resource ${name}`);
    }
    return found;
  }

  private resolve(value: unknown, logical: string): unknown {
    if (Array.isArray(value)) {
      return value.map((item: unknown) => this.resolve(item, logical));
    }
    if (typeof value !== "object" || value === null) {
      return value;
    }
    if (isMarker(value)) {
      return this.marked(value, logical);
    }
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.resolve(item, logical)]));
  }

  private marked(marker: Marker, logical: string): unknown {
    switch (marker.$) {
      case "output":
        return (this.resource(marker.of) as unknown as Readonly<Record<string, unknown>>)[marker.property];
      case "secret":
        return pulumi.secret(marker.value);
      case "imageId":
        return this.setting.imageIds.get(marker.tag);
      case "folder": {
        const path = join(this.setting.folders, logical);
        rmSync(path, { recursive: true, force: true });
        mkdirSync(path, { recursive: true });
        for (const [file, text] of Object.entries(marker.files)) {
          writeFileSync(join(path, file), text);
        }
        return path;
      }
    }
  }
}

/** Names of the resources that a resource refers to. */
function needs(spec: Spec): readonly string[] {
  const names: string[] = [...(spec.options?.dependsOn ?? [])];
  if (spec.options?.provider !== undefined) {
    names.push(spec.options.provider);
  }
  const walk = (value: unknown): void => {
    if (typeof value !== "object" || value === null) {
      return;
    }
    if (isMarker(value) && value.$ === "output") {
      names.push(value.of);
    }
    Object.values(value).forEach(walk);
  };
  walk(spec.args);
  return names;
}
