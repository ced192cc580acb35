import type { DockerEndpoint } from "../../docker-host";
import { PLUGIN_VERSIONS } from "../../versions";
import { dockerPlugin } from "./docker/plugin";
import { servePlugin } from "./protocol/server";
import { randomPlugin } from "./random/plugin";

/** Both stand-ins, running. */
export interface ServedProviders {
  /** Value for PULUMI_DEBUG_PROVIDERS: `docker:1234,random:1235`. */
  readonly attach: string;
  close(): Promise<void>;
}

/** Serves the stand-ins in this process, on free local ports. */
export async function serveProviders(endpoint: DockerEndpoint): Promise<ServedProviders> {
  const served = await Promise.all([
    servePlugin(dockerPlugin(PLUGIN_VERSIONS.docker, endpoint)),
    servePlugin(randomPlugin(PLUGIN_VERSIONS.random)),
  ]);
  return {
    attach: served.map(({ name, port }) => `${name}:${String(port)}`).join(","),
    close: async () => {
      await Promise.all(served.map((plugin) => plugin.close()));
    },
  };
}
