import type Docker from "dockerode";
import { UNKNOWN_HOST } from "../../model/host";
import type { ContainerPlan } from "../../model/plan";
import type { Settings } from "../../model/settings";
import { loadPlan } from "../../stacks/inputs";
import { UserError } from "../ui/errors";
import { readContainerFile } from "./archive";
import { NOT_UP, NOT_YET, volumeAt } from "./issue";
import { exists } from "./status-code";

/** The job that makes the stack's authority, and the folder of its key in there. */
export function issuerOf(settings: Settings): { readonly issuer: ContainerPlan; readonly folder: string } {
  const issuer = loadPlan(settings, UNKNOWN_HOST).containers.find(
    ({ role, command }) => role === "job" && command?.[0] === "ca",
  );
  const folder = issuer?.command?.[issuer.command.indexOf("--ca-dir") + 1];
  if (!issuer || folder === undefined) throw new UserError("This stack has no certificate authority.");
  return { issuer, folder };
}

/** The authority's certificate, PEM. @throws UserError while there is none */
export async function authorityCertificate(docker: Docker, settings: Settings): Promise<string> {
  const { issuer, folder } = issuerOf(settings);
  const pem = await readContainerFile(docker, `${settings.prefix}-${issuer.name}`, `${folder}/ca.crt`);
  if (pem !== undefined) return pem;
  const kept = await exists(docker.getVolume(volumeAt(settings.prefix, issuer.mounts, folder)));
  throw new UserError(kept ? NOT_UP : NOT_YET);
}
