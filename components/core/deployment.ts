import type * as pulumi from "@pulumi/pulumi";
import type * as docker from "@pulumi/docker";
import type { LaneName } from "../../model/lanes";
import type { ContainerPlan, Plan, VolumePlan } from "../../model/plan";
import type { SecretRef } from "../../model/secrets";

/** A finished resource that others wait for: a container, or a job that has exited with 0. */
export type Gate = pulumi.Input<pulumi.Resource>;

/**
 * The plan while it becomes resources: what has been created so far, by its name in the plan. Components look up
 * what they refer to here, so that a reference to something created later fails at once and by name.
 */
export class Deployment {
  readonly #networks = new Map<LaneName, pulumi.Input<string>>();
  readonly #volumes = new Map<string, docker.Volume>();
  readonly #images = new Map<string, pulumi.Input<string>>();
  readonly #gates = new Map<string, Gate>();
  readonly #secrets = new Map<string, (form: SecretRef["form"]) => pulumi.Output<string>>();

  constructor(readonly plan: Plan) {}

  /** Name on the engine. */
  physicalName(name: string): string {
    return `${this.plan.settings.prefix}-${name}`;
  }

  container(name: string): ContainerPlan {
    return found(
      this.plan.containers.find((container) => container.name === name),
      "container",
      name,
    );
  }

  has(name: string): boolean {
    return this.plan.containers.some((container) => container.name === name);
  }

  volumePlan(name: string): VolumePlan {
    return found(
      this.plan.volumes.find((volume) => volume.name === name),
      "volume",
      name,
    );
  }

  addNetwork(lane: LaneName, name: pulumi.Input<string>): void {
    this.#networks.set(lane, name);
  }

  network(lane: LaneName): pulumi.Input<string> {
    return found(this.#networks.get(lane), "lane", lane);
  }

  addVolume(name: string, volume: docker.Volume): void {
    this.#volumes.set(name, volume);
  }

  volume(name: string): docker.Volume {
    return found(this.#volumes.get(name), "volume", name);
  }

  addImage(key: string, id: pulumi.Input<string>): void {
    this.#images.set(key, id);
  }

  image(key: string): pulumi.Input<string> {
    return found(this.#images.get(key), "image", key);
  }

  addGate(name: string, gate: Gate): void {
    this.#gates.set(name, gate);
  }

  gates(names: readonly string[]): pulumi.Input<pulumi.Resource>[] {
    return names.map((name) => found(this.#gates.get(name), "dependency", name));
  }

  addSecret(credential: string, value: (form: SecretRef["form"]) => pulumi.Output<string>): void {
    this.#secrets.set(credential, value);
  }

  secret(ref: SecretRef): pulumi.Output<string> {
    return found(this.#secrets.get(ref.credential), "credential", ref.credential)(ref.form);
  }
}

function found<T>(value: T | undefined, what: string, name: string): T {
  if (value === undefined)
    throw new Error(`${what} "${name}" is used before it is created: check the order in stacks/`);
  return value;
}
