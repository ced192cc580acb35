import { findDocker, installDockerEngine } from "../engine/docker-host";

/** A Docker engine for the checks that need one: the host's own, else Debian's package. */
async function main(): Promise<void> {
  const found = await findDocker();
  if (found.found) {
    console.log(`Docker ${found.version} at ${found.endpoint.host}`);
    return;
  }
  await installDockerEngine(console.log);
}

void main();
