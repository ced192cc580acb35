import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Plan } from "../../model/plan";
import { assertNoProblems, type Problem } from "../../model/problems";
import { basicCredential, CREDENTIAL_LENGTH, type Credential } from "../../model/secrets";
import { Component } from "./component";
import type { Deployment } from "./deployment";

/**
 * One generated password for each credential of the plan. Those that data is locked with are protected with it:
 * a `down` that kept the volume and dropped the password would have lost the data all the same.
 */
export class Credentials extends Component {
  constructor(name: string, deployment: Deployment, opts?: pulumi.ComponentResourceOptions) {
    super("trade2026:core:Credentials", name, opts);
    const supplied = deployment.plan.credentials.filter(({ file }) => file !== undefined);
    for (const credential of supplied) {
      const text = pulumi.secret(suppliedText(credential));
      // as it is, in every form: the files of receivers take nothing else
      deployment.addSecret(credential.id, () => text);
    }
    for (const { id, username, protectsData, file } of deployment.plan.credentials) {
      if (file !== undefined) continue;
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
          case "basic":
            return password.result.apply((text) => basicCredential(username, text));
        }
      });
    }
    this.registerOutputs();
  }
}

/**
 * Before anything is created.
 * @throws ProblemsError with every file of the operator's that cannot be read, or holds nothing
 */
export function assertSuppliedFiles({ credentials }: Plan): void {
  assertNoProblems(
    "The stack's settings",
    credentials.filter(({ file }) => file !== undefined).flatMap(fileProblems),
  );
}

function suppliedText({ file = "" }: Credential): string {
  return readFileSync(file, "utf8").trim();
}

function fileProblems(credential: Credential): readonly Problem[] {
  const { file = "", purpose } = credential;
  const problem = (what: string): readonly Problem[] => [
    {
      path: purpose,
      what,
      value: file,
      allowed: "a file with the secret and nothing else",
      fix: `write it: ${file}`,
    },
  ];
  try {
    return suppliedText(credential) === "" ? problem("is empty") : [];
  } catch (error) {
    return problem(`cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
  }
}
