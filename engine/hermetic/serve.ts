/**
 * Serves the stand-ins until it is ended, for use with `pulumi` directly:
 *
 *     npx tsx engine/hermetic/serve.ts          prints PULUMI_DEBUG_PROVIDERS=docker:…,random:…
 */
import { findDocker } from "../docker-host";
import { serveProviders } from "./providers/serve";

async function main(): Promise<void> {
  const docker = await findDocker();
  if (!docker.found)
    throw new Error(`No Docker engine answers (tried ${docker.tried.join(", ")}). ${docker.fix}`);
  const served = await serveProviders(docker.endpoint);
  process.stdout.write(`PULUMI_DEBUG_PROVIDERS=${served.attach}\n`);
  const end = (): void => void served.close().then(() => process.exit(0));
  process.on("SIGINT", end).on("SIGTERM", end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
