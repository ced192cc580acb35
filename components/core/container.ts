import { createHash } from "node:crypto";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ContainerPlan } from "../../model/plan";
import { resolveContent, type Content, type SecretRef } from "../../model/secrets";
import { imageKey } from "./images";
import { containerArgs, SILENT_NO_OPS } from "./container-args";
import type { Deployment } from "./deployment";

/** The only place that creates a container. Registers it as a gate for what depends on it. */
export function createContainer(
  deployment: Deployment,
  plan: ContainerPlan,
  opts: pulumi.CustomResourceOptions,
): docker.Container {
  const container = new docker.Container(
    plan.name,
    containerArgs(plan, {
      physicalName: deployment.physicalName(plan.name),
      image: deployment.image(imageKey(plan)),
      network: (lane) => deployment.network(lane),
      volume: (name) => deployment.volume(name).name,
      uploads: plan.uploads.map(({ path, content }) => ({ path, content: fill(content, deployment) })),
      ...(plan.secretsFrom === undefined ? {} : { secretRevision: revision(deployment, plan.secretsFrom) }),
    }),
    {
      ...opts,
      dependsOn: deployment.gates(plan.dependsOn),
      deleteBeforeReplace: true,
      replaceOnChanges: SILENT_NO_OPS,
      ...(plan.role === "job" ? { additionalSecretOutputs: ["containerLogs"] } : {}),
    },
  );
  deployment.addGate(plan.name, plan.role === "job" ? succeeded(container, plan) : container);
  return container;
}

/** Content with its secrets filled in; secret as a whole when it holds any. */
export function fill(content: Content, deployment: Deployment): pulumi.Input<string> {
  if (typeof content === "string") return content;
  const refs = content.parts.filter((part): part is SecretRef => typeof part !== "string");
  return pulumi.all(refs.map((ref) => deployment.secret(ref))).apply((values) => {
    let next = 0;
    return resolveContent(content, () => values[next++] ?? "");
  });
}

/** Twelve hex digits that change with the content of a secret writer, and give nothing of it away. */
function revision(deployment: Deployment, writer: string): pulumi.Output<string> {
  const contents = deployment
    .container(writer)
    .uploads.map(({ path, content }) =>
      pulumi.output(fill(content, deployment)).apply((text) => `${path}\0${text}`),
    );
  return pulumi.unsecret(
    pulumi
      .all(contents)
      .apply((texts) => createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 12)),
  );
}

/**
 * A job is done when it has exited with 0. The provider counts any exit as created, so the check stands between
 * the job and what depends on it; a preview, which knows no exit code, waits for the resource alone.
 */
function succeeded(container: docker.Container, plan: ContainerPlan): pulumi.Input<pulumi.Resource> {
  if (pulumi.runtime.isDryRun()) return container;
  return pulumi
    .all([container.exitCode, container.containerLogs, container.name])
    .apply(([code, logs, name]) => {
      if (code !== 0) {
        throw new pulumi.ResourceError(
          `Job ${plan.name} failed with exit code ${code}. Its last lines:\n${lastLines(logs)}\nThe next up runs it again; docker logs ${name} has everything.`,
          container,
          true,
        );
      }
      return container;
    });
}

function lastLines(logs: string | undefined): string {
  return (logs ?? "").trimEnd().split("\n").slice(-15).join("\n");
}
