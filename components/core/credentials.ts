import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { CREDENTIAL_LENGTH } from "../../model/secrets";
import { Component } from "./component";
import type { Deployment } from "./deployment";

/**
 * One generated password for each credential of the plan. Those that data is locked with are protected with it:
 * a `down` that kept the volume and dropped the password would have lost the data all the same.
 */
export class Credentials extends Component {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:core:Credentials", name, opts);
    for (const { id, protectsData } of deployment.plan.credentials) {
      const password = new random.RandomPassword(
        id,
        { length: CREDENTIAL_LENGTH, special: false },
        { parent: this, protect: protectsData },
      );
      deployment.addSecret(id, (form) => {
        switch (form) {
          case "plain":
            return password.result;
          case "bcrypt":
            return password.bcryptHash;
          case "sha256":
            return password.result.apply((text) => createHash("sha256").update(text).digest("hex"));
        }
      });
    }
    this.registerOutputs();
  }
}
