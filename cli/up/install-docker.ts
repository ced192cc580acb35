import { findDocker } from "../../engine/docker-host";
import { canInstallDockerEngine, installDockerEngine } from "../../engine/docker-install";
import { DockerUnavailableError } from "../../engine/errors";
import type { Settings } from "../../model/settings";
import { connectDocker, type DockerConnection } from "../docker/connect";
import { confirm } from "../ui/ask";
import type { Output } from "../ui/output";

/** The machine's engine; where there is none and it can be installed, after asking, or with `--yes`. */
export async function dockerOrInstall(
  settings: Settings,
  yes: boolean,
  out: Output,
): Promise<DockerConnection> {
  const found = await findDocker();
  if (found.found || settings.dockerHost !== "") return connectDocker(settings);
  const chosen = ["DOCKER_HOST", "DOCKER_CONTEXT"].find((name) => process.env[name]);
  if (chosen !== undefined) {
    throw new DockerUnavailableError(
      found.tried,
      `${chosen} says so: start that engine, or unset ${chosen} to use this machine's own.`,
    );
  }
  const offer = canInstallDockerEngine();
  if (!offer.can) throw new DockerUnavailableError(found.tried, offer.fix);
  out.line(`No Docker engine answers (tried ${found.tried.join(", ")}).`);
  if (!yes && !(await confirm(`Shall I ${offer.how}?`))) {
    throw new DockerUnavailableError(
      found.tried,
      `Start or install one yourself, or run this again with --yes: it will ${offer.how}.`,
    );
  }
  await installDockerEngine((line) => out.line(`  ${line}`));
  return connectDocker(settings);
}
