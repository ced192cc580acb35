import type { DockerEndpoint } from "./docker-host";
import { backendUrl, hermeticPulumiHome } from "./home";
import type { Home } from "./home";
import type { Passphrase } from "./passphrase";
import type { PreparedEngine } from "./types";

/** Variables that the CLI runs with. `attach` names the stand-ins of the hermetic engine. */
export function engineEnvironment(
  home: Home,
  engine: PreparedEngine,
  passphrase: Passphrase,
  docker: DockerEndpoint | undefined,
  attach: string | undefined,
): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: backendUrl(home),
    ...passphrase.env,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The state is rewritten at every step; a second copy each time doubles that.
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    // The CLI lives for seconds: memory spent on not collecting garbage is a twelfth of its processor time.
    GOGC: process.env["GOGC"] ?? "400",
    ...(docker === undefined || docker.from === "default socket" ? {} : { DOCKER_HOST: docker.host }),
    ...(engine.kind === "hermetic"
      ? {
          PULUMI_HOME: hermeticPulumiHome(home),
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
          PULUMI_DEBUG_PROVIDERS: attach ?? "",
        }
      : {}),
  };
}
