import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import type { Deployment } from "../core/deployment";
import { createWorkloads } from "../core/workloads";

/** Traefik twice (UI and APIs; tools), the private CA, and the page that says what routes exist. */
export class TraefikGateway extends Component {
  readonly urls: readonly string[];

  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:gateway:TraefikGateway", name, opts);
    createWorkloads(deployment, ({ capability }) => capability === "gateway", this);
    this.urls = deployment.plan.routes.map(({ url }) => url);
    this.registerOutputs({ urls: this.urls });
  }
}
