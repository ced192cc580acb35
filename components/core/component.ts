import * as pulumi from "@pulumi/pulumi";

/** `trade2026:<capability>:<Thing>`. */
export type ComponentType = `trade2026:${string}:${string}`;

/**
 * Base of every component. Its inputs stay out of the state: they would be stored and compared a second time,
 * and their children's inputs say the same.
 */
export abstract class Component extends pulumi.ComponentResource {
  protected constructor(type: ComponentType, name: string, opts?: pulumi.ComponentResourceOptions) {
    super(type, name, {}, opts);
  }
}
